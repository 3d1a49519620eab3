"""The admin's pages: staff read sessions and end them, and nothing else."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.admin.sites import site
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from sessions_api import engines, lifecycle
from sessions_api.models import EndReason, Session
from tests.admin.pages import (
    CHANGELIST,
    detail,
    end,
    end_selected,
    history,
    html_of,
    said,
    states,
    superuser,
    values_under,
)
from tests.factories import SessionFactory, UserFactory
from tests.helpers import browser_of, name_of, session_of, staff_with
from tests.secrecy import forms

pytestmark = pytest.mark.django_db


def test_staff_who_may_view_sessions_see_list_detail_and_history():
    session = session_of(browser_of(UserFactory.create()))
    browser = browser_of(staff_with("view_session"))
    html = html_of(browser.get(CHANGELIST))
    assert session.user.username in html
    assert detail(session) in html
    html = html_of(browser.get(detail(session)))
    assert session.user.username in html
    html_of(browser.get(history(session)))
    assert "Login sessions" in html_of(browser.get("/admin/"))


@pytest.mark.parametrize(
    "codenames",
    [
        (),
        ("view_user", "change_user", "delete_user"),
        ("change_session",),
        ("end_session",),
        ("change_session", "delete_session", "end_session", "view_user", "delete_user"),
    ],
)
def test_staff_who_may_not_view_sessions_see_none(codenames, executed):
    user = UserFactory.create()
    browser = browser_of(user)
    session = session_of(browser)
    staff_browser = browser_of(staff_with(*codenames))
    for path in (CHANGELIST, detail(session), history(session), end(session)):
        assert staff_browser.get(path).status_code == 403
    with executed():
        assert staff_browser.post(end(session), {"post": "yes"}).status_code == 403
        assert end_selected(staff_browser, session).status_code == 403
    assert name_of(browser) == user.username
    assert "Login sessions" not in html_of(staff_browser.get("/admin/"))
    assert staff_browser.get("/admin/sessions_api/").status_code == 404


def test_whoever_gives_permissions_can_tell_ours_from_djangos(admin_client):
    html = html_of(admin_client.get(reverse("admin:auth_group_add")))
    offered = re.findall(r"<option[^>]*>([^<]*sessions? \|[^<]*)</option>", html, re.IGNORECASE)
    ours = [
        f"Login sessions | login session | Can {verb} login sessions"
        for verb in ("view", "extend", "delete", "end")
    ]
    djangos = [
        f"Sessions | session | Can {verb} session" for verb in ("add", "change", "delete", "view")
    ]
    assert sorted(offered) == sorted([*ours, *djangos])


def test_others_are_sent_to_the_login_page():
    for browser in (Client(), browser_of(UserFactory.create())):
        response = browser.get(CHANGELIST)
        assert response.status_code == 302
        assert response["Location"].startswith("/admin/login/")


def test_a_superuser_sees_list_detail_and_the_way_there(admin_client):
    session = session_of(browser_of(UserFactory.create()))
    assert session.user.username in html_of(admin_client.get(CHANGELIST))
    assert session.user.username in html_of(admin_client.get(detail(session)))
    assert CHANGELIST in html_of(admin_client.get("/admin/"))


def test_no_page_shows_a_credential(admin_client):
    user = UserFactory.create()
    browser = browser_of(user)
    session, own = session_of(browser), session_of(admin_client)
    pages = [
        CHANGELIST,
        detail(session),
        history(session),
        reverse("admin:auth_user_delete", args=[user.pk]),
        reverse("admin:auth_user_change", args=[user.pk]),
        "/admin/",
    ]
    secrets = [browser.cookies["sessionid"].value, admin_client.cookies["sessionid"].value]
    for row in (session, own):
        for secret in (row.key_digest, row.sealed_key, row.auth_digest):
            secrets += forms(secret)
    assert all(len(secret) >= 16 for secret in secrets)
    for page in pages:
        html = html_of(admin_client.get(page))
        for secret in [*secrets, "key_digest", "sealed_key", "auth_digest"]:
            assert secret not in html


def test_nothing_is_added_changed_or_deleted(admin_client):
    browser = browser_of(UserFactory.create())
    session = session_of(browser)
    delete = reverse("admin:sessions_api_session_delete", args=[session.pk])
    add = reverse("admin:sessions_api_session_add")
    for page in (CHANGELIST, detail(session)):
        html = html_of(admin_client.get(page))
        assert delete not in html
        assert add not in html
        assert "delete_selected" not in html
        assert 'name="_save"' not in html
        assert 'name="label"' not in html
    for path in (add, delete, detail(session)):
        assert admin_client.post(path, {"post": "yes", "label": "mine"}).status_code == 403
    for path in (add, delete):
        assert admin_client.get(path).status_code == 403
    data = {"action": "delete_selected", "_selected_action": [str(session.pk)], "post": "yes"}
    admin_client.post(CHANGELIST, data)
    session.refresh_from_db()
    assert session.label == ""
    assert name_of(browser) == session.user.username


def test_the_list_says_what_the_predicate_says(admin_client):
    alive, dead = UserFactory.create(), UserFactory.create()
    living, dying = browser_of(alive), browser_of(dead)
    get_user_model().objects.filter(pk=dead.pk).update(password=make_password("another"))
    now = timezone.now()
    SessionFactory.create(ended_at=now, end_reason=EndReason.LIMIT)
    SessionFactory.create(expires_at=now - timedelta(hours=1))
    SessionFactory.create()
    html = html_of(admin_client.get(CHANGELIST))
    assert sorted(states(html)) == sorted(
        [
            "active",
            "active",
            "not active: password changed",
            "not active: too many sessions",
            "not active: expired",
            "not active: no longer held by the session engine",
        ]
    )
    assert name_of(living) == alive.username
    assert name_of(dying) == ""


@pytest.mark.parametrize("is_alive", [True, False])
def test_the_detail_says_what_the_predicate_says(is_alive, admin_client):
    user = UserFactory.create()
    session = session_of(browser_of(user))
    if not is_alive:
        get_user_model().objects.filter(pk=user.pk).update(password=make_password("another"))
    html = html_of(admin_client.get(detail(session)))
    assert ("not active: password changed" in html) is not is_alive
    assert (">active<" in html) is is_alive


def test_the_detail_says_how_and_as_what_the_user_signed_in(admin_client):
    session = SessionFactory.create(methods="password otp", aal=2, organization_id="acme")
    html = html_of(admin_client.get(detail(session)))
    labels = ("Signed in by", "Assurance level", "Organization", "Impersonator")
    assert values_under(html, *labels) == ["password, one-time code", "2", "acme", "-"]
    html = html_of(admin_client.get(detail(SessionFactory.create())))
    assert values_under(html, *labels) == ["-", "-", "-", "-"]


def test_staff_see_that_somebody_has_taken_a_users_place(admin_client):
    alice, eve = UserFactory.create(username="alice"), UserFactory.create(username="eve")
    later = timezone.now() + timedelta(hours=1)
    session = SessionFactory.create(user=alice, impersonator=eve, last_used=later)
    SessionFactory.create(user=alice)
    assert values_under(html_of(admin_client.get(detail(session))), "Impersonator") == ["eve"]
    html = html_of(admin_client.get(f"{CHANGELIST}?user={alice.pk}"))
    assert re.findall(r">(alice[^<]*)</a></th>", html) == ["alice (impersonated)", "alice"]


@pytest.mark.parametrize(
    ("last_user_agent", "words"), [("", "Lynx/2"), ("curl/8", "curl/8"), ("<b>x", "&lt;b&gt;x")]
)
def test_the_detail_says_which_user_agent_last_used_the_session(
    last_user_agent, words, admin_client
):
    session = SessionFactory.create(user_agent="Lynx/2", last_user_agent=last_user_agent)
    html = admin_client.get(detail(session)).content.decode()
    assert values_under(html, "User agent", "Last user agent") == ["Lynx/2", words]
    html = html_of(admin_client.get(detail(SessionFactory.create())))
    assert values_under(html, "User agent", "Last user agent") == ["-", "-"]


@pytest.mark.parametrize(("timeout", "year"), [(None, 2100), (timedelta(days=7), 2099)])
def test_the_detail_says_when_the_session_ends_at_the_latest(timeout, year, admin_client, settings):
    settings.SESSIONS_API = {"ABSOLUTE_TIMEOUT": timeout}
    session = SessionFactory.create(
        authenticated_at=datetime(2099, 12, 24, 12, tzinfo=UTC),
        expires_at=datetime(2100, 1, 2, 12, tzinfo=UTC),
    )
    (expires,) = values_under(html_of(admin_client.get(detail(session))), "Expires")
    assert str(year) in expires


def test_a_backend_that_is_gone_is_told(admin_client, settings):
    other = "tests.site.backends.OtherBackend"
    settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, other]
    browser = Client()
    browser.force_login(UserFactory.create(), backend=other)
    assert states(html_of(admin_client.get(CHANGELIST))) == ["active", "active"]
    settings.AUTHENTICATION_BACKENDS = settings.AUTHENTICATION_BACKENDS[:-1]
    assert sorted(states(html_of(admin_client.get(CHANGELIST)))) == [
        "active",
        "not active: not given by its authentication backend",
    ]


def test_a_login_whose_response_is_on_its_way_is_not_shown(admin_client):
    session = SessionFactory.create(expires_at=None)
    assert str(session.pk) not in html_of(admin_client.get(CHANGELIST))
    assert admin_client.get(detail(session)).status_code == 302


def test_the_most_recently_used_session_comes_first(admin_client):
    now = timezone.now()
    used = [SessionFactory.create(last_used=now + timedelta(hours=hour)) for hour in (2, 3, 1)]
    html = html_of(admin_client.get(CHANGELIST))
    places = [html.index(str(session.pk)) for session in used]
    assert places[1] < places[0] < places[2]


def test_staff_who_may_end_sessions_end_them_and_the_browser_is_out(executed):
    user = UserFactory.create()
    browser, bystander = browser_of(user), browser_of(user)
    session = session_of(browser)
    key = browser.session.session_key
    staff = staff_with("view_session", "end_session")
    staff_browser = browser_of(staff)
    assert "end_selected" in html_of(staff_browser.get(CHANGELIST))
    with executed():
        response = end_selected(staff_browser, session)
    assert said(response) == [("success", "1 session ended.")]
    assert name_of(browser) == ""
    assert engines.payload_of(key) is None
    assert name_of(bystander) == user.username
    session.refresh_from_db()
    assert session.ended_by == staff
    assert session.end_reason == EndReason.REVOKED
    assert session.sealed_key == b""
    assert "not active: ended from elsewhere" in html_of(staff_browser.get(detail(session)))
    assert end(session) not in html_of(staff_browser.get(detail(session)))


def test_many_sessions_are_ended_at_once_and_those_over_are_not_counted(admin_client, executed):
    browsers = [browser_of(UserFactory.create()) for _ in range(3)]
    sessions = [session_of(browser) for browser in browsers]
    lifecycle.end(sessions[0])
    with executed():
        response = end_selected(admin_client, *sessions)
    assert said(response) == [
        ("success", "2 sessions ended."),
        ("warning", "One session has already ended."),
    ]
    assert [name_of(browser) for browser in browsers[1:]] == ["", ""]
    sessions[0].refresh_from_db()
    assert sessions[0].ended_by is None


@pytest.mark.parametrize("codenames", [("view_session",), ("view_session", "change_session")])
def test_staff_who_may_not_end_sessions_do_not_get_the_action(codenames, executed):
    user = UserFactory.create()
    browser = browser_of(user)
    staff_browser = browser_of(staff_with(*codenames))
    assert "end_selected" not in html_of(staff_browser.get(CHANGELIST))
    with executed():
        end_selected(staff_browser, session_of(browser))
    assert name_of(browser) == user.username


def test_staff_leave_a_superusers_session_alone_and_hear_so(executed):
    root, user = superuser(), UserFactory.create()
    roots, users = browser_of(root), browser_of(user)
    staff_browser = browser_of(staff_with("view_session", "end_session"))
    with executed():
        response = end_selected(staff_browser, session_of(roots), session_of(users))
    assert name_of(roots) == root.username
    assert name_of(users) == ""
    assert said(response) == [
        ("success", "1 session ended."),
        ("warning", "A superuser's session is left alone."),
    ]


def test_a_superuser_may_end_another_superusers_session(admin_client, executed):
    roots = browser_of(superuser())
    with executed():
        response = end_selected(admin_client, session_of(roots))
    assert said(response) == [("success", "1 session ended.")]
    assert name_of(roots) == ""


def test_staff_who_end_their_own_session_are_signed_out(admin_client, executed):
    with executed():
        response = end_selected(admin_client, session_of(admin_client), follow=False)
    assert response.status_code == 302
    assert name_of(admin_client) == ""
    assert admin_client.get(CHANGELIST)["Location"].startswith("/admin/login/")


def test_staff_who_may_delete_users_delete_one_who_has_sessions(executed):
    user = UserFactory.create()
    browser, others = browser_of(user), browser_of(UserFactory.create())
    key = browser.session.session_key
    staff = staff_with("view_user", "delete_user")
    staff_browser = browser_of(staff)
    lifecycle.end(session_of(browser_of(user)), by=staff)
    path = reverse("admin:auth_user_delete", args=[user.pk])
    html = html_of(staff_browser.get(path))
    assert "Are you sure" in html
    with executed():
        assert staff_browser.post(path, {"post": "yes"}).status_code == 302
    assert not get_user_model().objects.filter(pk=user.pk).exists()
    assert not Session.objects.filter(user_id=user.pk).exists()
    assert engines.payload_of(key) is None
    assert name_of(browser) == ""
    assert name_of(others) != ""


def test_staff_who_may_delete_users_delete_several_at_once(executed):
    users = [UserFactory.create() for _ in range(3)]
    browsers = [browser_of(user) for user in users]
    keys = [browser.session.session_key for browser in browsers]
    staff_browser = browser_of(staff_with("view_user", "delete_user"))
    data = {"action": "delete_selected", "_selected_action": [user.pk for user in users[:2]]}
    changelist = reverse("admin:auth_user_changelist")
    assert "Are you sure" in html_of(staff_browser.post(changelist, data))
    with executed():
        assert staff_browser.post(changelist, data | {"post": "yes"}).status_code == 302
    assert list(get_user_model().objects.filter(pk__in=[u.pk for u in users])) == users[2:]
    assert [engines.payload_of(key) is None for key in keys] == [True, True, False]
    assert name_of(browsers[2]) == users[2].username


def test_staff_who_may_not_delete_users_delete_no_sessions_either(executed):
    user = UserFactory.create()
    browser = browser_of(user)
    staff_browser = browser_of(staff_with("view_user", "change_user", "delete_session"))
    path = reverse("admin:auth_user_delete", args=[user.pk])
    with executed():
        assert staff_browser.post(path, {"post": "yes"}).status_code == 403
    assert name_of(browser) == user.username


def test_staff_who_may_delete_users_still_delete_no_session_by_itself():
    session = session_of(browser_of(UserFactory.create()))
    staff_browser = browser_of(staff_with("view_session", "delete_session", "delete_user"))
    assert "delete_selected" not in html_of(staff_browser.get(CHANGELIST))
    path = reverse("admin:sessions_api_session_delete", args=[session.pk])
    assert staff_browser.post(path, {"post": "yes"}).status_code == 403
    assert Session.objects.filter(pk=session.pk).exists()


def test_outside_any_page_nothing_may_be_deleted():
    request = RequestFactory().get("/")
    request.user = superuser()
    assert site._registry[Session].has_delete_permission(request) is False


@pytest.mark.parametrize("name", ["key_digest", "sealed_key", "auth_digest"])
def test_a_credential_cannot_be_guessed_letter_by_letter(name, admin_client):
    session = session_of(browser_of(UserFactory.create()))

    def answer(start):
        response = admin_client.get(f"{CHANGELIST}?{name}__startswith={start}")
        return response.status_code, str(session.pk) in response.content.decode()

    start = getattr(session, name)[:40]
    assert answer(start) == answer(f"x{start}")


@pytest.mark.parametrize("pk", ["nonsense", "00000000-0000-0000-0000-000000000000"])
def test_a_session_that_never_was_has_no_page(pk, admin_client):
    path = reverse("admin:sessions_api_session_change", args=[pk])
    response = admin_client.get(path)
    assert response.status_code == 302
    assert response["Location"] == "/admin/"
