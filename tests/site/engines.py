"""Session engines as third parties write them."""

from typing import Any, ClassVar

from django.contrib.sessions.backends import cached_db, db, signed_cookies
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.core import signing

Base: Any = SessionBase  # the stubs leave out what engines are written with


class DictionarySessionStore(Base):  # type: ignore[misc]  # it is Any, see above
    """Sessions in a dictionary: an engine of which nothing is known but its interface."""

    stored: ClassVar[dict[str, str]] = {}
    loads: ClassVar[list[str | None]] = []

    def exists(self, session_key):
        return session_key in self.stored

    def create(self):
        self._session_key = self._get_new_session_key()
        self.save(must_create=True)
        self.modified = True

    def save(self, must_create=False):
        if self.session_key is None:
            return self.create()
        data = self._get_session(no_load=must_create)
        if must_create and self.exists(self.session_key):
            raise CreateError
        if not must_create and not self.exists(self.session_key):
            raise UpdateError
        self.stored[self.session_key] = self.encode(data)
        return None

    def delete(self, session_key=None):
        self.stored.pop(session_key or self.session_key, None)

    def load(self):
        self.loads.append(self.session_key)
        if self.session_key in self.stored:
            return self.decode(self.stored[self.session_key])
        self._session_key = None
        return {}

    @classmethod
    def clear_expired(cls):
        pass


class SubclassedSessionStore(cached_db.SessionStore):
    """Django's engine with a prefix of its own."""

    cache_key_prefix = "tests.site.subclassed"


class OverridingSessionStore(db.SessionStore):
    """Django's engine with a load() and a delete() of its own."""

    def load(self):
        return {**super().load(), "loaded": "in its own way"}

    def delete(self, session_key=None):
        pass


class RenamingSessionStore(DictionarySessionStore):
    """An engine whose key changes at every save, as that of a cookie that is a signed token."""

    stored: ClassVar[dict[str, str]] = {}
    """Every cookie that was ever made: none can be deleted."""

    def save(self, must_create=False):
        data = self._get_session(no_load=must_create)
        self._session_key = f"{self._get_new_session_key()}"
        self.stored[self.session_key] = self.encode(data)

    def create(self):
        self.save(must_create=True)
        self.modified = True

    def delete(self, session_key=None):
        pass


class EncryptingSessionStore(signed_cookies.SessionStore):
    """Django's signed_cookies with a cookie that nobody but the site can read."""

    def load(self):
        try:
            return signing.loads((self.session_key or "")[::-1], salt="a salt of its own")
        except signing.BadSignature:
            self.create()
        return {}

    def _get_session_key(self):
        payload = self._session  # type: ignore[attr-defined]  # the stubs do not know it
        return signing.dumps(payload, compress=True, salt="a salt of its own")[::-1]
