"""Those who call as Ory's clients do, many sessions to list, and what a call may change."""

from datetime import timedelta

from django.utils import timezone

from sessions_api import lifecycle, users
from sessions_api.models import Kind, Session
from tests.dialects.callers import Caller, SignedIn
from tests.factories import SessionFactory
from tests.site.views import BACKEND

WHOAMI = "/ory/sessions/whoami"


class TokenClient(SignedIn):
    """A client with a token of a user's, as a header of Ory's or as a bearer's."""

    def __init__(self, user, *, header="x-session-token", **issuing):
        issued = lifecycle.issue_token(user, **issuing)
        self.token, self.pk = issued.token, str(issued.session.pk)
        scheme = "Bearer " if header == "authorization" else ""
        Caller.__init__(self, **{header: scheme + issued.token})


def sessions_of(user, count):
    """Return new active sessions of a user, the latest first, three of each second."""
    rows = SessionFactory.build_batch(
        count,
        user=user,
        kind=Kind.TOKEN,
        backend=BACKEND,
        auth_digest=users.auth_digest_of(user),
    )
    now = timezone.now()
    for position, row in enumerate(rows):
        row.created_at = now - timedelta(seconds=position // 3)
    return Session.objects.bulk_create(rows)


def changeable():
    """Return what a request can change of any session, by its id."""
    fields = ("ended_at", "end_reason", "expires_at", "authenticated_at", "key_digest")
    return {row.pop("pk"): row for row in Session.objects.values("pk", *fields)}


def is_signed_in(client):
    """Tell whether whoami knows a client's session."""
    return client.get(WHOAMI).status_code == 200
