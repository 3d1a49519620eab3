"""An engine whose key changes at every save."""

from tests.site.engines import RenamingSessionStore as SessionStore

__all__ = ["SessionStore"]
