"""How a session was signed in, as the packages that sign people in leave it."""

import re

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.test import Client, modify_settings, override_settings
from django_otp.oath import TOTP, hotp
from django_otp.plugins.otp_hotp.models import HOTPDevice
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from sessions_api import recent
from sessions_api.models import EndReason, Session
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
ALLAUTH_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def code_of_app(alice):
    """Give alice an authenticator app, and return what tells the code of the moment."""
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(alice, secret)

    def code_of_app():
        counter = list(totp.yield_hotp_counters_from_time())[-1]
        return totp.format_hotp_value(totp.hotp_value(secret, counter))

    return code_of_app


def code_of(device):
    """Return the code of the moment of django-otp's authenticator app."""
    return f"{TOTP(device.bin_key, device.step, device.t0, device.digits).token():06}"


@pytest.fixture
def device(alice):
    """Give Alice a list of codes on paper, two of which are "first" and "second"."""
    device = StaticDevice.objects.create(user=alice, name="paper")
    for token in ("first", "second"):
        device.token_set.create(token=token)
    return device


def test_a_password_is_one_factor(sign_in, assurance):
    sign_in("/login/")
    assert assurance() == (["password"], 1)


def test_of_a_login_without_authentication_nothing_is_known(browser, alice, assurance):
    browser.post("/login-alone/", {"username": "alice"})
    assert assurance() == ([], None)


@pytest.mark.parametrize("backend", [MODEL_BACKEND, ALLAUTH_BACKEND])
def test_of_a_forced_login_nothing_is_known(browser, alice, assurance, backend):
    browser.force_login(alice, backend=backend)
    assert assurance() == ([], None)
    assert Session.objects.get().authenticated_at is None


def test_the_web_server_may_say_who_it_is(browser, alice):
    remote_user = "django.contrib.auth.backends.RemoteUserBackend"
    middleware = "django.contrib.auth.middleware.RemoteUserMiddleware"
    with (
        override_settings(AUTHENTICATION_BACKENDS=[remote_user]),
        modify_settings(MIDDLEWARE={"append": middleware}),
    ):
        for page in ("/do/user/", "/api/sessions/current/"):
            answer = browser.get(page, REMOTE_USER="alice")
    session = answer.json()
    assert (session["methods"], session["aal"]) == (["remote_user"], 1)


def test_a_password_at_allauth_is_one_factor(sign_in, assurance):
    sign_in("/accounts/login/")
    assert assurance() == (["password"], 1)


def test_a_code_by_mail_is_no_password(browser, alice, assurance):
    browser.post("/accounts/login/code/", {"email": alice.email})
    code = re.search(r"^\w+(-\w+)?$", str(mail.outbox[0].body), re.MULTILINE)
    assert code is not None
    browser.post("/accounts/login/code/confirm/", {"code": code[0]})
    assert assurance() == (["code"], 1)


def test_a_code_by_mail_is_no_password_with_djangos_backend_alone(browser, alice, assurance):
    with override_settings(AUTHENTICATION_BACKENDS=[MODEL_BACKEND]):
        test_a_code_by_mail_is_no_password(browser, alice, assurance)


def test_a_password_and_the_code_of_an_app_are_two_factors(
    engine, browser, sign_in, code_of_app, assurance
):
    response = sign_in("/accounts/login/")
    assert response.url == "/accounts/2fa/authenticate/"
    assert not Session.objects.exists()
    browser.post("/accounts/2fa/authenticate/", {"code": code_of_app()})
    assert assurance() == (["password", "totp"], 2)


def test_a_recovery_code_is_a_second_factor(browser, alice, sign_in, code_of_app, assurance):
    codes = RecoveryCodes.activate(alice).get_unused_codes()
    sign_in("/accounts/login/")
    browser.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert assurance() == (["password", "recovery_codes"], 2)


def test_a_password_of_somebody_else_does_not_count(browser, sign_in, code_of_app, assurance):
    sign_in("/accounts/login/")  # and no further
    UserFactory.create(username="bob")
    browser.post("/login-alone/", {"username": "bob"})
    assert assurance() == ([], None)


@pytest.mark.parametrize("is_remembered", [False, True])
def test_a_device_verified_later_is_a_second_factor(
    engine, browser, sign_in, device, assurance, is_remembered
):
    sign_in("/login/")
    session = Session.objects.get()
    if not is_remembered:
        recent.clear()
    assert browser.post("/verify/", {"token": "first"}).status_code == 200
    assert assurance() == (["password", "recovery_codes"], 2)
    assert Session.objects.get().pk == session.pk


def test_an_authenticator_app_of_django_otp_is_told_from_other_devices(
    browser, sign_in, alice, assurance
):
    app = TOTPDevice.objects.create(user=alice, name="app")
    sign_in("/login/")
    browser.post("/verify/", {"token": code_of(app)})
    assert assurance() == (["password", "totp"], 2)


def test_another_device_of_django_otp_is_a_second_factor(browser, sign_in, alice, assurance):
    dongle = HOTPDevice.objects.create(user=alice, name="dongle")
    sign_in("/login/")
    browser.post("/verify/", {"token": f"{hotp(dongle.bin_key, 0):06}"})
    assert assurance() == (["password", "otp"], 2)


def test_the_wizard_of_two_factor_auth_signs_in_with_both(browser, alice, assurance):
    app = TOTPDevice.objects.create(user=alice, name="default")
    step = "login_view-current_step"
    form = {step: "auth", "auth-username": "alice", "auth-password": PASSWORD}
    assert browser.post("/account/login/", form).status_code == 200
    assert not Session.objects.exists()
    browser.post("/account/login/", {step: "token", "token-otp_token": code_of(app)})
    assert assurance() == (["password", "totp"], 2)
    assert Session.objects.get().authenticated_at == Session.objects.get().created_at


def test_a_password_at_djangos_form_is_one_whatever_the_backend(browser, sign_in, assurance):
    with override_settings(AUTHENTICATION_BACKENDS=[ALLAUTH_BACKEND]):
        sign_in("/login/")
        assert assurance() == (["password"], 1)


def test_a_password_at_our_endpoint_is_one_whatever_the_backend(browser, alice):
    with override_settings(AUTHENTICATION_BACKENDS=[ALLAUTH_BACKEND]):
        form = {"username": "alice", "password": PASSWORD}
        session = browser.post("/api/sessions/", form).json()
    assert (session["methods"], session["aal"]) == (["password"], 1)
    assert session["authenticated_at"] == session["created_at"]


def test_a_device_that_is_refused_is_none(browser, sign_in, device, assurance):
    sign_in("/login/")
    assert browser.post("/verify/", {"token": "third"}).status_code == 403
    assert assurance() == (["password"], 1)


def test_django_otp_signs_in_with_both_at_once(browser, device, assurance):
    form = {"username": "alice", "password": PASSWORD, "otp_token": "first"}
    browser.post("/otp/login/", form | {"otp_device": device.persistent_id})
    assert assurance() == (["password", "recovery_codes"], 2)


def test_django_otp_asks_who_is_signed_in_for_the_code_alone(browser, sign_in, device, assurance):
    sign_in("/login/")
    browser.post("/otp/login/", {"otp_token": "second", "otp_device": device.persistent_id})
    assert assurance() == (["password", "recovery_codes"], 2)
    replaced = Session.objects.get(ended_at__isnull=False)
    assert (replaced.end_reason, replaced.aal) == (EndReason.REPLACED, 1)


def test_a_code_alone_is_no_password_whoever_was_signed_in(
    engine, browser, alice, device, assurance
):
    browser.post("/login-alone/", {"username": "alice"})
    browser.post("/otp/login/", {"otp_token": "second", "otp_device": device.persistent_id})
    assert assurance() == (["recovery_codes"], 1)
    session = Session.objects.get(ended_at=None)
    assert session.authenticated_at == session.created_at


def test_a_token_tells_how_it_was_signed_in(browser, alice):
    form = {"username": "alice", "password": PASSWORD}
    session = browser.post("/api/sessions/", form).json()
    assert (session["methods"], session["aal"]) == (["password"], 1)


def test_sessions_are_found_by_how_they_were_signed_in(browser, sign_in, device, assurance):
    other = Client()
    other.post("/login/", {"username": "alice", "password": PASSWORD})
    sign_in("/login/")
    browser.post("/verify/", {"token": "first"})

    def found(query):
        return [row["aal"] for row in browser.get(f"/api/sessions/?{query}").json()["results"]]

    assert found("method=recovery_codes") == [2]
    assert found("aal=2") == [2]
    assert found("aal=1") == [1]
    assert sorted(found("method=password")) == [1, 2]
    assert found("method=pass") == []
