"""Where IP addresses are by a database in MaxMind's format, for LOCATION.

It needs the extra ``geoip2``, and Django's setting GEOIP_PATH: a file, or a directory that has one
named as GEOIP_CITY or GEOIP_COUNTRY says. The database is opened at the first sign-in, and again
when the file has changed. Nothing else imports ``geoip2``.
"""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from sessions_api.client.location import Location
from sessions_api.conf import Problem

if TYPE_CHECKING:
    from geoip2.database import Reader
    from geoip2.models import City, Country

_KINDS = ("City", "Enterprise", "Country")
"""What the databases are for that have countries. Other ones have networks or domains."""


def location(request: HttpRequest | None, ip_address: str) -> Location | None:
    """Return where an IP address is, with names in English. None where the database does not know.

    Raises ImportError without the package, OSError without a database, and an error of geoip2's for
    one that cannot be read.
    """
    from geoip2.errors import AddressNotFoundError
    from geoip2.models import City

    try:
        found = _looked_up(ip_address)
    except AddressNotFoundError:
        return None
    country = found.country.iso_code or ""
    if isinstance(found, City):
        region, city = found.subdivisions.most_specific.name, found.city.name
        return Location(country, region or "", city or "")
    return Location(country)


def problem() -> Problem | None:
    """Return what keeps the database from being read, if anything does."""
    try:
        path = _path()
        kind = _kind(_reader())
    except ImportError:
        return Problem(
            _("geoip2 is not installed."), _("Run pip install django-sessions-api[geoip2].")
        )
    except OSError as error:
        message = _("There is no database: %(error)s.") % {"error": error}
        return Problem(message, _("Name its file or directory in GEOIP_PATH."))
    except Exception as error:  # noqa: BLE001 (whatever geoip2 raises)
        message = _("The database cannot be read: %(error)s.") % {"error": error}
        return Problem(message, _("Download it again."))
    if not kind:
        message = _("%(path)s has no countries.") % {"path": path}
        return Problem(message, _("Name a database of cities or countries in GEOIP_PATH."))
    return None


def _looked_up(ip_address: str) -> "City | Country":
    reader = _reader()
    kind = _kind(reader)
    if kind == "City":
        return reader.city(ip_address)
    return reader.enterprise(ip_address) if kind == "Enterprise" else reader.country(ip_address)


def _kind(reader: "Reader") -> str:
    """Return what a database is for, or "" for something else than places."""
    name = reader.metadata().database_type
    return next((kind for kind in _KINDS if kind in name), "")


def _reader() -> "Reader":
    path = _path()
    return _opened(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _opened(path: Path, modified: int) -> "Reader":
    from geoip2.database import Reader

    return Reader(path)


def _path() -> Path:
    """Return the file of the database. Raises FileNotFoundError."""
    named = getattr(settings, "GEOIP_PATH", None)
    if not named:
        raise FileNotFoundError("GEOIP_PATH is not set")
    path = Path(named)
    if path.is_file():
        return path
    names = (
        getattr(settings, "GEOIP_CITY", "GeoLite2-City.mmdb"),
        getattr(settings, "GEOIP_COUNTRY", "GeoLite2-Country.mmdb"),
    )
    for name in names:
        if (path / name).is_file():
            return path / name
    raise FileNotFoundError(f"{path} is no file, and no directory with {' or '.join(names)}")
