"""Another user, with sessions of every kind, who must not notice what is done to anybody else."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from sessions_api import credentials, lifecycle
from sessions_api.models import EndReason, Kind, Session
from tests.factories import SessionFactory, UserFactory
from tests.helpers import CURRENT, bearer, name_in_new_process, returning_browser


class Bystander:
    """A user whom nothing in a test is about. The primary key is lower than those made later."""

    def __init__(self):
        self.user = UserFactory.create(username="bystander")
        self.browser = returning_browser(self.user)
        self.token = lifecycle.issue_token(self.user, label="the bystander's").token
        now = timezone.now()
        ended = {"ended_at": now, "end_reason": EndReason.REVOKED}
        sealed = credentials.seal("of-no-engine-session-at-all-000")
        for fields in (
            {"expires_at": None},  # a login whose response is on its way
            {"adopted": True, "authenticated_at": None},
            {"impersonator": self.user, "organization_id": "acme"},
            {"impersonator": self.user, "acting_as": self.user, "provider": "google"},
            {"expires_at": now - timedelta(days=1)},
            {"kind": Kind.TOKEN, "expires_at": now - timedelta(days=1)},
            ended,
            {**ended, "kind": Kind.TOKEN},
            {**ended, "sealed_key": sealed},  # an end that is unfinished
        ):
            SessionFactory.create(user=self.user, **fields)
        self._before = self._rows()

    def assert_unnoticed(self):
        """Assert that every row is as it was, and that browser and token are let in."""
        assert self._rows() == self._before
        assert name_in_new_process(self.browser) == self.user.username
        assert Client().get(CURRENT, headers=bearer(self.token)).status_code == 200

    def _rows(self):
        return list(Session.objects.for_user(self.user).order_by("pk").values())
