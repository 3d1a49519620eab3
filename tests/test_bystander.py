"""Whatever is done to one user's sessions, another's stay as they are, on each engine."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from sessions_api import lifecycle, recent
from sessions_api.dialects.identifiers import uuid_of
from sessions_api.exceptions import CannotExtend, SessionLimitReached
from sessions_api.lifecycle import canary, ending, tokens
from sessions_api.models import EndReason, Session
from tests.dialects.callers import Caller
from tests.factories import PASSWORD, SessionFactory, UserFactory
from tests.helpers import (
    CURRENT,
    DJANGOS_ENGINES,
    REAUTHENTICATE,
    SESSIONS,
    bearer,
    later,
    old_session,
    returning_browser,
    session_id,
    signed_in,
    staff_with,
)

pytestmark = pytest.mark.django_db(transaction=True)


class Stage:
    """The user whom everything is done to, with a browser in use, a token, and another browser."""

    def __init__(self, settings):
        self.settings = settings
        self.alice = UserFactory.create(username="alice")
        self.other = returning_browser(self.alice)
        self.other_id = session_id(self.other)
        self.client = returning_browser(self.alice)
        self.id = session_id(self.client)
        self.issued = lifecycle.issue_token(self.alice)
        self.uuid = uuid_of(self.alice.pk)

    @property
    def row(self):
        return Session.objects.get(pk=self.id)

    @property
    def own(self):
        return Session.objects.for_user(self.alice)

    def do(self, *steps, **options):
        return self.client.get(f"/do/{','.join(steps)}/", options)

    def by_token(self, method, path, body=None):
        return self._asked(self.issued.token, method, path, body)

    def by_staff(self, method, path, body=None):
        staff = staff_with("view_session", "change_session", "end_session")
        return self._asked(lifecycle.issue_token(staff).token, method, path, body)

    @staticmethod
    def _asked(token, method, path, body):
        response = Caller(**bearer(token)).ask(method, path, body)
        assert response.status_code < 300, response.content
        return response


def _save_as_deactivated(stage):
    stage.alice.is_active = False
    stage.alice.save()


def _limited(stage, act, **options):
    stage.settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 1, **options}
    with suppress(SessionLimitReached):
        act(stage)
    stage.settings.SESSIONS_API = {}


def _use(stage, *, token=False):
    headers = {"user-agent": "Lynx/2"} | (bearer(stage.issued.token) if token else {})
    with later(seconds=61):
        client = Client() if token else stage.client
        assert client.get(CURRENT, headers=headers, REMOTE_ADDR="198.51.100.9").status_code == 200


def _extend(stage, session):
    with later(seconds=61), suppress(CannotExtend):
        lifecycle.extend(session)


def _idle(stage):
    stage.settings.SESSIONS_API = {"IDLE_TIMEOUT": 600}
    recent.clear()
    with later(seconds=601):
        assert stage.do("user").content == b""
        assert Client().get(CURRENT, headers=bearer(stage.issued.token)).status_code == 401
    stage.settings.SESSIONS_API = {}


def _deactivate(stage, *, by_token=False):
    get_user_model().objects.filter(pk=stage.alice.pk).update(is_active=False)
    if by_token:
        assert Client().get(CURRENT, headers=bearer(stage.issued.token)).status_code == 401
    else:
        assert stage.do("user").content == b""
    assert set(stage.own.values_list("end_reason", flat=True)) == {EndReason.DEACTIVATED}


def _purge(stage):
    canary.leave()
    long_ago = timezone.now() - timedelta(days=200)
    SessionFactory.create(user=stage.alice, ended_at=long_ago, end_reason=EndReason.LOGOUT)
    assert lifecycle.purge() == 1


def _change_reason(stage):
    lifecycle.end_all(stage.alice)
    ending.change_reason(stage.own, EndReason.DELETED)


IN_CODE = {
    "end": lambda stage: lifecycle.end(stage.row),
    "end all": lambda stage: lifecycle.end_all(stage.alice),
    "end all but one": lambda stage: lifecycle.end_all(stage.alice, except_=stage.row),
    "end many": lambda stage: lifecycle.end_many(stage.own),
    "end again for another reason": _change_reason,
    "rename": lambda stage: lifecycle.rename(stage.row, "hers"),
    "extend a browser's": lambda stage: _extend(stage, stage.row),
    "extend a token's": lambda stage: _extend(stage, stage.issued.session),
    "issue a token": lambda stage: lifecycle.issue_token(stage.alice),
    "issue a token at the limit": lambda stage: _limited(
        stage, lambda stage: lifecycle.issue_token(stage.alice)
    ),
    "issue a token beyond the limit": lambda stage: _limited(
        stage, lambda stage: lifecycle.issue_token(stage.alice), ON_LIMIT="refuse"
    ),
    "renew a token": lambda stage: tokens.reauthenticated(stage.issued.session, stage.alice),
    "prove again in a browser": lambda stage: tokens.reauthenticated(stage.row, stage.alice),
    "delete a row": lambda stage: stage.row.delete(),
    "delete rows": lambda stage: stage.own.delete(),
    "purge": _purge,
    "save as deactivated": _save_as_deactivated,
    "delete the user": lambda stage: stage.alice.delete(),
}
REQUESTS = {
    "sign in": lambda stage: signed_in(stage.alice),
    "sign in at the limit": lambda stage: _limited(stage, lambda stage: signed_in(stage.alice)),
    "sign in beyond the limit": lambda stage: _limited(
        stage, lambda stage: Client().get(f"/do/login:{stage.alice.pk}/"), ON_LIMIT="refuse"
    ),
    "sign in again": lambda stage: stage.do(f"login:{stage.alice.pk}"),
    "sign in as another": lambda stage: stage.do(f"login:{UserFactory.create().pk}"),
    "sign in, and fail": lambda stage: stage.do(f"login:{stage.alice.pk}", status=500),
    "sign out": lambda stage: stage.do("logout"),
    "flush": lambda stage: stage.do("user", "flush"),
    "clear": lambda stage: stage.do("user", "clear"),
    "change the key": lambda stage: stage.do("user", "cycle"),
    "change the key, and fail": lambda stage: stage.do("user", "cycle", status=500),
    "change the password": lambda stage: stage.do("password:another"),
    "close the account": lambda stage: stage.do("close_account"),
    "delete the account": lambda stage: stage.do("delete_account"),
    "come back deactivated": _deactivate,
    "come back deactivated with a token": lambda stage: _deactivate(stage, by_token=True),
    "come back idle": _idle,
    "use a browser elsewhere": _use,
    "use a token elsewhere": lambda stage: _use(stage, token=True),
    "be adopted": lambda stage: old_session(stage.alice).get("/do/user/"),
    "save a new expiry": lambda stage: stage.do("user", "expiry:100"),
}
CALLS = {
    "end one": lambda stage: stage.by_token("DELETE", f"{SESSIONS}{stage.id}/"),
    "end the others": lambda stage: stage.by_token("DELETE", SESSIONS),
    "end all": lambda stage: stage.by_token("DELETE", f"{SESSIONS}?include_current=true"),
    "end the current": lambda stage: stage.by_token("DELETE", CURRENT),
    "rename": lambda stage: stage.by_token("PATCH", f"{SESSIONS}{stage.id}/", {"label": "hers"}),
    "confirm the password": lambda stage: stage.by_token(
        "POST", REAUTHENTICATE, {"password": PASSWORD}
    ),
    "confirm the password in a browser": lambda stage: stage.client.post(
        REAUTHENTICATE, {"password": PASSWORD}, content_type="application/json"
    ),
    "staff end one": lambda stage: stage.by_staff("DELETE", f"/api/admin/sessions/{stage.id}/"),
    "staff end a user's": lambda stage: stage.by_staff(
        "DELETE", f"/api/admin/users/{stage.alice.pk}/sessions/"
    ),
    "staff end what matches": lambda stage: stage.by_staff(
        "POST", "/api/admin/sessions/end/", {"user": stage.alice.pk}
    ),
    "staff extend one": lambda stage: stage.by_staff(
        "POST", f"/api/admin/sessions/{stage.issued.session.pk}/extend/"
    ),
    "ory: end the others": lambda stage: stage.by_token("DELETE", "/ory/sessions"),
    "ory: end one": lambda stage: stage.by_token("DELETE", f"/ory/sessions/{stage.id}"),
    "ory: staff end one": lambda stage: stage.by_staff("DELETE", f"/ory/admin/sessions/{stage.id}"),
    "ory: staff delete a user's": lambda stage: stage.by_staff(
        "DELETE", f"/ory/admin/identities/{stage.uuid}/sessions"
    ),
    "hanko: sign out": lambda stage: stage.by_token("POST", "/hanko/logout"),
    "hanko: sign out, with a browser beside": lambda stage: stage.client.post(
        "/hanko/logout", headers=bearer(stage.issued.token)
    ),
    "hanko: staff end one": lambda stage: stage.by_staff(
        "DELETE", f"/hanko/users/{stage.uuid}/sessions/{stage.id}"
    ),
    "hanko: validate": lambda stage: stage.by_staff(
        "POST", "/hanko/sessions/validate", {"session_token": stage.issued.token}
    ),
    "torii: end one": lambda stage: stage.by_token(
        "DELETE", f"/torii/_torii/users/me/sessions/{stage.id}"
    ),
    "torii: staff end a user's": lambda stage: stage.by_staff(
        "DELETE", f"/torii/api/server/v1/users/{stage.uuid}/sessions"
    ),
    "flashback: end one": lambda stage: stage.by_token(
        "POST", f"/flashback/sessions/{stage.id}/revoke"
    ),
    "flashback: end all": lambda stage: stage.by_token("POST", "/flashback/sessions/revoke-all"),
    "flashback: heartbeat": lambda stage: stage.by_token(
        "POST", f"/flashback/sessions/{stage.issued.session.pk}/heartbeat"
    ),
    "command: end": lambda stage: call_command("end_sessions", user="alice", verbosity=0),
    "command: issue": lambda stage: call_command("create_token", "alice", verbosity=0),
}


@pytest.mark.parametrize("engine", DJANGOS_ENGINES, indirect=True)
@pytest.mark.parametrize("act", IN_CODE.values(), ids=IN_CODE)
def test_what_code_does_to_ones_sessions_leaves_anothers_alone(engine, bystander, settings, act):
    act(Stage(settings))


@pytest.mark.parametrize("engine", DJANGOS_ENGINES, indirect=True)
@pytest.mark.parametrize("act", REQUESTS.values(), ids=REQUESTS)
def test_what_happens_to_ones_sessions_leaves_anothers_alone(engine, bystander, settings, act):
    act(Stage(settings))


@pytest.mark.parametrize("act", CALLS.values(), ids=CALLS)
def test_what_a_caller_does_to_ones_sessions_leaves_anothers_alone(bystander, settings, act):
    act(Stage(settings))
