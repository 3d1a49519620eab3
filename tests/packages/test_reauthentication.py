"""Users confirm who they are by whatever they have, and end their other sessions then."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client
from django.utils import timezone
from django_otp.oath import totp as code_of
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from sessions_api import lifecycle
from sessions_api.models import Session
from tests.factories import PASSWORD
from tests.helpers import CURRENT, REAUTHENTICATE, SESSIONS, bearer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def old(settings, browser, alice, sign_in):
    """Have Alice's browser have signed in an hour ago, on a site that minds."""
    sign_in("/login/")
    settings.SESSIONS_API = {"REAUTHENTICATION_AGE": 600}
    Session.objects.update(authenticated_at=timezone.now() - timedelta(hours=1))
    lifecycle.issue_token(alice)
    return browser


def confirm(browser, **proof):
    return browser.post(REAUTHENTICATE, proof, content_type="application/json")


def without_password(alice):
    alice.set_unusable_password()
    alice.save()


def methods(browser):
    said = browser.get(CURRENT).json()["reauthentication_methods"]
    refused = browser.delete(SESSIONS)
    if refused.status_code == 403:
        assert refused.json()["methods"] == said
    return said


def test_a_password_is_one_way(old):
    assert methods(old) == ["password"]
    response = confirm(old, password="wrong")
    assert (response.status_code, response.json()) == (
        400,
        {"password": ["This is not your password."]},
    )
    assert confirm(old, password=PASSWORD).status_code == 200
    assert old.delete(SESSIONS).json() == {"ended": 1}


def test_a_code_of_allauth_is_another_and_beside_a_password_the_second_factor(old, app):
    assert methods(old) == ["password", "totp"]
    body = confirm(old, otp=app()).json()
    assert (body["methods"], body["aal"]) == (["password", "totp"], 2)
    assert old.delete(SESSIONS).json() == {"ended": 1}
    current = old.get(CURRENT).json()
    assert (current["methods"], current["aal"]) == (["password", "totp"], 2)
    old.get("/do/user,write/")
    assert old.get(CURRENT).json()["methods"] == ["password", "totp"]


def test_a_code_is_taken_once(old, app):
    code = app()
    assert confirm(old, otp=code).status_code == 200
    assert confirm(old, otp=code).json() == {"otp": ["This code is not valid."]}


def test_a_code_is_not_used_up_beside_a_wrong_password(old, app):
    code = app()
    assert confirm(old, password="wrong", otp=code).status_code == 400
    assert confirm(old, password=PASSWORD, otp=code).status_code == 200


def test_a_recovery_code_is_taken_once(old, alice, app):
    code = RecoveryCodes.activate(alice).get_unused_codes()[0]
    assert methods(old) == ["password", "recovery_codes", "totp"]
    assert confirm(old, otp=code).status_code == 200
    assert confirm(old, otp=code).status_code == 400


def test_a_device_of_django_otp_is_one(old, alice):
    device = TOTPDevice.objects.create(user=alice, name="phone")
    StaticDevice.objects.create(user=alice, name="paper", confirmed=False)
    assert methods(old) == ["password", "totp"]
    code = f"{code_of(device.bin_key):06}"
    assert confirm(old, otp=code).json()["aal"] == 2
    assert confirm(old, otp=code).status_code == 400


def test_nothing_is_400_on_what_could_be_given(old, app):
    response = confirm(old)
    assert response.status_code == 400
    assert response.json().keys() == {"password", "otp"}


def test_a_user_without_a_password_confirms_by_a_code(alice, app, settings):
    without_password(alice)
    issued = lifecycle.issue_token(alice, methods=["totp"])
    settings.SESSIONS_API = {"REAUTHENTICATION_AGE": 600}
    Session.objects.update(authenticated_at=timezone.now() - timedelta(hours=1))
    client = Client(headers=bearer(issued.token))
    assert methods(client) == ["totp"]
    renewed = confirm(client, otp=app()).json()["token"]
    lifecycle.issue_token(alice)
    client = Client(headers=bearer(renewed))
    assert client.delete(SESSIONS).json() == {"ended": 1}


def test_who_has_only_a_passkey_is_told_to_sign_in_again(alice, settings):
    without_password(alice)
    Authenticator.objects.create(user=alice, type=Authenticator.Type.WEBAUTHN, data={})
    client = Client(headers=bearer(lifecycle.issue_token(alice).token))
    lifecycle.issue_token(alice)
    settings.SESSIONS_API = {"REAUTHENTICATION_AGE": 600}
    body = client.delete(SESSIONS).json()
    assert body["methods"] == []
    assert body["detail"] == "Sign in again first."
    assert body["login_url"] == "/accounts/login/"


def test_a_site_that_signs_in_by_e_mail_address_alone_takes_the_password(alice, settings):
    settings.ACCOUNT_LOGIN_METHODS = {"email"}
    settings.AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
    EmailAddress.objects.create(user=alice, email=alice.email, primary=True, verified=True)
    client = Client(headers=bearer(lifecycle.issue_token(alice).token))
    assert methods(client) == ["password"]
    assert confirm(client, password="wrong").status_code == 400
    assert confirm(client, password=PASSWORD).status_code == 200


def by_the_name_of_a_pet(request, user, data):
    """Confirm as a site's own code may."""
    return "pet" if data.get("pet") == "Rex" else None


def test_a_site_may_have_a_way_of_its_own(old, settings):
    settings.SESSIONS_API["REAUTHENTICATORS"] = [f"{__name__}.by_the_name_of_a_pet"]
    assert methods(old) == ["by_the_name_of_a_pet"]
    assert confirm(old, pet="Tom").status_code == 400
    assert confirm(old, pet="Rex").json()["methods"] == ["password", "pet"]
    assert old.delete(SESSIONS).json() == {"ended": 1}


def test_what_the_site_tells_allauth_to_take_holds_here(old, app, settings):
    settings.ACCOUNT_REAUTHENTICATION_METHODS = ["mfa"]
    assert methods(old) == ["totp"]
    assert confirm(old, password=PASSWORD).status_code == 400
    settings.ACCOUNT_REAUTHENTICATION_METHODS = ["password"]
    assert methods(old) == ["password"]
    code = app()
    assert confirm(old, otp=code).status_code == 400
    settings.ACCOUNT_REAUTHENTICATION_METHODS = ["password", "mfa"]
    assert confirm(old, password=PASSWORD, otp=code).status_code == 200
