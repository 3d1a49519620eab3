"""A login, in a view and in a script: which row it makes, and which it replaces."""

from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import (
    HASH_SESSION_KEY,
    SESSION_KEY,
    login,
    user_logged_in,
    user_logged_out,
)
from django.template import TemplateDoesNotExist
from django.test import Client, RequestFactory
from django.urls import path

from sessions_api import credentials, engines, recent, validity
from sessions_api.exceptions import SessionLimitReached
from sessions_api.models import EndReason, Session
from tests.factories import UserFactory
from tests.helpers import (
    DJANGOS_ENGINES,
    SERVER_SIDE,
    browser_of,
    browser_with_password,
    name_of,
    reasons,
    returning_browser,
    script_request,
    session_of,
    signed_in,
)
from tests.site import views
from tests.site.urls import urlpatterns as site_urlpatterns

BACKEND = "django.contrib.auth.backends.ModelBackend"


def test_a_login_in_a_script_makes_a_session_that_is_active(db):
    user = UserFactory.create()
    browser = browser_of(user)
    session = session_of(browser)
    assert session.key_digest == credentials.digest(browser.session.session_key)
    assert validity.active_sessions(user) == [session]


def test_a_login_in_a_script_is_known_to_its_process(db, django_assert_num_queries):
    browser = browser_of(UserFactory.create())
    with django_assert_num_queries(2):  # Django's own: the engine session, and the user
        assert browser.get("/do/user/").content


def test_a_second_login_in_a_script_takes_the_place_of_the_first(db, executed):
    user = UserFactory.create()
    browser = browser_of(user)
    first, key = session_of(browser), browser.session.session_key
    with executed():
        browser.force_login(user)
    assert session_of(browser) != first
    assert browser.session.session_key != key
    assert reasons(user) == ["", EndReason.REPLACED]
    assert name_of(browser) == user.username


def test_two_logins_in_one_request_make_one_session(db):
    alice, bob = UserFactory.create(), UserFactory.create()
    browser = Client()
    browser.get(f"/do/login:{alice.pk},login:{bob.pk}/")
    assert name_of(browser) == bob.username
    assert Session.objects.get().user == bob


def test_two_logins_over_a_session_whose_key_is_not_known_yet_replace_it(db, executed):
    alice = UserFactory.create()
    browser = browser_of(alice)
    Session.objects.update(key_digest=None, sealed_key=b"")
    with executed():
        browser.get(f"/do/login:{alice.pk},login:{alice.pk}/")
    assert name_of(browser) == alice.username
    assert sorted(reasons(alice)) == ["", EndReason.REPLACED]


def test_a_login_over_another_users_session_replaces_it(db, executed):
    alice, bob = UserFactory.create(), UserFactory.create()
    browser = browser_of(alice)
    with executed():
        browser.get(f"/do/login:{bob.pk}/")
    assert name_of(browser) == bob.username
    assert reasons(alice) == [EndReason.REPLACED]


def test_a_login_over_an_anonymous_session_gets_a_key_of_its_own(db):
    user = UserFactory.create()
    browser = Client()
    browser.get("/do/write/")
    key = browser.session.session_key
    assert key is not None
    browser.get(f"/do/login:{user.pk}/")
    assert browser.session.session_key != key
    assert engines.payload_of(key) is None
    assert validity.active_sessions(user) == [session_of(browser)]


def test_a_login_signal_without_a_session_is_none_of_ours(db):
    user = UserFactory.create()
    request = RequestFactory().get("/")
    user_logged_in.send(sender=type(user), request=request, user=user)
    user_logged_in.send(sender=type(user), request=script_request(), user=user)
    user_logged_out.send(sender=type(user), request=request, user=user)
    assert not Session.objects.exists()


def test_a_login_signal_for_a_session_that_was_signed_in_before_changes_nothing(db):
    user = UserFactory.create()
    browser = browser_of(user)
    session, key = session_of(browser), browser.session.session_key
    request = script_request(engines.store_class()(key))
    user_logged_in.send(sender=type(user), request=request, user=user)
    assert Session.objects.get() == session
    assert request.session.session_key == key


def test_a_login_refused_by_the_limit_leaves_the_browser_anonymous(db, settings):
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 1, "ON_LIMIT": "refuse"}
    user = UserFactory.create()
    first, second = browser_of(user), Client()
    response = second.get(f"/do/login:{user.pk}/")
    assert response.status_code == 403
    assert name_of(second) == ""
    assert name_of(first) == user.username
    assert Session.objects.for_user(user).count() == 1


def test_a_refused_login_in_a_script_signs_nobody_in(db, settings):
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 1, "ON_LIMIT": "refuse"}
    user = UserFactory.create()
    browser_of(user)
    request = script_request()
    with pytest.raises(SessionLimitReached) as refusal:
        login(request, user, backend=BACKEND)
    assert refusal.value.limit == 1
    assert request.session.is_empty()
    assert not request.user.is_authenticated
    assert not async_to_sync(request.auser)().is_authenticated
    assert Session.objects.for_user(user).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_login_records_where_it_comes_from():
    user_agent = "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0"
    signed_in(UserFactory.create(), REMOTE_ADDR="203.0.113.7", HTTP_USER_AGENT=user_agent)
    session = Session.objects.get()
    assert session.user_agent == user_agent
    assert (session.browser, session.os, session.device_type) == ("Firefox 146", "Linux", "desktop")
    assert session.ip_address == session.last_ip_address == "203.0.113.7"
    assert session.created_at == session.last_used
    assert session.expires_at is not None
    assert session.expires_at - session.created_at == pytest.approx(
        timedelta(days=14), abs=timedelta(seconds=5)
    )


def issue_foreign_token(request):
    """Do as knox does after a page that has written its session."""
    request.session["count"] = 1
    user_logged_in.send(sender=type(request.user), request=request, user=request.user)
    return views.do(request, "user")


def login_again(request):
    """Sign in again who is signed in, and name a backend, as the page of django-otp does."""
    request.user.backend = BACKEND
    login(request, request.user)
    return views.do(request, "user")


urlpatterns = [
    *site_urlpatterns,
    path("issue-foreign-token/", issue_foreign_token),
    path("login-again/", login_again),
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("sign_in", "methods"), [(browser_with_password, "password"), (signed_in, "")]
)
def test_who_is_signed_in_again_as_they_are_has_proved_nothing_new(alice, sign_in, methods):
    browser = sign_in(alice)
    assert browser.post("/login-again/").content == b"alice"
    row = session_of(browser)
    assert (row.methods, row.authenticated_at) == (methods, None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls(__name__)
def test_the_sign_in_signal_of_another_packages_token_leaves_the_browsers_session(alice, engine):
    client = returning_browser(alice)
    key = client.session.session_key
    assert client.get("/issue-foreign-token/").content == b"alice"
    session = Session.objects.get()
    assert session.ended_at is None
    if engine != "signed_cookies":  # where every save makes another cookie
        assert client.session.session_key == key


DJANGO_TEMPLATES = "django.template.backends.django.DjangoTemplates"


def answer_beyond_the_limit(settings):
    """Return what a view answers whose login is one too many."""
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 1, "ON_LIMIT": "refuse"}
    path_of_login = f"/do/login:{UserFactory.create().pk}/"
    assert Client().get(path_of_login).status_code == 200
    return Client().get(path_of_login)


@pytest.mark.parametrize("templates", [[], [{"BACKEND": DJANGO_TEMPLATES, "APP_DIRS": False}]])
def test_a_site_without_our_templates_says_why_the_limit_refuses(settings, db, templates):
    settings.TEMPLATES = templates
    answer = answer_beyond_the_limit(settings)
    assert answer.status_code == 403
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "already signed in 1 time" in answer.content.decode()


def test_what_a_sites_own_page_of_the_limit_lacks_is_not_passed_over(settings, db, tmp_path):
    page = tmp_path / "sessions_api" / "limit_reached.html"
    page.parent.mkdir()
    page.write_text("{% extends 'nowhere.html' %}")
    settings.TEMPLATES = [{"BACKEND": DJANGO_TEMPLATES, "DIRS": [tmp_path]}]
    with pytest.raises(TemplateDoesNotExist, match=r"nowhere\.html"):
        answer_beyond_the_limit(settings)


def test_a_logout_and_a_login_after_a_refusal_end_the_old_session_as_signed_out(db, executed):
    alice, bob = UserFactory.create(), UserFactory.create()
    browser = signed_in(alice)
    row, engine_session = session_of(browser), browser.session
    engine_session[SESSION_KEY] = str(bob.pk)
    engine_session[HASH_SESSION_KEY] = bob.get_session_auth_hash()
    engine_session.save()
    recent.clear()
    with executed():
        browser.get(f"/do/user,logout,login:{bob.pk}/")
    row.refresh_from_db()
    assert row.end_reason == EndReason.LOGOUT
    assert name_of(browser) == bob.username


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("engine", DJANGOS_ENGINES, indirect=True)
@pytest.mark.parametrize("steps", ["clear,write", "forget_user"])
def test_a_login_whose_user_is_taken_out_of_the_session_again_makes_no_session(
    engine, alice, steps
):
    browser = Client()
    browser.get(f"/do/login:{alice.pk},{steps}/")
    assert browser.cookies["sessionid"].value  # the browser gets what is left
    assert name_of(browser) == ""
    assert not Session.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("engine", SERVER_SIDE, indirect=True)
def test_a_login_in_place_of_which_the_view_gives_another_users_session_makes_no_session(
    engine, bystander, alice
):
    browser, bystanders = Client(), session_of(bystander.browser)
    key = bystander.browser.cookies["sessionid"].value
    assert browser.get(f"/do/login:{alice.pk},switch:{key}/").status_code == 200
    assert session_of(browser) == bystanders
    assert not Session.objects.for_user(alice).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("engine", DJANGOS_ENGINES, indirect=True)
def test_a_login_that_is_flushed_leaves_nothing_of_the_session_whose_place_it_took(engine, alice):
    browser = returning_browser(alice)
    browser.get(f"/do/login:{alice.pk},flush/")
    assert reasons(alice) == [EndReason.REPLACED]
    assert name_of(browser) == ""
