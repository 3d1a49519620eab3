"""Session keys, tokens and ids: how they are made, compared and kept.

Nothing else imports ``cryptography``.
"""

import hashlib
import hmac
import os
import secrets
import time
import uuid
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.crypto import salted_hmac

from sessions_api.conf import conf

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_SALT = "sessions_api.credentials"

DIGEST = 16
"""The length of a digest in bytes."""

MAX_SEALED = 255
"""The greatest length of a sealed key in bytes. One of Django's takes 60."""

_NONCE = 12
"""The length of a nonce of AES-GCM in bytes (NIST SP 800-38D, section 8.2.2)."""


def digest(secret: str) -> bytes:
    """Return the first 16 bytes of the SHA-256 of a key, token or auth hash.

    Keys and tokens are random enough for a plain hash (ASVS 6.5.2), and 128 bits are enough where
    nobody gains by a collision (ASVS 11.4.3). What a client sends reaches a query only in this form.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()[:DIGEST]


def seal(key: str) -> bytes:
    """Return the engine key encrypted under SECRET_KEY: a nonce, and what AES-GCM makes of it.

    With random nonces a key is good for 2^32 seals.
    """
    nonce = os.urandom(_NONCE)
    return nonce + _ciphers()[0].encrypt(nonce, key.encode(), None)


def unseal(sealed_key: bytes) -> str | None:
    """Return the engine key. None when neither SECRET_KEY nor one of its fallbacks opens it."""
    from cryptography.exceptions import InvalidTag  # here for the reason of _ciphers

    nonce, sealed = sealed_key[:_NONCE], sealed_key[_NONCE:]
    for cipher in _ciphers() if len(nonce) == _NONCE else ():
        try:
            return cipher.decrypt(nonce, sealed, None).decode()
        except InvalidTag:
            continue
    return None


def secret_key_id() -> str:
    """Return 8 hexadecimal digits that tell SECRET_KEY from others, and nothing of it."""
    return _ids_of((settings.SECRET_KEY,))[0]


def is_own_secret_key(key_id: str) -> bool:
    """Tell whether an id is that of SECRET_KEY or of one of its fallbacks."""
    return key_id in _ids_of((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


def new_token() -> str:
    """Return a new token: TOKEN_PREFIX, "_", 256 random bits, and a checksum.

    A token matches ``<prefix>_[A-Za-z0-9_-]{43}[0-9a-f]{8}``. The last 8 digits are the CRC-32 of
    what stands before them. Prefix and checksum let leak scanners recognise a token.
    """
    body = f"{conf.TOKEN_PREFIX}_{secrets.token_urlsafe(32)}"
    return body + _checksum(body)


def is_token(text: str) -> bool:
    """Tell whether a text begins like a token of this site. It need not be one."""
    return text.startswith(f"{conf.TOKEN_PREFIX}_")


def is_well_formed(token: str) -> bool:
    """Tell whether a token's checksum is right. One that is not needs no look-up."""
    return token.isascii() and token[-8:] == _checksum(token[:-8])


def new_id() -> uuid.UUID:
    """Return a UUIDv7: 48 bits of milliseconds, then 74 random bits (RFC 9562, section 5.7)."""
    milliseconds = time.time_ns() // 1_000_000
    return _versioned(milliseconds << 80 | secrets.randbits(80), version=7)


def derived_id(key: str) -> uuid.UUID:
    """Return the UUIDv8 under which an engine key is adopted (RFC 9562, section 5.8).

    Parallel first requests of one browser arrive at the same id. Nobody without SECRET_KEY can tell
    which key it was made from.
    """
    mac = _derivation().copy()
    mac.update(key.encode())
    # The ninth byte is never 0x80: MariaDB 10.11 refuses such a UUID of version 8 as malformed.
    return _versioned(int.from_bytes(mac.digest()[:16]) | 1 << 56, version=8)


def forget() -> None:
    """Read the settings again, which have changed."""
    _ciphers.cache_clear()
    _derivation.cache_clear()


def _checksum(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"


def _versioned(value: int, *, version: int) -> uuid.UUID:
    value = value & ~(0xF << 76) | version << 76
    value = value & ~(0b11 << 62) | 0b10 << 62
    return uuid.UUID(int=value)


@lru_cache
def _derivation() -> hmac.HMAC:
    """Return the MAC of ids as it is before it gets a key."""
    return salted_hmac(_SALT + ".adopted", b"", algorithm="sha256")


@lru_cache
def _ciphers() -> tuple["AESGCM", ...]:
    # Here, since it takes 4 ms and 8 MiB: commands and sites on signed_cookies do without.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return tuple(
        AESGCM(salted_hmac(_SALT + ".sealed", b"", secret=secret, algorithm="sha256").digest())
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    )


@lru_cache(maxsize=8)
def _ids_of(secret_keys: tuple[str | bytes, ...]) -> tuple[str, ...]:
    return tuple(
        salted_hmac(_SALT + ".id", b"", secret=secret, algorithm="sha256").hexdigest()[:8]
        for secret in secret_keys
    )
