"""A token is given for no less than the site's own login asks, whatever packages it is made of."""

import re

import pytest
from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.account.stages import LoginStage
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core import mail
from django.core.exceptions import ValidationError
from django.forms import CharField
from django.http import HttpResponse
from django.test import Client
from django.test.utils import override_script_prefix
from django.urls import path
from django_otp.forms import OTPAuthenticationForm
from django_otp.oath import totp as code_of
from django_otp.plugins.otp_email.models import EmailDevice
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.views import LoginView as OTPLoginView
from two_factor.views import LoginView as Wizard

from sessions_api.models import Session
from tests.factories import PASSWORD
from tests.helpers import SESSIONS, bearer
from tests.packages.urls import urlpatterns as site

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]


class Form(AuthenticationForm):
    """A form of the site's own, with objections of its own."""

    def confirm_login_allowed(self, user):
        super().confirm_login_allowed(user)
        if user.first_name == "Mallory":
            raise ValidationError("Not today.", code="not_today")


class SilentForm(AuthenticationForm):
    """A form that does not tell its objections from wrong passwords."""

    def confirm_login_allowed(self, user):
        if user.first_name == "Mallory":
            raise self.get_invalid_login_error()


class OTPForm(Form, OTPAuthenticationForm):  # type: ignore[misc]  # django-otp has no types
    """The same objections, at a form that asks for a device."""


class EmailBackend(ModelBackend):
    """Knows an e-mail address and a password, and no other names."""

    def authenticate(self, request, email, password):  # type: ignore[override]
        """Return the user whose they are."""
        user = get_user_model().objects.filter(email=email).first()
        return user if user is not None and user.check_password(password) else None


class LongForm(AuthenticationForm):
    """A form that asks for more than a password."""

    answer = CharField()


urlpatterns = [
    *site,
    path("site-login/", LoginView.as_view(authentication_form=Form), name="site-login"),
    path("long-login/", LoginView.as_view(authentication_form=LongForm)),
    path("silent-login/", LoginView.as_view(authentication_form=SilentForm)),
    path("otp-login/", OTPLoginView.as_view()),
    path("otp-form-login/", OTPLoginView.as_view(otp_authentication_form=OTPForm)),
    path("wizard-login/", Wizard.as_view(form_list=(("auth", Form),))),
]


def sign_in(username="alice", password=PASSWORD, **more):
    body = {"username": username, "password": password, **more}
    return Client().post(SESSIONS, body, content_type="application/json")


def refused(response):
    assert not Session.objects.exists()
    return response.status_code, response.json().get("code")


def how(response):
    assert response.status_code == 201, response.content
    body = response.json()
    current = Client().get(f"{SESSIONS}current/", headers=bearer(body["token"])).json()
    assert (current["methods"], current["aal"]) == (body["methods"], body["aal"])
    return body["methods"], body["aal"]


@pytest.fixture
def without_allauth(settings):
    """Have a site whose login is Django's."""
    for name in ("INSTALLED_APPS", "MIDDLEWARE", "AUTHENTICATION_BACKENDS"):
        values = [each for each in getattr(settings, name) if not each.startswith("allauth")]
        setattr(settings, name, values)
    settings.LOGIN_URL = "/login/"


# django-allauth


def test_a_password_alone_is_one_factor(alice):
    assert how(sign_in()) == (["password"], 1)


def test_allauth_gets_the_password_exactly_as_it_is_sent(alice):
    alice.set_password(" in spaces ")
    alice.save()
    assert refused(sign_in(password="in spaces")) == (401, "invalid_credentials")
    assert how(sign_in(password=" in spaces ")) == (["password"], 1)


def test_allauths_second_factor_is_asked_for(alice, app):
    response = sign_in()
    assert refused(response) == (401, "second_factor_required")
    assert response.json()["methods"] == ["totp"]
    assert how(sign_in(otp=app())) == (["password", "totp"], 2)


def test_a_wrong_code_is_named_and_gives_nothing(alice, app):
    response = sign_in(otp="000000")
    assert refused(response) == (400, None)
    assert response.json() == {"otp": ["This code is not valid."]}
    assert refused(sign_in(password="wrong", otp=app())) == (401, "invalid_credentials")


def test_a_code_is_taken_once(alice, app):
    code = app()
    assert sign_in(otp=code).status_code == 201
    assert sign_in(otp=code).status_code == 400


def test_a_recovery_code_is_a_second_factor_and_taken_once(alice, app):
    code = RecoveryCodes.activate(alice).get_unused_codes()[0]
    assert sign_in().json()["methods"] == ["recovery_codes", "totp"]
    assert how(sign_in(otp=code)) == (["password", "recovery_codes"], 2)
    assert sign_in(otp=code).status_code == 400


def test_who_has_only_a_passkey_is_sent_to_the_sites_own_page(alice):
    Authenticator.objects.create(user=alice, type=Authenticator.Type.WEBAUTHN, data={})
    assert refused(sign_in()) == (403, "second_factor_unsupported")
    assert refused(sign_in(otp="123456")) == (403, "second_factor_unsupported")


def test_guesses_of_the_second_factor_are_counted(alice, app):
    statuses = [sign_in(otp=f"{number:06}").status_code for number in range(7)]
    assert statuses[:5] == [400] * 5
    assert statuses[-1] == 429
    assert sign_in(otp=app()).status_code == 429


def test_an_e_mail_address_that_is_not_verified_is_where_allauth_wants_it(alice, settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    response = sign_in()
    assert refused(response) == (403, "sign_in_incomplete")
    assert response.json()["stage"] == "verify_email"
    address = EmailAddress.objects.create(user=alice, email=alice.email, primary=True)
    assert refused(sign_in()) == (403, "sign_in_incomplete")
    EmailAddress.objects.filter(pk=address.pk).update(verified=True)
    assert how(sign_in()) == (["password"], 1)


def test_the_identifier_is_the_one_that_allauth_takes(alice, settings):
    settings.ACCOUNT_LOGIN_METHODS = {"email"}
    EmailAddress.objects.create(user=alice, email=alice.email, primary=True, verified=True)
    assert refused(sign_in()) == (401, "invalid_credentials")
    assert how(sign_in(alice.email)) == (["password"], 1)


def test_a_code_by_mail_that_every_sign_in_needs_is_not_passed_over(alice, settings):
    settings.ACCOUNT_LOGIN_BY_CODE_REQUIRED = True
    response = sign_in()
    assert refused(response) == (403, "sign_in_incomplete")
    assert response.json()["stage"] == "login_by_code"


def test_a_site_that_signs_in_by_other_sites_alone_takes_no_password(alice, settings):
    settings.SOCIALACCOUNT_ONLY = True
    form = {"login": "alice", "password": PASSWORD}
    assert Client().post("/accounts/login/", form).status_code == 403
    response = sign_in()
    assert refused(response) == (403, "sign_in_incomplete")
    assert response.json()["stage"] == "socialaccount"
    settings.LOGIN_URL = "/login/"
    assert how(sign_in()) == (["password"], 1)


class Terms(LoginStage):  # type: ignore[misc]  # allauth has no types
    """A stage of the site's own: users accept the terms."""

    key = "terms"

    def handle(self):
        return HttpResponse("Accept the terms."), True


def test_a_stage_of_the_sites_own_is_not_passed_over(alice, monkeypatch):
    adapter = "allauth.account.adapter.DefaultAccountAdapter.get_login_stages"
    monkeypatch.setattr(adapter, lambda self: [f"{__name__}.Terms"])
    response = sign_in()
    assert refused(response) == (403, "sign_in_incomplete")
    assert response.json()["stage"] == "terms"


class NoPasswords(LoginStage):  # type: ignore[misc]  # allauth has no types
    """A stage that goes by what has been proved so far."""

    key = "no_passwords"

    def handle(self):
        proved = get_authentication_records(self.request, self.login.user)
        stops = [each["method"] for each in proved] == ["password"]
        return HttpResponse("Add a passkey.") if stops else None, True


def test_a_stage_knows_that_a_password_was_given(alice, monkeypatch):
    adapter = "allauth.account.adapter.DefaultAccountAdapter.get_login_stages"
    monkeypatch.setattr(adapter, lambda self: [f"{__name__}.NoPasswords"])
    assert refused(sign_in()) == (403, "sign_in_incomplete")


def test_a_user_who_is_not_active_gets_nothing(alice):
    type(alice).objects.update(is_active=False)
    assert refused(sign_in()) == (401, "invalid_credentials")


def test_a_stage_leaves_nothing_in_the_browsers_session(alice, app):
    browser = Client()
    browser.get("/do/write/")
    before = dict(browser.session)
    body = {"username": "alice", "password": PASSWORD}
    browser.post(SESSIONS, body, content_type="application/json")
    browser.post(SESSIONS, {**body, "otp": app()}, content_type="application/json")
    assert dict(browser.session) == before


# Django's login, django-otp, and forms of the site's own


def test_a_confirmed_device_is_asked_for(alice, without_allauth):
    device = TOTPDevice.objects.create(user=alice, name="phone", confirmed=False)
    assert how(sign_in()) == (["password"], 1)
    Session.objects.all().delete()
    TOTPDevice.objects.update(confirmed=True)
    response = sign_in()
    assert refused(response) == (401, "second_factor_required")
    assert response.json()["methods"] == ["totp"]
    code = f"{code_of(device.bin_key):06}"
    assert how(sign_in(otp=code)) == (["password", "totp"], 2)
    assert sign_in(otp=code).status_code == 400


def test_codes_on_paper_are_second_factors(alice, without_allauth):
    device = StaticDevice.objects.create(user=alice, name="paper")
    device.token_set.create(token="first")
    assert how(sign_in(otp="first")) == (["password", "recovery_codes"], 2)
    assert sign_in(otp="first").status_code == 400


def test_a_device_that_sends_its_code_is_asked_to_where_there_is_no_other(alice, without_allauth):
    EmailDevice.objects.create(user=alice, name="mail", email="alice@example.com")
    response = sign_in()
    assert refused(response) == (401, "second_factor_required")
    assert response.json()["methods"] == ["otp"]
    [message] = mail.outbox
    [code] = re.findall(r"\d{6}", str(message.body))
    assert refused(sign_in(password="wrong", otp=code)) == (401, "invalid_credentials")
    assert how(sign_in(otp=code)) == (["password", "otp"], 2)
    assert sign_in(otp=code).status_code == 400
    StaticDevice.objects.create(user=alice, name="paper").token_set.create(token="first")
    assert sign_in().status_code == 401
    assert len(mail.outbox) == 1


def test_a_site_that_lets_nobody_in_without_a_device_gives_no_token_either(
    alice, without_allauth, settings
):
    settings.LOGIN_URL = "/otp-login/"
    assert refused(sign_in()) == (403, "second_factor_unsupported")


def test_objections_of_the_sites_own_form_hold(alice, without_allauth, settings):
    settings.LOGIN_URL = "/site-login/"
    assert how(sign_in()) == (["password"], 1)
    Session.objects.all().delete()
    type(alice).objects.update(first_name="Mallory")
    assert refused(sign_in()) == (403, "sign_in_incomplete")


@pytest.mark.parametrize("path", ["site-login", "otp-form-login", "wizard-login"])
def test_they_hold_at_whatever_login_shows_the_form_beside_allauth_too(alice, settings, path):
    settings.LOGIN_URL = f"/{path}/"
    StaticDevice.objects.create(user=alice).token_set.create(token="first")
    assert how(sign_in(otp="first")) == (["password", "recovery_codes"], 2)
    Session.objects.all().delete()
    type(alice).objects.update(first_name="Mallory")
    assert refused(sign_in()) == (403, "sign_in_incomplete")


@pytest.mark.parametrize("login_url", ["site-login", "/prefix/site-login/?next=/"])
def test_they_hold_on_a_site_below_a_prefix(alice, without_allauth, settings, login_url):
    settings.LOGIN_URL = login_url
    with override_script_prefix("/prefix/"):
        assert how(sign_in()) == (["password"], 1)
        Session.objects.all().delete()
        type(alice).objects.update(first_name="Mallory")
        assert refused(sign_in()) == (403, "sign_in_incomplete")


@pytest.mark.parametrize(
    ("path", "expected"),
    [("site-login", (403, "sign_in_incomplete")), ("silent-login", (401, "invalid_credentials"))],
)
def test_they_hold_for_whom_only_a_backend_for_e_mail_addresses_knows(
    alice, without_allauth, settings, path, expected
):
    settings.LOGIN_URL = f"/{path}/"
    settings.AUTHENTICATION_BACKENDS = [f"{__name__}.EmailBackend"]
    assert how(sign_in(alice.email)) == (["password"], 1)
    Session.objects.all().delete()
    type(alice).objects.update(first_name="Mallory")
    assert refused(sign_in(alice.email)) == expected


def test_what_the_sites_own_form_asks_is_not_passed_over(alice, without_allauth, settings):
    settings.LOGIN_URL = "/long-login/"
    response = sign_in()
    assert refused(response) == (403, "sign_in_incomplete")
    assert response.json()["stage"] == "answer"


def test_a_site_that_does_not_say_by_whom_signs_nobody_in(alice, settings):
    settings.SESSIONS_API = {}
    response = sign_in()
    assert refused(response) == (403, "sign_in_disabled")
    assert "TOKEN_SIGN_IN" in response.json()["detail"]
