"""What the use of a session leaves on its row, and in this process's memory."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from sessions_api import activity, decorators, validity
from sessions_api.activity import Sighting
from sessions_api.assurance import Assurance
from sessions_api.models import Client, Session
from sessions_api.origin import address, device


def is_activity(request: HttpRequest) -> bool:
    """Tell whether the view that answers counts as use: see ``decorators.not_activity``."""
    view = getattr(request.resolver_match, "func", None)
    name = "get" if request.method == "HEAD" else str(request.method).lower()
    name = (getattr(view, "actions", None) or {}).get(name, name)  # of a viewset
    handler = getattr(getattr(view, "cls", getattr(view, "view_class", None)), name, None)
    return all(getattr(each, decorators.ACTIVITY, True) for each in (view, handler))


def client(request: HttpRequest) -> Client:
    """Return who is at the other end."""
    return Client(address.client_address(request), device.recorded_user_agent(request))


def written_by(client: Client, row: Session | None) -> dict[str, Any]:
    """Return what the row of a session that this client uses is to say."""
    touch = {"last_used": timezone.now(), "last_ip_address": client.ip_address}
    if row is not None and client.user_agent not in ("", row.last_client.user_agent):
        is_as_at_sign_in = client.user_agent == row.user_agent
        touch["last_user_agent"] = "" if is_as_at_sign_in else client.user_agent
    return touch


def sighting(row: Session) -> Sighting:
    """Return what is remembered of a session whose row is in order."""
    return Sighting(
        checked=activity.now(),
        used=row.last_used.timestamp(),
        client=hash(row.last_client),
        assurance=hash(Assurance(row.methods, row.aal, row.impersonator_id)),
        expires=(row.expires_at or row.created_at).timestamp(),
        ends_with_browser=row.ends_with_browser,
        deadline=validity.deadline(row).timestamp(),
    )


def remember(row: Session) -> None:
    """Remember a session whose row is in order."""
    if row.key_digest is not None:
        activity.remember(row.key_digest, sighting(row))


def remember_changed(row: Session | None, changes: dict[str, Any], key_digest: str | None) -> None:
    """Remember the row as it is now. Where it was not read, the next request reads it."""
    if row is not None:
        for name, value in changes.items():
            setattr(row, name, value)
        remember(row)
    elif changes:
        forget(key_digest)


def forget(key_digest: str | None) -> None:
    """Forget a session, if it has a key at all."""
    if key_digest is not None:
        activity.forget(key_digest)
