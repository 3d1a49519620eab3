"""Every caller, every act, every surface: one rule decides, and what is refused tells nothing."""

from collections.abc import Iterator
from typing import Any

import pytest

from sessions_api.models import EndReason
from tests.surfaces.calls import CALLS, PAGES, Way, mounted
from tests.surfaces.rules import (
    OF_CURRENT,
    OF_OWNERS,
    PERMISSIONS,
    Act,
    Caller,
    Outcome,
    Target,
    outcome,
)
from tests.surfaces.world import IP_ADDRESS, OWNERS, STAFF, World

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.admin.users_pages")]

PENDING = 202
"""The end is written. Nothing is deleted from the engine, since the test's transaction does not end."""

STATUSES = {
    Outcome.DONE: {200, 204, PENDING},
    Outcome.STRANGER: {401},
    Outcome.REFUSED: {403},
    Outcome.UNPROVED: {403},
    Outcome.HIDDEN: {200, 204, 404},
    Outcome.LEFT_ALONE: {200, PENDING},
}
STATUSES_OF_PAGES = {
    **STATUSES,
    Outcome.DONE: {200, 302},
    Outcome.STRANGER: {302},  # to the login page
    Outcome.UNPROVED: {302},  # to a page that says so
    Outcome.LEFT_ALONE: {302},
}
DETAILS = {"detail", "code", "methods", "login_url", "end_reason"}
WITHOUT_CASES = (Act.BY_SECRET, Act.LEAD_ELSEWHERE)


def cases() -> Iterator[Any]:
    """Return every call with everybody who may make it, about everybody's session."""
    for call, ways in CALLS.items():
        for number, way in enumerate(ways):
            if way.act in WITHOUT_CASES:
                continue
            for caller, target in askers(way.act):
                if PAGES in call and caller.credential == "token":
                    continue
                name = f"{call} {number}: {caller}, {target}"
                yield pytest.param(call, way, caller, target, id=name)


def askers(act: Act) -> Iterator[tuple[Caller, Target]]:
    """Return the callers of an act, each with those whose session it may be about."""
    if act in OF_CURRENT:
        yield from ((caller, Target.CURRENT) for caller in OWNERS)
    elif act in OF_OWNERS:
        yield from ((caller, Target.ALICES) for caller in OWNERS)
    else:
        for caller in STAFF:
            yield caller, Target.ALICES
            if caller.is_somebody and caller.holds({"view_session"}):
                yield caller, Target.OWN
            if caller.is_somebody and caller.holds(PERMISSIONS):
                yield caller, Target.SUPERUSERS


def test_every_call_has_a_row_and_every_row_a_call():
    assert sorted(mounted()) == sorted(CALLS)


@pytest.mark.parametrize(("call", "way", "caller", "target"), list(cases()))
def test_one_rule_decides(settings, call, way, caller, target):
    settings.SESSIONS_API = {"REAUTHENTICATION_AGE": 600}
    world = World(caller, target)
    act, expected = way.act, outcome(way.act, caller, target)
    if expected is Outcome.REFUSED and way.otherwise is not None:
        act, expected = way.otherwise, outcome(way.otherwise, caller, target)
    if PAGES in call and not caller.is_staff:
        expected = Outcome.STRANGER  # the admin asks whoever is no staff to sign in
    response = world.ask(call, way.body)
    assert response.status_code in statuses(call, way, expected)
    if expected is Outcome.DONE:
        assert_done(world, act, response)
    else:
        assert_untouched_and_untold(world, response)
        if " /api/" in call and response.status_code >= 400:
            assert {"detail"} <= response.json().keys() <= DETAILS
        if expected is Outcome.LEFT_ALONE and act is Act.COUNT_TO_END:
            assert response.json()["matched"] == 0


def statuses(call, way: Way, expected: Outcome):
    usual = STATUSES_OF_PAGES if PAGES in call else STATUSES
    return {way.statuses[expected]} if expected in way.statuses else usual[expected]


def assert_done(world, act, response):
    told, after = response.content.decode(), world.state()
    if act in (Act.SEE, Act.SEE_OWN, Act.SEE_CURRENT):
        assert str(world.session.pk) in told
    elif act is Act.SEE_FIGURES:
        assert "<table" in told
        assert str(world.session.pk) not in told
    elif act is Act.ASK_TO_END:
        assert IP_ADDRESS in told
    elif act is Act.COUNT_TO_END:
        assert response.json()["matched"] > 0
    elif act is Act.MAKE_TOKEN:
        assert response.json()["token"]
    elif act is Act.RENAME_OWN:
        assert after["label"] == "renamed"
    elif act in (Act.KEEP_OWN, Act.EXTEND):
        assert after["expires_at"] > world.before["expires_at"]
    else:
        assert after["ended_at"] is not None
        return
    assert after["ended_at"] is None


def assert_untouched_and_untold(world, response):
    after = world.state()
    if (
        after["end_reason"] != EndReason.DEACTIVATED
    ):  # which the request of their user may bring about
        assert after == world.before
    told = response.content.decode().replace(response.wsgi_request.path, "")
    session = world.session
    for secret in (str(session.pk), IP_ADDRESS, session.user.email):
        assert secret not in told
