"""Staff in somebody else's place, with django-hijack's own views."""

import pytest
from django.test import Client

from sessions_api import lifecycle
from sessions_api.models import EndReason, Session
from tests.factories import PASSWORD, UserFactory
from tests.helpers import CURRENT

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def root():
    return UserFactory.create(username="root", is_staff=True, is_superuser=True)


@pytest.fixture
def roots_browser(browser, root):
    browser.post("/login/", {"username": "root", "password": PASSWORD})
    return browser


@pytest.fixture
def alices_browser(alice):
    browser = Client()
    browser.post("/login/", {"username": "alice", "password": PASSWORD})
    return browser


def acquire(browser, user):
    assert browser.post("/hijack/acquire/", {"user_pk": user.pk}).status_code == 302


def release(browser):
    assert browser.post("/hijack/release/").status_code == 302


def listed(browser, query=""):
    """Return the user's sessions by whether somebody else has opened them."""
    rows = browser.get(f"/api/sessions/?{query}").json()["results"]
    return {row["id"]: row["is_impersonated"] for row in rows}


def test_the_owner_sees_the_session_of_whoever_has_taken_their_place(
    engine, roots_browser, alices_browser, root, alice
):
    acquire(roots_browser, alice)
    session = Session.objects.get(impersonator=root)
    own = alices_browser.get(CURRENT).json()["id"]
    assert session.user == alice
    assert (session.methods, session.aal) == ("", None)
    assert listed(alices_browser) == {own: False, str(session.pk): True}
    assert listed(alices_browser, "impersonated=true") == {str(session.pk): True}
    assert listed(alices_browser, "impersonated=false") == {own: False}


def test_the_owner_can_end_it(engine, roots_browser, alices_browser, alice):
    acquire(roots_browser, alice)
    session = Session.objects.get(impersonator__isnull=False)
    assert alices_browser.delete(f"/api/sessions/{session.pk}/").status_code == 204
    assert roots_browser.get("/do/user/").content == b""


def test_the_staffs_own_session_ends_as_in_any_change_of_users(roots_browser, root, alice):
    acquire(roots_browser, alice)
    assert Session.objects.get(user=root).end_reason == EndReason.REPLACED


def test_releasing_ends_it_and_signs_the_staff_in_again(engine, roots_browser, root, alice):
    acquire(roots_browser, alice)
    release(roots_browser)
    assert Session.objects.get(user=alice).end_reason == EndReason.REPLACED
    current = roots_browser.get(CURRENT).json()
    session = Session.objects.get(pk=current["id"])
    assert (session.user, session.impersonator) == (root, None)
    assert current["is_impersonated"] is False


def test_who_goes_on_from_place_to_place_stays_the_impersonator(roots_browser, root):
    helper = UserFactory.create(is_staff=True, is_superuser=True)
    carol = UserFactory.create()
    acquire(roots_browser, helper)
    acquire(roots_browser, carol)
    assert Session.objects.get(user=carol).impersonator == root
    release(roots_browser)
    assert Session.objects.get(user=helper, ended_at=None).impersonator == root


def test_staff_see_who_has_taken_whose_place(roots_browser, root, alice):
    acquire(roots_browser, alice)
    staff = Client()
    staff.post("/login/", {"username": "root", "password": PASSWORD})

    def found(query):
        rows = staff.get(f"/api/admin/sessions/?{query}").json()["results"]
        return [(row["user"], row["impersonator"]) for row in rows]

    assert found("impersonated=true") == [(alice.pk, root.pk)]
    assert found("impersonated=false") == [(root.pk, None)]


def test_nobody_is_left_of_an_impersonator_who_is_deleted(roots_browser, root, alice):
    acquire(roots_browser, alice)
    root.delete()
    session = Session.objects.get(user=alice)
    roots_browser.get("/do/write/")
    session.refresh_from_db()
    assert session.impersonator is None
    assert session.ended_at is None
    assert session.acting_as == alice
    assert roots_browser.get(CURRENT).json()["is_impersonated"] is True


# django-loginas


def log_in_as(browser, user):
    assert browser.post(f"/admin/login/user/{user.pk}/").status_code == 302


def test_who_logs_in_as_somebody_is_told(engine, roots_browser, alices_browser, root, alice):
    log_in_as(roots_browser, alice)
    session = Session.objects.get(impersonator=root)
    assert (session.user, session.acting_as) == (alice, alice)
    assert (session.methods, session.aal, session.authenticated_at) == ("", None, None)
    assert listed(alices_browser)[str(session.pk)] is True
    current = roots_browser.get(CURRENT).json()
    assert (current["id"], current["is_impersonated"]) == (str(session.pk), True)
    assert current["acting_as"] == alice.pk


@pytest.mark.parametrize("method", ["get", "post"])
def test_logging_out_of_somebody_leads_back_and_proves_nothing(
    engine, roots_browser, root, alice, method
):
    log_in_as(roots_browser, alice)
    getattr(roots_browser, method)("/admin/logout/")
    assert roots_browser.get("/do/user/").content == b"root"
    session = Session.objects.get(user=root, ended_at=None)
    assert (session.methods, session.authenticated_at) == ("", None)
    assert (session.impersonator, session.acting_as) == (None, None)
    assert Session.objects.get(user=alice).end_reason == EndReason.LOGOUT


def test_the_flag_of_loginas_may_have_another_name(roots_browser, root, alice, settings):
    settings.LOGINAS_FROM_USER_SESSION_FLAG = "from"
    roots_browser.get("/do/write/")
    log_in_as(roots_browser, alice)
    session = roots_browser.session
    session["from"] = session.pop("loginas_from_user")
    session.save()
    roots_browser.get("/do/user,write/")
    assert Session.objects.get(user=alice).impersonator == root


# django-impersonate


def impersonate(browser, user):
    assert browser.get(f"/impersonate/{user.pk}/").status_code == 302
    assert browser.get("/do/user/").content == user.username.encode()


def test_who_acts_as_somebody_in_a_session_of_their_own_is_told(
    engine, roots_browser, alices_browser, root, alice
):
    (session,) = Session.objects.filter(user=root)
    own = alices_browser.get(CURRENT).json()["id"]
    impersonate(roots_browser, alice)
    session.refresh_from_db()
    assert (session.user, session.impersonator, session.acting_as) == (root, root, alice)
    assert session.methods == "password"
    assert listed(alices_browser) == {own: False, str(session.pk): True}


def test_the_current_session_answers_for_whoever_impersonates(engine, roots_browser, root, alice):
    (session,) = Session.objects.filter(user=root)
    impersonate(roots_browser, alice)
    current = roots_browser.get(CURRENT).json()
    assert (current["id"], current["is_current"]) == (str(session.pk), True)
    assert (current["is_impersonated"], current["acting_as"]) == (True, alice.pk)
    assert listed(roots_browser) == {str(session.pk): True}
    assert roots_browser.get("/ory/sessions/whoami").json()["identity"]["traits"] == {
        "email": alice.email,
        "username": "alice",
    }
    validation = roots_browser.get("/hanko/sessions/validate").json()
    assert validation["claims"]["username"] == "alice"


def test_whom_somebody_acts_as_sees_it_and_cannot_end_the_sign_in_of_the_other(
    roots_browser, alices_browser, root, alice
):
    (session,) = Session.objects.filter(user=root)
    impersonate(roots_browser, alice)
    path = f"/api/sessions/{session.pk}/"
    assert alices_browser.get(path).json()["state"] == "active"
    assert alices_browser.delete(path).status_code == 403
    kind = "application/json"
    assert alices_browser.patch(path, {"label": "x"}, content_type=kind).status_code == 403
    assert alices_browser.delete("/api/sessions/").json() == {"ended": 0}
    assert roots_browser.get("/do/user/").content == b"alice"
    assert roots_browser.delete(path).status_code == 204
    assert roots_browser.get("/do/user/").content == b""


def test_who_stops_acting_as_somebody_is_themselves_again(
    engine, roots_browser, alices_browser, root, alice
):
    impersonate(roots_browser, alice)
    roots_browser.get("/impersonate/stop/")
    session = Session.objects.get(user=root)
    assert (session.impersonator, session.acting_as) == (None, None)
    current = roots_browser.get(CURRENT).json()
    assert (current["id"], current["is_impersonated"]) == (str(session.pk), False)
    assert len(listed(alices_browser)) == 1


def test_staff_see_as_whom_somebody_acts(roots_browser, root, alice):
    impersonate(roots_browser, alice)
    staff = Client()
    staff.post("/login/", {"username": "root", "password": PASSWORD})
    rows = staff.get("/api/admin/sessions/?impersonated=true").json()["results"]
    assert [(row["user"], row["impersonator"], row["acting_as"]) for row in rows] == [
        (root.pk, root.pk, alice.pk)
    ]
    page = staff.get("/admin/sessions_api/session/").content.decode()
    assert "root (acting as another user)" in page


def test_nobody_acts_as_a_user_who_is_deleted(roots_browser, root, alice):
    impersonate(roots_browser, alice)
    alice.delete()
    roots_browser.get("/do/write/")
    session = Session.objects.get(user=root)
    assert (session.impersonator, session.acting_as, session.ended_at) == (None, None, None)


# All three


@pytest.mark.parametrize("take", [acquire, log_in_as, impersonate])
def test_whoever_impersonates_proves_nothing_and_cannot_confirm_anything(
    roots_browser, alice, settings, take
):
    settings.SESSIONS_API = {"REAUTHENTICATION_AGE": 600}
    take(roots_browser, alice)
    other = lifecycle.issue_token(alice).session
    answer = roots_browser.delete("/api/sessions/")
    assert (answer.status_code, answer.json()["code"]) == (403, "reauthentication_required")
    form = {"password": PASSWORD}
    assert roots_browser.post(f"{CURRENT}reauthenticate/", form).status_code == 403
    assert list(Session.objects.filter(impersonator=None, ended_at=None)) == [other]


def test_an_impersonation_that_could_not_be_written_proves_nothing(
    roots_browser, root, alice, settings
):
    impersonate(roots_browser, alice)
    Session.objects.update(impersonator=None, acting_as=None)
    settings.SESSIONS_API = {"REAUTHENTICATION_AGE": 600}
    current = roots_browser.get(CURRENT).json()
    assert (current["is_impersonated"], current["acting_as"]) == (True, alice.pk)
    lifecycle.issue_token(alice)
    assert roots_browser.delete("/api/sessions/").status_code == 403
