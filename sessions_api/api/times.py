"""Times in the form of RFC 3339, in UTC whatever the site's time zone."""

from datetime import UTC, datetime
from typing import overload

from django.utils import timezone


@overload
def utc(time: datetime) -> str: ...
@overload
def utc(time: datetime | None) -> str | None: ...
def utc(time: datetime | None) -> str | None:
    """Return for example "2026-03-01T12:00:00.250000Z", or None for None."""
    if time is None:
        return None
    aware = timezone.make_aware(time) if timezone.is_naive(time) else time
    return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")
