"""A user's sessions on the site's own page of that user, however that page is built."""

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.test import Client
from django.urls import reverse

from sessions_api import lifecycle
from sessions_api.models import Session
from tests.admin.pages import html_of, superuser
from tests.admin.users_pages import VARIANTS, path_of
from tests.factories import SessionFactory, UserFactory
from tests.helpers import browser_of, name_of, session_of, staff_with
from tests.secrecy import forms

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.admin.users_pages")]

SHOWN = [name for name in VARIANTS if name != "StubbornAdmin"]


@pytest.mark.parametrize("site", SHOWN)
@pytest.mark.parametrize("codenames", [(), ("change_user", "add_user")])
def test_the_users_page_says_how_many_sessions_are_active(site, codenames):
    user = UserFactory.create()
    browser_of(user)
    browser_of(user)
    SessionFactory.create(user=user)  # no longer held by the session engine
    browser = browser_of(staff_with("view_user", "view_session", "end_session", *codenames))
    html = html_of(browser.get(path_of(user, site=site)))
    assert html.count("2 active sessions") == 1
    assert f'href="/{site}/sessions_api/session/?user={user.pk}"' in html
    assert f'href="{path_of(user, "end_sessions", site)}"' in html
    found = html_of(browser.get(f"/{site}/sessions_api/session/?user={user.pk}"))
    assert found.count('name="_selected_action"') == 3


@pytest.mark.parametrize("site", [*SHOWN, "StubbornAdmin"])
def test_the_users_page_still_changes_the_user(site):
    user = UserFactory.create(first_name="Before")
    browser = browser_of(superuser())
    page = html_of(browser.get(path_of(user, site=site)))
    assert ("0 active sessions" in page) is (site in SHOWN)
    fields = {"username": user.username, "first_name": "After", "password": "x"}
    fields |= {"date_joined": "2026-01-01", "date_joined_0": "2026-01-01", "date_joined_1": "12:00"}
    response = browser.post(path_of(user, site=site), fields)
    assert response.status_code == 302
    user.refresh_from_db()
    is_field = site in ("UserAdmin", "PlainAdmin", "FieldsAdmin", "NestedAdmin")
    assert user.first_name == ("After" if is_field else "Before")


def test_a_form_with_errors_still_shows_the_sessions():
    user = UserFactory.create()
    html = html_of(browser_of(superuser()).post(path_of(user), {"username": ""}))
    assert "0 active sessions" in html


@pytest.mark.parametrize("site", VARIANTS)
def test_a_new_user_has_no_sessions_to_show(site):
    html = html_of(browser_of(superuser()).get(f"/{site}/auth/user/add/"))
    assert "active session" not in html
    assert ("sessions_link" in html) is (site == "InsistentAdmin")
    assert "Where" not in html


@pytest.mark.parametrize("site", VARIANTS)
@pytest.mark.parametrize("codenames", [(), ("change_user",), ("change_user", "change_session")])
def test_staff_who_may_not_see_sessions_see_nothing_of_them(codenames, site):
    user = UserFactory.create()
    browser_of(user)
    browser = browser_of(staff_with("view_user", "end_session", *codenames))
    html = html_of(browser.get(path_of(user, site=site)))
    assert user.username in html
    assert "active session" not in html
    assert "end-sessions" not in html
    assert ("sessions_link" in html) is (site == "InsistentAdmin")
    assert "Where" not in html
    assert ("No field at all." in html) is (site == "SectionAdmin")
    end = path_of(user, "end_sessions", site)
    assert browser.get(end).status_code == 403
    assert browser.post(end).status_code == 403


def test_a_list_of_users_counts_no_sessions():
    user = UserFactory.create()
    browser_of(user)
    html = html_of(browser_of(superuser()).get("/DeclaredAdmin/auth/user/"))
    assert user.username in html
    assert "active session" not in html


def test_an_admin_site_without_our_list_has_no_link_to_it(staff_browser):
    user = UserFactory.create()
    html = html_of(staff_browser.get(path_of(user, site="alone")))
    assert "0 active sessions" in html
    assert "sessions_api/session" not in html


def test_all_sessions_of_a_user_are_ended_after_a_question(staff, staff_browser, executed):
    user = UserFactory.create(username="alice", email="alice@example.com")
    browsers = [browser_of(user) for _ in range(7)]
    other = browser_of(UserFactory.create())
    sessions = [session_of(browser) for browser in browsers]
    lifecycle.rename(sessions[-1], "<i>mine</i>")
    response = staff_browser.get(path_of(user, "end_sessions"))
    html = html_of(response)
    assert "All sessions of <strong>alice</strong> will be ended, for good." in html
    assert "7 are active:" in html
    assert "<li>and 2 more</li>" in html
    assert "&lt;i&gt;mine&lt;/i&gt;" in response.content.decode()
    assert f'href="{path_of(user)}"' in html
    assert not any(
        secret in html for secret in [form for s in sessions for form in forms(s.sealed_key)]
    )
    assert [name_of(browser) for browser in browsers] == ["alice"] * 7
    with executed():
        response = staff_browser.post(path_of(user, "end_sessions"), {"post": "yes"}, follow=True)
    assert response.redirect_chain == [(path_of(user), 302)]
    assert "All sessions of alice have ended." in html_of(response)
    assert "0 active sessions" in html_of(response)
    assert [name_of(browser) for browser in browsers] == [""] * 7
    assert name_of(other) != ""
    assert {s.ended_by for s in Session.objects.for_user(user)} == {staff}
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_repr, entry.action_flag) == (staff, "alice", CHANGE)
    assert entry.get_change_message() == "Ended all sessions."
    assert "Ended all sessions." in html_of(staff_browser.get(path_of(user, "history")))
    assert "alice" in html_of(staff_browser.get("/UserAdmin/"))


def test_a_user_without_active_sessions_is_said_to_have_none(staff_browser):
    session = SessionFactory.create()
    html = html_of(staff_browser.get(path_of(session.user, "end_sessions")))
    assert "None is active" in html
    staff_browser.post(path_of(session.user, "end_sessions"), {"post": "yes"})
    session.refresh_from_db()
    assert session.ended_at is not None


@pytest.mark.parametrize(
    ("codenames", "of_superuser", "status"),
    [
        ((), False, 403),
        (("view_user",), False, 403),
        (("view_user", "view_session"), False, 403),
        (("view_user", "view_session", "change_session"), False, 403),
        (("view_session", "end_session"), False, 403),
        (("view_user", "view_session", "end_session"), True, 403),
        (("view_user", "view_session", "end_session"), False, 200),
        (("change_user", "view_session", "end_session"), False, 200),
    ],
)
def test_only_who_may_end_them_gets_the_page_that_ends_them(codenames, of_superuser, status):
    session = SessionFactory.create(user=superuser() if of_superuser else UserFactory.create())
    browser = browser_of(staff_with(*codenames))
    page = path_of(session.user, "end_sessions")
    assert browser.get(page).status_code == status
    if {"view_user", "view_session"} <= set(codenames):
        assert (page in html_of(browser.get(path_of(session.user)))) is (status == 200)
    if status == 403:
        assert browser.post(page, {"post": "yes"}).status_code == 403
        session.refresh_from_db()
        assert session.ended_at is None


def test_others_are_sent_to_the_login_page():
    session = SessionFactory.create()
    for browser in (Client(), browser_of(session.user)):
        response = browser.post(path_of(session.user, "end_sessions"))
        assert response.status_code == 302
        assert "/login/" in response["Location"]
    session.refresh_from_db()
    assert session.ended_at is None


@pytest.mark.parametrize("pk", [987654321, "nonsense"])
def test_a_user_who_never_was_has_no_sessions_to_end(pk):
    page = reverse("admin:auth_user_end_sessions", args=[pk], current_app="UserAdmin")
    assert browser_of(superuser()).get(page).status_code == 404


def test_staff_end_all_their_own_sessions_and_are_signed_out(staff, staff_browser, executed):
    other = browser_of(staff)
    page = path_of(staff, "end_sessions")
    assert "you will be signed out" in html_of(staff_browser.get(page))
    with executed():
        response = staff_browser.post(page, {"post": "yes"}, follow=True)
    assert response.redirect_chain[-1][0].startswith("/UserAdmin/login/")
    html_of(response)
    assert [name_of(staff_browser), name_of(other)] == ["", ""]


def test_staff_are_signed_out_by_ending_their_own_sessions_where_our_middleware_is_not_installed(
    staff, staff_browser, settings, executed
):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "sessions_api" not in name]
    settings.SESSION_SAVE_EVERY_REQUEST = True
    with executed():
        response = staff_browser.post(path_of(staff, "end_sessions"), {"post": "yes"})
    assert response.status_code == 302
    assert response.cookies["sessionid"]["max-age"] == 0
