"""An engine of which nothing is known but its interface."""

from tests.site.engines import DictionarySessionStore as SessionStore

__all__ = ["SessionStore"]
