"""Users as UUIDs: the clients of some dialects take nothing else.

A primary key that is a UUID is used as it is. Any other is written into a UUIDv8 (RFC 9562, section
5.8), from which it can be read again. Nothing is stored. Text of more than 14 bytes does not fit:
the UUID holds its digest, and the database searches all users for it.

Of the 16 bytes, the 7th is 0x81 for a number, 0x82 for text and 0x83 for a digest. The 9th holds the
length of text; it is never 0x80, which MariaDB 10.11 refuses as malformed. The other 14 hold the key.
"""

import hashlib
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.functions import SHA256
from django.db.models.sql.compiler import SQLCompiler

from sessions_api.users import Key

CAPACITY = 14
"""How many bytes of a key a UUID holds."""

_NUMBER, _TEXT, _DIGEST = 0x81, 0x82, 0x83


class _Digest(SHA256):
    """SHA-256 in hexadecimal digits. On PostgreSQL it needs no pgcrypto, which Django's does."""

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        template = "ENCODE(SHA256(CONVERT_TO(%(expressions)s, 'UTF8')), 'hex')"
        return self.as_sql(compiler, connection, template=template, **context)


def uuid_of(key: Key) -> UUID:
    """Return the UUID for a primary key that is a UUID, a whole number or text."""
    if isinstance(key, UUID):
        return key
    if isinstance(key, int):
        return _made(_NUMBER, 0, key.to_bytes(CAPACITY, signed=True))
    content = str(key).encode()
    if len(content) > CAPACITY:
        return _made(_DIGEST, 0, hashlib.sha256(content).digest()[:CAPACITY])
    return _made(_TEXT, len(content), content.ljust(CAPACITY, b"\0"))


def organization_uuid(organization: str) -> str | None:
    """Return a session's organization as a UUID. Text that is none is written as users' keys are."""
    return str(parsed(organization) or uuid_of(organization)) if organization else None


def user_of(uuid: UUID) -> AbstractBaseUser | None:
    """Return the user with this UUID, or None. Two queries at most."""
    key = key_of(uuid)
    if key is None:
        return None
    user: AbstractBaseUser | None = get_user_model()._base_manager.filter(pk=key).first()
    # A database may ignore the difference between capitals and small letters.
    return user if user is not None and uuid_of(user.pk) == uuid else None


def key_of(uuid: UUID) -> Key:
    """Return the primary key in a UUID. None if no user of this site can have it.

    The field's validators are not asked: a key may be older than they are. There is no query unless
    the UUID holds a digest; that one reads the keys of all users.
    """
    try:
        key = _key_field().to_python(_key_in(uuid))
    except ValidationError:
        return None
    has_nul = "\0" in str(key)  # which PostgreSQL refuses
    return None if has_nul or uuid_of(key) != uuid else key


def parsed(text: object) -> UUID | None:
    """Return the UUID, of any version, that a text is the usual form of, or None."""
    if not isinstance(text, str):
        return None
    try:
        uuid = UUID(text)
    except ValueError:
        return None
    # UUID() also takes what int() takes: signs, underscores, white space, digits of all scripts.
    return uuid if uuid.hex in text.lower().replace("-", "") else None


def _key_in(uuid: UUID) -> Key:
    content = uuid.bytes
    held = content[:6] + content[7:8] + content[9:]
    if isinstance(_key_field(), models.UUIDField):
        return uuid
    if content[6] == _NUMBER:
        number = int.from_bytes(held, signed=True)
        return number if -(2**63) <= number < 2**63 else None  # no database holds more
    if content[6] == _TEXT:
        return held[: (content[8] & 0x3F) >> 1].decode(errors="replace")
    if content[6] == _DIGEST and isinstance(_key_field(), models.CharField | models.TextField):
        users = get_user_model()._base_manager.annotate(
            digest=_Digest("pk", output_field=models.CharField())
        )
        return users.filter(digest__startswith=held.hex()).values_list("pk", flat=True).first()
    return None


def _key_field() -> "models.Field[Key, Key]":
    """Return the primary key's field or, where that is a relation, the field it points to."""
    field: models.Field[Key, Key] = get_user_model()._meta.pk
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return field


def _made(kind: int, length: int, content: bytes) -> UUID:
    ninth = 0x80 | length << 1 | 1
    return UUID(bytes=content[:6] + bytes([kind]) + content[6:7] + bytes([ninth]) + content[7:])
