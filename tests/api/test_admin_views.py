"""What staff see of everybody's sessions, and how they end and extend them, over HTTP."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sessions_api import lifecycle
from sessions_api.models import EndReason, Session
from tests.factories import PASSWORD, SessionFactory, UserFactory
from tests.helpers import (
    DJANGOS_ENGINES,
    FIREFOX,
    later,
    name_of,
    session_id,
    signed_in,
    staff_with,
)

pytestmark = pytest.mark.django_db(transaction=True)

SESSIONS = "/api/admin/sessions/"
END = "/api/admin/sessions/end/"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.2 Mobile/15E148 Safari/604.1"
)


def firefox_of(user, **environ):
    return signed_in(user, **{"REMOTE_ADDR": "203.0.113.7", "HTTP_USER_AGENT": FIREFOX, **environ})


@pytest.fixture
def staff():
    """Return the browser of a staff user with every permission."""
    user = staff_with("view_session", "change_session", "delete_session", "end_session")
    return firefox_of(user, REMOTE_ADDR="192.0.2.1")


def get(client, path=SESSIONS, **params):
    response = client.get(path, params)
    assert response.status_code == 200, response.content
    assert response["Cache-Control"] == ("max-age=0, no-cache, no-store, must-revalidate, private")
    return response.json()


def post(client, path, body=None):
    return client.post(path, json.dumps(body or {}), content_type="application/json")


def ids(page):
    return {item["id"] for item in page["results"]}


def test_staff_see_whose_a_session_is_and_who_ended_it(staff):
    alice = UserFactory.create()
    browser = firefox_of(alice)
    pk = session_id(browser)
    shown = get(staff, f"{SESSIONS}{pk}/")
    assert (shown["user"], shown["user_name"]) == (alice.pk, alice.username)
    assert (shown["state"], shown["ended_by"], shown["is_current"]) == ("active", None, False)
    assert staff.delete(f"{SESSIONS}{pk}/").status_code == 204
    assert staff.delete(f"{SESSIONS}{pk}/").status_code == 204
    shown = get(staff, f"{SESSIONS}{pk}/")
    by = Session.objects.get(pk=session_id(staff)).user_id
    assert (shown["state"], shown["end_reason"], shown["ended_by"]) == ("ended", "revoked", by)
    assert name_of(browser) == ""


def test_staff_see_everybody_the_most_recently_used_first(staff):
    browsers = [firefox_of(UserFactory.create()) for _ in range(3)]
    expected = [session_id(browser) for browser in [staff, *browsers]]
    listed = [item["id"] for item in get(staff)["results"]]
    assert listed == [str(session.pk) for session in Session.objects.order_by("-last_used", "-id")]
    assert sorted(listed) == sorted(expected)


def test_staff_find_sessions_by_what_is_known_of_them(staff):
    alice = UserFactory.create(username="alice")
    phone = firefox_of(alice, HTTP_USER_AGENT=SAFARI, REMOTE_ADDR="198.51.100.9")
    firefox_of(UserFactory.create())
    for params in (
        {"user": alice.pk},
        {"search": "ali"},
        {"search": "198.51.100.9"},
        {"ip": "198.51.100.0/24"},
        {"device_type": "mobile", "os": "ios"},
    ):
        assert ids(get(staff, **params)) == {session_id(phone)}, params


def test_staff_see_what_is_dead_and_why(staff):
    alice = UserFactory.create()
    first, second = firefox_of(alice), firefox_of(alice)
    first_id, second_id = session_id(first), session_id(second)
    second.session.flush()
    lifecycle.end(Session.objects.get(pk=first_id))
    path = f"/api/admin/users/{alice.pk}/sessions/"
    assert get(staff, path)["results"] == []
    expected = {first_id: ("ended", "revoked"), second_id: ("invalid", "lost")}
    for state, pks in (
        ("over", {first_id, second_id}),
        ("all", {first_id, second_id}),
        ("ended", {first_id}),
        ("invalid", {second_id}),
        ("expired", set()),
        ("active", set()),
        ("unknown", set()),
    ):
        dead = get(staff, path, state=state)["results"]
        found = {item["id"]: (item["state"], item["end_reason"]) for item in dead}
        assert found == {pk: expected[pk] for pk in pks}, state


@pytest.mark.parametrize("engine", DJANGOS_ENGINES, indirect=True)
def test_a_page_of_25_users_costs_three_queries_and_the_caller(staff, settings, engine):
    root = UserFactory.create(is_staff=True, is_superuser=True)
    browser = firefox_of(root)
    for _ in range(25):
        firefox_of(UserFactory.create())
    browser.get("/do/user/")
    with CaptureQueriesContext(connection) as alone:
        browser.get("/do/user/")
    with CaptureQueriesContext(connection) as queries:
        assert len(ids(get(browser))) == 25
    assert len(queries) - len(alone) <= 3


def test_a_dry_run_counts_what_the_list_shows_and_ends_nothing(staff):
    browsers = [firefox_of(UserFactory.create()) for _ in range(3)]
    SessionFactory.create(ip_address="203.0.113.7")  # the engine never had it
    filters = {"ip": "203.0.113.0/24"}
    assert len(ids(get(staff, **filters))) == 3
    assert post(staff, END, {**filters, "dry_run": True}).json() == {"matched": 3, "ended": 0}
    assert all(name_of(browser) for browser in browsers)
    assert not Session.objects.filter(ended_at__isnull=False).exists()


def test_what_the_filters_find_ends_and_nothing_else(staff):
    attacked, elsewhere = firefox_of(UserFactory.create()), firefox_of(UserFactory.create())
    Session.objects.filter(pk=session_id(elsewhere)).update(
        ip_address="198.51.100.1", last_ip_address="198.51.100.1"
    )
    lost = SessionFactory.create(ip_address="203.0.113.7")
    assert post(staff, END, {"ip": "203.0.113.7"}).json() == {"matched": 1, "ended": 1}
    assert (name_of(attacked), bool(name_of(elsewhere))) == ("", True)
    lost.refresh_from_db()
    assert lost.end_reason == EndReason.REVOKED
    assert post(staff, END, {"ip": "203.0.113.7"}).json() == {"matched": 0, "ended": 0}


def test_a_superusers_sessions_are_left_alone_and_not_even_counted(staff):
    root = firefox_of(UserFactory.create(is_superuser=True))
    alice = firefox_of(UserFactory.create())
    everybody = {"ip": "203.0.113.7"}
    assert post(staff, END, {**everybody, "dry_run": True}).json() == {"matched": 1, "ended": 0}
    assert post(staff, END, everybody).json() == {"matched": 1, "ended": 1}
    assert (bool(name_of(root)), name_of(alice)) == (True, "")


def test_all_ends_everybody_the_caller_last_of_all(staff):
    browsers = [firefox_of(UserFactory.create()) for _ in range(3)]
    response = post(staff, END, {"all": True})
    assert response.json() == {"matched": 4, "ended": 4}
    assert not any(name_of(browser) for browser in [staff, *browsers])
    assert Session.objects.not_ended().count() == 0
    assert post(staff, END, {"all": True}).status_code == 401


def test_more_than_a_batch_ends_at_once():
    root = firefox_of(UserFactory.create(is_staff=True, is_superuser=True))
    Session.objects.bulk_create(SessionFactory.build_batch(1_200, user=UserFactory.create()))
    assert post(root, END, {"all": True}).json() == {"matched": 1, "ended": 1}
    assert not Session.objects.not_ended().exists()


def test_a_users_sessions_end_together(staff):
    alice = UserFactory.create()
    browsers = [firefox_of(alice) for _ in range(3)]
    other = firefox_of(UserFactory.create())
    path = f"/api/admin/users/{alice.pk}/sessions/"
    assert len(get(staff, path)["results"]) == 3
    assert staff.delete(path).json() == {"ended": 3}
    assert staff.delete(path).json() == {"ended": 0}
    assert not any(name_of(browser) for browser in browsers)
    assert name_of(other)


def test_staff_who_end_their_own_session_are_signed_out(staff):
    assert staff.delete(f"{SESSIONS}{session_id(staff)}/").status_code == 204
    assert name_of(staff) == ""
    assert Session.objects.get().end_reason == EndReason.LOGOUT


def test_an_extended_session_lives_on_and_its_browser_hears_of_it(staff, settings):
    settings.SESSION_COOKIE_AGE = 14 * 24 * 3600
    browser = firefox_of(UserFactory.create())
    pk = session_id(browser)
    with later(days=10):
        boss = firefox_of(UserFactory.create(is_staff=True, is_superuser=True))
        response = post(boss, f"{SESSIONS}{pk}/extend/")
        assert response.status_code == 200
        in_two_weeks = timezone.now() + timedelta(days=14)
        assert response.json()["expires_at"] == in_two_weeks.isoformat().replace("+00:00", "Z")
        response = browser.get("/do/user/")
        assert response.cookies["sessionid"]["max-age"] == 14 * 24 * 3600
        assert "sessionid" not in browser.get("/do/user/").cookies
    with later(days=20):
        assert name_of(browser)


def test_what_is_not_active_cannot_be_extended(staff):
    session = SessionFactory.create()
    response = post(staff, f"{SESSIONS}{session.pk}/extend/")
    assert (response.status_code, response.json()) == (
        409,
        {"detail": "This session is not active."},
    )


def test_a_session_with_a_fixed_end_cannot_be_extended(staff):
    browser = firefox_of(UserFactory.create())
    fixed = browser.session
    fixed.set_expiry(timezone.now() + timedelta(days=1))
    fixed.save()
    Session.objects.filter(pk=session_id(browser)).update(expires_at=fixed.get_expiry_date())
    response = post(staff, f"{SESSIONS}{session_id(browser)}/extend/")
    assert (response.status_code, response.json()) == (
        409,
        {"detail": "This session ends at a fixed date."},
    )


def test_a_signed_cookie_cannot_be_extended(settings):
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    boss = firefox_of(UserFactory.create(is_staff=True, is_superuser=True))
    browser = firefox_of(UserFactory.create())
    response = post(boss, f"{SESSIONS}{session_id(browser)}/extend/")
    assert response.status_code == 409
    assert "engine" in response.json()["detail"]


@pytest.mark.parametrize(
    ("permissions", "allowed"),
    [
        ({"view_session"}, {"get"}),
        ({"end_session"}, set()),
        ({"change_session"}, set()),
        ({"change_session", "end_session"}, set()),
        ({"view_session", "change_session"}, {"get", "post"}),
        ({"view_session", "end_session"}, {"get", "delete"}),
    ],
)
def test_every_call_needs_the_right_to_see_and_some_need_more(permissions, allowed):
    session = SessionFactory.create()
    calls = {
        "get": f"{SESSIONS}{session.pk}/",
        "post": f"{SESSIONS}{session.pk}/extend/",
        "delete": f"{SESSIONS}{session.pk}/",
    }
    user = UserFactory.create(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = firefox_of(user)
    answers = {method: getattr(client, method)(path).status_code for method, path in calls.items()}
    assert {method for method, status in answers.items() if status != 403} == allowed


@pytest.fixture
def stale_staff(staff, settings):
    """Return the browser of staff who proved long ago who they are, on a site that minds."""
    settings.SESSIONS_API = {"REAUTHENTICATION_AGE": 600}
    Session.objects.update(authenticated_at=timezone.now() - timedelta(minutes=11))
    return staff


ENDS = {
    "one": lambda staff, session: staff.delete(f"{SESSIONS}{session.pk}/"),
    "a user's": lambda staff, session: staff.delete(
        f"/api/admin/users/{session.user_id}/sessions/"
    ),
    "what filters find": lambda staff, session: post(staff, END, {"user": session.user_id}),
    "all": lambda staff, session: post(staff, END, {"all": True}),
}


@pytest.mark.parametrize("end", ENDS)
def test_ending_ones_own_others_asks_staff_for_a_recent_proof(stale_staff, end):
    browser = firefox_of(Session.objects.get().user)
    session = Session.objects.get(pk=session_id(browser))
    response = ENDS[end](stale_staff, session)
    assert response.status_code == 403
    assert response.json()["code"] == "reauthentication_required"
    assert name_of(browser) == session.user.username
    proof = {"password": PASSWORD}
    assert post(stale_staff, "/api/sessions/current/reauthenticate/", proof).status_code == 200
    assert ENDS[end](stale_staff, session).status_code in (200, 204)
    assert name_of(browser) == ""


@pytest.mark.parametrize("end", ENDS)
def test_ending_others_asks_staff_for_no_proof_so_that_backends_can(stale_staff, end):
    browser = firefox_of(UserFactory.create())
    session = Session.objects.get(pk=session_id(browser))
    assert ENDS[end](stale_staff, session).status_code in (200, 204)
    assert name_of(browser) == ""


def test_a_dry_run_asks_staff_for_no_proof(stale_staff):
    browser = firefox_of(Session.objects.get().user)
    response = post(stale_staff, END, {"all": True, "dry_run": True})
    assert response.json() == {"matched": 2, "ended": 0}
    assert name_of(browser) != ""


def test_ending_ones_own_session_as_staff_asks_for_nothing(stale_staff):
    assert stale_staff.delete(f"{SESSIONS}{session_id(stale_staff)}/").status_code == 204
    assert name_of(stale_staff) == ""


def test_seeing_and_extending_ask_staff_for_no_recent_proof(stale_staff):
    browser = firefox_of(UserFactory.create())
    assert session_id(browser) in ids(get(stale_staff))
    Session.objects.update(expires_at=timezone.now() + timedelta(days=1))
    path = f"{SESSIONS}{session_id(browser)}/extend/"
    assert post(stale_staff, path).status_code == 200


@pytest.mark.parametrize("codename", ["view_session", "change_session", "end_session"])
def test_a_permission_without_being_staff_is_none(codename):
    user = UserFactory.create()
    user.user_permissions.set(Permission.objects.filter(codename=codename))
    assert firefox_of(user).get(SESSIONS).status_code == 403


@pytest.mark.parametrize("blank", ["", " ", "\t\n", None])
@pytest.mark.parametrize(
    "name", ["browser", "os", "search", "ip", "user", "kind", "created_after", "adopted"]
)
def test_a_filter_that_is_blank_ends_nothing(staff, name, blank):
    browser = firefox_of(UserFactory.create())
    response = post(staff, END, {name: blank})
    assert (response.status_code, list(response.json())) == (400, [name])
    assert name_of(browser) != ""


@pytest.mark.parametrize("value", [0, 1, 0.0, "no", "", None, [], [True], {}])
@pytest.mark.parametrize("name", ["all", "dry_run"])
def test_a_flag_that_is_not_true_or_false_ends_nothing(staff, name, value):
    browser = firefox_of(UserFactory.create())
    response = post(staff, END, {"all": True, "dry_run": False, name: value})
    assert (response.status_code, list(response.json())) == (400, [name])
    assert name_of(browser) != ""
