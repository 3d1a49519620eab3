"""A subclass of Django's db that loads and deletes in its own way."""

from tests.site.engines import OverridingSessionStore as SessionStore

__all__ = ["SessionStore"]
