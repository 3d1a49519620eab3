"""Staff in somebody else's place, with django-hijack's own views."""

import pytest
from django.test import Client

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
