"""Session keys and identifiers: how they are made, compared and kept.

The only importer of ``cryptography``.
"""

import base64
import hashlib
import secrets
import time
import uuid
import zlib
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac

from sessions_api.conf import conf

_SALT = "sessions_api.credentials"


def digest(secret: str) -> str:
    """Return the SHA-256 of a key, token or auth hash as 64 hexadecimal digits.

    The input is high-entropy, so a plain hash suffices (ASVS 6.5.2). Whatever a client sends is
    digested before it reaches a database query.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def seal(key: str) -> str:
    """Return the engine key encrypted under SECRET_KEY."""
    return _sealer().encrypt(key.encode()).decode()


def unseal(sealed_key: str) -> str | None:
    """Return the engine key, or None when neither SECRET_KEY nor a fallback opens it any more."""
    try:
        return _sealer().decrypt(sealed_key.encode()).decode()
    except InvalidToken:
        return None


def new_token() -> str:
    """Return a new token: TOKEN_PREFIX, "_", 256 random bits, and a checksum of all that.

    By the prefix and the checksum leak scanners know it, and tell it from what only looks like it:
    ``<prefix>_[A-Za-z0-9_-]{43}[0-9a-f]{8}``, the end being the CRC-32 of what stands before it.
    """
    body = f"{conf.TOKEN_PREFIX}_{secrets.token_urlsafe(32)}"
    return body + _checksum(body)


def is_token(text: str) -> bool:
    """Tell whether a text claims to be a token of this site, by its prefix."""
    return text.startswith(f"{conf.TOKEN_PREFIX}_")


def is_well_formed(token: str) -> bool:
    """Tell whether a token's checksum is right, so that it need not be looked up to be refused."""
    return token.isascii() and token[-8:] == _checksum(token[:-8])


def new_id() -> uuid.UUID:
    """Return a UUIDv7: 48 bits of milliseconds, then 74 random bits (RFC 9562, section 5.7)."""
    milliseconds = time.time_ns() // 1_000_000
    return _versioned(milliseconds << 80 | secrets.randbits(80), version=7)


def derived_id(key: str) -> uuid.UUID:
    """Return the UUIDv8 that belongs to an adopted engine key (RFC 9562, section 5.8).

    Parallel first requests of one browser agree on it, and nobody without SECRET_KEY can tell
    which key it was made from.
    """
    mac = salted_hmac(_SALT + ".adopted", key, algorithm="sha256").digest()
    # MariaDB 10.11 takes a version 8 UUID whose ninth byte is 0x80 for malformed, so it never is.
    return _versioned(int.from_bytes(mac[:16]) | 1 << 56, version=8)


def _checksum(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"


def _versioned(value: int, *, version: int) -> uuid.UUID:
    value = value & ~(0xF << 76) | version << 76
    value = value & ~(0b11 << 62) | 0b10 << 62
    return uuid.UUID(int=value)


def _sealer() -> MultiFernet:
    return _sealer_for((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=4)
def _sealer_for(secret_keys: tuple[str | bytes, ...]) -> MultiFernet:
    return MultiFernet(
        Fernet(
            base64.urlsafe_b64encode(
                salted_hmac(_SALT + ".sealed", b"", secret=secret, algorithm="sha256").digest()
            )
        )
        for secret in secret_keys
    )
