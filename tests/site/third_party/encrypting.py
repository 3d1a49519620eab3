"""A subclass of signed_cookies that encrypts."""

from tests.site.engines import EncryptingSessionStore as SessionStore

__all__ = ["SessionStore"]
