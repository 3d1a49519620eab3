"""A subclass of Django's cached_db."""

from tests.site.engines import SubclassedSessionStore as SessionStore

__all__ = ["SessionStore"]
