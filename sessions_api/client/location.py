"""Where the client of a request is, as far as the site can tell."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import NamedTuple

from django.db import connections, router, transaction
from django.http import HttpRequest
from django.utils.module_loading import import_string

from sessions_api.client.text import storable
from sessions_api.conf import conf
from sessions_api.logs import warn_once_a_minute
from sessions_api.models import MAX_LOCATION, Session

_COUNTRY = re.compile("[A-Z]{2}")
_NO_COUNTRY = {"XX", "ZZ"}  # codes of CDNs for a country that they do not know

_logger = logging.getLogger("sessions_api.client")


class Location(NamedTuple):
    """A place. Parts that are unknown are empty."""

    country: str = ""
    """Two letters of ISO 3166-1, such as "FR"."""
    region: str = ""
    """A part of the country. It is told where the city is unknown."""
    city: str = ""

    def __str__(self) -> str:
        """Return it as it is told, such as "Lyon, FR"."""
        place = self.city or self.region
        # The country is told whole, however long the place.
        parts = (place[: MAX_LOCATION - 4], self.country) if self.country else (place,)
        return ", ".join(part for part in parts if part)[:MAX_LOCATION]


NOWHERE = Location()


def location_of(request: HttpRequest, ip_address: str | None, *, in_view: bool = False) -> Location:
    """Return where an IP address of a request is, by the site's LOCATION.

    NOWHERE without an IP address, where the site does not tell, and where telling fails: that is
    logged once a minute, and changes no sign-in. ``in_view`` says that a transaction of the view's may
    be open, which an error of the database would break.
    """
    if conf.LOCATION is None or ip_address is None:
        return NOWHERE
    try:
        with _apart_from_the_view() if in_view else nullcontext():
            found: object = import_string(conf.LOCATION)(request, ip_address)
        return _storable(found)
    except Exception:  # noqa: BLE001 (whatever the site's callable raises)
        warn_once_a_minute(_logger, "No location is recorded: LOCATION has failed.")
        return NOWHERE


@contextmanager
def _apart_from_the_view() -> Iterator[None]:
    using = router.db_for_write(Session)
    if connections[using].in_atomic_block:
        with transaction.atomic(using=using):
            yield
    else:
        yield


def _storable(found: object) -> Location:
    """Return what can be stored of an answer. Raises TypeError for what is no place."""
    if found is None:
        return NOWHERE
    if not isinstance(found, tuple):
        raise TypeError(found)
    parts = Location(*found)
    country, *places = (storable(str(part or ""), MAX_LOCATION).strip() for part in parts)
    country = country.upper()
    is_known = _COUNTRY.fullmatch(country) is not None and country not in _NO_COUNTRY
    return Location(country if is_known else "", *places)
