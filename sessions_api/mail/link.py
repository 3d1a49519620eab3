"""The link in the mail: it names a session, and is signed."""

from django.core import signing
from django.urls import NoReverseMatch, reverse

from sessions_api.models import Session

_SALT = "sessions_api.new_device"


def path_of(session: Session) -> str | None:
    """Return the path of the page that ends a session. None where the site does not have the page."""
    token = signing.dumps(str(session.pk), salt=_SALT)
    try:
        return reverse("sessions_api_account:new_device", kwargs={"token": token})
    except NoReverseMatch:
        return None


def session_of(token: str) -> Session | None:
    """Return the session, with its user, that a link names. None for a forged link, or no session."""
    try:
        pk = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    return Session.objects.on_primary().with_users().filter(pk=pk).first()
