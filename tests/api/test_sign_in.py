"""Signing in for a token, and what a recent proof allows."""

import json
import logging
import re
from contextlib import suppress
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.contrib.auth import (
    get_user_model,
    login,
    user_logged_in,
    user_logged_out,
    user_login_failed,
)
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.test.client import MULTIPART_CONTENT
from django.utils import timezone
from django.views.debug import ExceptionReporter
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, UserRateThrottle

from sessions_api import lifecycle, payload
from sessions_api.api.views import OwnSessionViewSet
from sessions_api.authentication import SessionTokenAuthentication
from sessions_api.models import EndReason, Session
from tests.api.clients import post, sign_in
from tests.factories import PASSWORD, UserFactory
from tests.helpers import CURRENT, REAUTHENTICATE, SESSIONS, bearer, later

pytestmark = pytest.mark.django_db(transaction=True)

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def told():
    """Return which of Django's signals have been sent, and of whom."""
    told = []

    def receiver(signal, request, **kwargs):
        name = {
            user_logged_in: "in",
            user_logged_out: "out",
            user_login_failed: "failed",
        }[signal]
        user = kwargs.get("user")
        told.append((name, user and user.get_username()))

    signals = (user_logged_in, user_logged_out, user_login_failed)
    for signal in signals:
        signal.connect(receiver)
    yield told
    for signal in signals:
        signal.disconnect(receiver)


def test_credentials_get_a_token_that_is_shown_this_once(alice):
    response = sign_in(label="Pixel")
    assert response.status_code == 201
    body = response.json()
    assert (body["kind"], body["label"], body["state"]) == ("token", "Pixel", "active")
    assert response.headers["Cache-Control"].endswith("no-store, must-revalidate, private")
    current = Client().get(CURRENT, headers=bearer(body["token"])).json()
    assert current == {name: value for name, value in body.items() if name != "token"} | {
        "is_current": True,
        "reauthentication_methods": ["password"],
    }
    assert body["token"] not in str(list(Session.objects.values()))


def test_the_session_of_a_token_that_is_handed_out_is_the_callers_own(alice):
    assert sign_in().json()["is_current"] is True


def test_an_email_address_may_stand_in_a_field_of_its_own(db):
    eve = UserFactory.create(username="eve@example.com")  # on a site whose users sign in so
    body = {"email": eve.username, "password": PASSWORD}
    response = post(SESSIONS, body)
    assert response.status_code == 201
    assert Session.objects.get(pk=response.json()["id"]).user == eve
    assert post(SESSIONS, {**body, "password": "wrong"}).json()["code"] == "invalid_credentials"


def test_a_name_and_an_email_address_are_one_too_many(alice):
    body = {"username": "alice", "email": alice.email, "password": PASSWORD}
    response = post(SESSIONS, body)
    assert (response.status_code, list(response.json())) == (400, ["email"])
    assert not Session.objects.exists()


def test_a_sign_in_by_email_counts_as_an_attempt_at_that_user(alice):
    for _ in range(10):
        assert post(SESSIONS, {"email": "alice", "password": "wrong"}).status_code == 401
    assert sign_in().status_code == 429


def test_a_sign_in_makes_no_session_of_a_browser(alice):
    response = sign_in()
    assert not response.cookies
    assert [session.kind for session in Session.objects.all()] == ["token"]


def test_a_sign_in_beside_a_cookie_leaves_the_browsers_session_alone(alice):
    client = Client(enforce_csrf_checks=True)
    client.get(f"/do/login:{alice.pk}/")
    before = Session.objects.values().get()
    response = post(SESSIONS, {"username": "alice", "password": PASSWORD}, client)
    assert response.status_code == 201
    assert Session.objects.values().get(kind="browser") == before
    assert client.get("/do/user/").content == b"alice"


def test_django_is_told_of_it(alice, told):
    token = sign_in().json()["token"]
    sign_in(password="wrong")
    Client().delete(CURRENT, headers=bearer(token))
    assert told == [("in", "alice"), ("failed", None), ("out", "alice")]
    alice.refresh_from_db()
    assert alice.last_login is not None


def test_a_receiver_may_refuse_the_sign_in(alice):
    def refuse(**kwargs):
        raise PermissionDenied("Not today.")

    user_logged_in.connect(refuse)
    try:
        response = sign_in()
    finally:
        user_logged_in.disconnect(refuse)
    assert (response.status_code, response.json()) == (403, {"detail": "Not today."})
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    ("username", "password"),
    [("alice", "wrong"), ("nobody", PASSWORD), ("alicia", PASSWORD), ("gone", PASSWORD)],
)
def test_what_is_wrong_is_not_told(alice, username, password):
    UserFactory.create(username="gone", is_active=False)
    response = sign_in(username, password)
    assert response.status_code == 401
    assert response.json() == {
        "detail": "No account has this user name and password.",
        "code": "invalid_credentials",
    }
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="api"'
    assert not Session.objects.exists()


def test_a_wrong_password_and_an_unknown_user_cost_the_same_hashing(alice, settings):
    settings.PASSWORD_HASHERS = ["tests.site.hashers.CountingHasher"]
    alice.set_password(PASSWORD)
    alice.save()
    from tests.site.hashers import CountingHasher

    counts = []
    for username in ("alice", "nobody"):
        CountingHasher.count = 0
        sign_in(username, "wrong")
        counts.append(CountingHasher.count)
    assert counts[0] == counts[1] > 0


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"password": "x"}, "username"),
        ({"username": "alice"}, "password"),
        ({"username": ["alice"], "password": "x"}, "username"),
        ({"username": "alice", "password": 1}, "password"),
        ({"username": "alice", "password": PASSWORD, "label": 0}, "label"),
        ({"username": "alice", "password": {"a": 1}}, "password"),
        ({"username": "\0", "password": "x"}, "username"),
        ({"username": "\ud800", "password": "x"}, "username"),
        ({"username": "alice", "password": "\ud800"}, "password"),
        ({"username": "alice", "password": "x" * 5000}, "password"),
        ({"username": "alice", "password": PASSWORD, "label": "x" * 101}, "label"),
        ({"username": "alice", "password": PASSWORD, "label": None}, "label"),
        ([], "non_field_errors"),
        ("alice", "non_field_errors"),
    ],
)
def test_what_is_no_credential_is_named(alice, body, named):
    response = post(SESSIONS, body)
    assert response.status_code == 400
    assert named in response.json()
    assert not Session.objects.exists()


class PasswordBackend(ModelBackend):
    """Knows the names that Django's own login form gives credentials, and no others."""

    def authenticate(self, request, username=None, password=None):  # type: ignore[override]
        """Return the user whose password it is."""
        return super().authenticate(request, username=username, password=password)


def test_credentials_have_the_names_that_the_login_form_gives_them(alice, settings, monkeypatch):
    monkeypatch.setattr(get_user_model(), "USERNAME_FIELD", "email")
    settings.AUTHENTICATION_BACKENDS = [f"{__name__}.PasswordBackend"]
    assert sign_in(alice.email).status_code == 201


class EmailBackend(ModelBackend):
    """Knows an e-mail address and a password, and no other names."""

    def authenticate(self, request, email, password):  # type: ignore[override]
        """Return the user whose they are."""
        user = get_user_model().objects.filter(email=email).first()
        return user if user is not None and user.check_password(password) else None


def test_a_backend_that_knows_e_mail_addresses_alone_is_asked_too(alice, settings):
    settings.AUTHENTICATION_BACKENDS = [MODEL_BACKEND, f"{__name__}.EmailBackend"]
    assert sign_in(alice.email, "wrong").status_code == 401
    body = sign_in(alice.email).json()
    assert body["methods"] == ["password"]
    settings.AUTHENTICATION_BACKENDS = [f"{__name__}.EmailBackend"]
    renewed = post(REAUTHENTICATE, {"password": PASSWORD}, **bearer(body["token"]))
    assert renewed.status_code == 200
    assert (
        post(REAUTHENTICATE, {"password": "x"}, **bearer(renewed.json()["token"])).status_code
        == 400
    )


def test_a_wrong_password_says_nothing_of_a_token_beside_it(alice):
    token = lifecycle.issue_token(alice).token
    response = post(SESSIONS, {"username": "alice", "password": "wrong"}, **bearer(token))
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="api"'


@pytest.fixture(params=[AnonRateThrottle, UserRateThrottle])
def sites_throttle(request, monkeypatch):
    """Limit everybody, as a site may, by a throttle that asks who it is."""
    monkeypatch.setattr(request.param, "THROTTLE_RATES", {"anon": "99/min", "user": "99/min"})
    monkeypatch.setattr(OwnSessionViewSet, "throttle_classes", [request.param])


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
@pytest.mark.parametrize("beside", ["a dead token", "a cookie"])
def test_whatever_comes_along_a_sign_in_looks_at_the_credentials_only(
    alice, sites_throttle, beside, accept
):
    client = Client(enforce_csrf_checks=True)
    headers = {"accept": accept}
    if beside == "a cookie":
        client.get(f"/do/login:{alice.pk}/")
    else:
        issued = lifecycle.issue_token(alice)
        lifecycle.end(issued.session)
        headers |= bearer(issued.token)
    response = post(SESSIONS, {"username": "alice", "password": PASSWORD}, client, **headers)
    assert response.status_code == 201
    [token] = set(re.findall(r"session_[\w-]{40,}", response.content.decode()))
    assert Client().get(CURRENT, headers=bearer(token)).status_code == 200
    response = post(SESSIONS, {"username": "alice", "password": "wrong"}, client, **headers)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith('Bearer realm="api"')


def test_what_is_no_json_is_refused(db):
    response = Client().post(SESSIONS, b"{", content_type="application/json")
    assert response.status_code == 400


@pytest.mark.parametrize(
    ("password", "other"),
    [
        (" in spaces ", "in spaces"),
        ("tab\t", "tab"),
        ("caf\u00e9", "cafe\u0301"),  # composed, and decomposed
        ("Stra\u00dfe \U0001f600", "strasse \U0001f600"),
        ("x" * 4096, "x" * 4095),
    ],
    ids=["spaces", "a tab", "normal form", "case", "length"],
)
def test_a_password_is_taken_exactly_as_it_is_sent(password, other):
    UserFactory.create(username="bob", password=password)
    for content_type in ("application/json", "application/x-www-form-urlencoded"):
        bodies = [{"username": "bob", "password": text} for text in (other, password)]
        sent = [json.dumps(body) if "json" in content_type else urlencode(body) for body in bodies]
        wrong, right = (Client().generic("POST", SESSIONS, body, content_type) for body in sent)
        assert (wrong.status_code, right.status_code) == (401, 201)
    headers = bearer(right.json()["token"])
    assert post(REAUTHENTICATE, {"password": other}, **headers).status_code == 400
    assert post(REAUTHENTICATE, {"password": password}, **headers).status_code == 200


def test_the_limit_holds_for_tokens_too(alice, settings):
    settings.SESSIONS_API = {**settings.SESSIONS_API, "MAX_SESSIONS_PER_USER": 1}
    first = sign_in().json()["token"]
    second = sign_in().json()["token"]
    assert Client().get(CURRENT, headers=bearer(first)).status_code == 401
    assert Client().get(CURRENT, headers=bearer(second)).status_code == 200
    settings.SESSIONS_API = {
        **settings.SESSIONS_API,
        "MAX_SESSIONS_PER_USER": 1,
        "ON_LIMIT": "refuse",
    }
    response = sign_in()
    assert (response.status_code, response.json()["code"]) == (403, "session_limit_reached")
    assert "already signed in 1 time" in response.json()["detail"]


def test_a_token_of_a_backend_lasts_as_long_as_it_is_told(alice):
    issued = lifecycle.issue_token(alice, label="CI", lifetime=timedelta(hours=1))
    assert issued.session.label == "CI"
    assert issued.session.ip_address is None
    with later(minutes=61):
        assert Client().get(CURRENT, headers=bearer(issued.token)).status_code == 401


def fail(**kwargs):
    raise RuntimeError("as a site's receiver may")


@pytest.fixture
def reports():
    """Return the reports that Django makes of errors, as HTML and as text."""
    reports = []

    class Reporter(logging.Handler):
        def emit(self, record):
            reporter = ExceptionReporter(record.request, *record.exc_info)
            reports.append(reporter.get_traceback_html() + reporter.get_traceback_text())

    reporter = Reporter()
    logging.getLogger("django.request").addHandler(reporter)
    yield reports
    logging.getLogger("django.request").removeHandler(reporter)


CONTENT_TYPES = ["application/json", "application/x-www-form-urlencoded", MULTIPART_CONTENT]


def send(path, body, content_type, **headers):
    client = Client(raise_request_exception=False)
    encoded = {CONTENT_TYPES[0]: json.dumps(body), CONTENT_TYPES[1]: urlencode(body)}
    sent = encoded.get(content_type, body)
    return client.post(path, sent, content_type=content_type, headers=headers)


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_an_error_report_tells_no_password_and_no_token(alice, reports, content_type):
    user_logged_in.connect(fail)
    try:
        body = {"username": "alice", "password": PASSWORD}
        assert send(SESSIONS, body, content_type).status_code == 500
    finally:
        user_logged_in.disconnect(fail)
    [report] = reports
    assert "as a site" in report
    assert PASSWORD not in report
    assert "session_" not in re.sub("session_(started|ended|key|id|views)", "", report)
    assert not Session.objects.exists()


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_nor_does_one_of_a_reauthentication(alice, reports, content_type):
    token = lifecycle.issue_token(alice).token
    user_login_failed.connect(fail)
    try:
        answer = send(REAUTHENTICATE, {"password": "a slip"}, content_type, **bearer(token))
        assert answer.status_code == 500
    finally:
        user_login_failed.disconnect(fail)
    [report] = reports
    assert "as a site" in report
    assert "a slip" not in report
    assert token not in report


def present_the_token(get_response):
    """Authenticate a token before the view does, as a site's middleware may."""

    def middleware(request):
        with suppress(AuthenticationFailed):
            SessionTokenAuthentication().authenticate(Request(request))
        return get_response(request)

    return middleware


@pytest.mark.parametrize("is_over", [False, True], ids=["active", "expired"])
def test_a_token_presented_on_the_way_to_a_sign_in_is_settled_too(alice, settings, is_over):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.present_the_token"]
    issued = lifecycle.issue_token(UserFactory.create(), lifetime=timedelta(hours=2))
    with later(hours=3 if is_over else 1):
        body = {"username": "alice", "password": PASSWORD}
        assert post(SESSIONS, body, **bearer(issued.token)).status_code == 201
        issued.session.refresh_from_db()
        assert issued.session.end_reason == (EndReason.EXPIRED if is_over else "")
        assert is_over or issued.session.last_used == timezone.now()


def sign_the_browser_in(get_response):
    """Sign alice in by the cookie, too, and tell whether the view has left that session alone."""

    def middleware(request):
        login(request, get_user_model().objects.get(username="alice"), backend=MODEL_BACKEND)
        before = request.session[payload.ID_KEY]
        response = get_response(request)
        response["X-Left-Alone"] = str(request.session[payload.ID_KEY] == before)
        return response

    return middleware


def test_a_sign_in_for_a_token_leaves_a_sign_in_of_the_browser_in_the_same_request(alice, settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.sign_the_browser_in"]
    response = sign_in()
    assert response.status_code == 201
    assert response["X-Left-Alone"] == "True"
    assert sorted(Session.objects.values_list("kind", flat=True)) == ["browser", "token"]
