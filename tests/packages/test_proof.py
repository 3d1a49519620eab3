"""What counts as a proof of who somebody is, and moves ``authenticated_at``."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice

from sessions_api import lifecycle, recent
from sessions_api.models import Session
from tests.factories import PASSWORD
from tests.helpers import later

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def is_recent(browser, alice, settings):
    """Return what tells whether the browser's session has a proof of the last ten minutes."""
    settings.SESSIONS_API = {"REAUTHENTICATION_AGE": 600}

    def is_recent():
        other = lifecycle.issue_token(alice).session
        status = browser.delete(f"/api/sessions/{other.pk}/").status_code
        Session.objects.filter(pk=other.pk).delete()
        return status in (202, 204)

    return is_recent


def at(**ago):
    return int((timezone.now() - timedelta(**ago)).timestamp())


@pytest.mark.parametrize("path", ["/login/", "/accounts/login/"])
def test_a_sign_in_with_a_password_is_a_proof(engine, sign_in, is_recent, path):
    sign_in(path)
    assert is_recent()
    with later(minutes=11):
        recent.clear()
        assert not is_recent()


@pytest.mark.parametrize("is_remembered", [False, True])
def test_a_reauthentication_by_allauth_is_a_proof(
    engine, browser, sign_in, is_recent, is_remembered
):
    sign_in("/accounts/login/")
    session = Session.objects.get()
    with later(minutes=11):
        assert not is_recent()
        if not is_remembered:
            recent.clear()
        browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
        assert is_recent()
        assert Session.objects.get().authenticated_at == timezone.now()
    assert Session.objects.get().pk == session.pk


def test_a_reauthentication_by_allauth_goes_for_a_sign_in_by_django(browser, sign_in, is_recent):
    sign_in("/login/")
    with later(minutes=11):
        browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
        assert is_recent()
    assert Session.objects.get().methods == "password"


@pytest.mark.parametrize("is_remembered", [False, True])
def test_a_code_of_django_otp_is_a_proof(engine, browser, alice, sign_in, is_recent, is_remembered):
    StaticDevice.objects.create(user=alice).token_set.create(token="first")
    sign_in("/login/")
    with later(minutes=11):
        assert not is_recent()
        if not is_remembered:
            recent.clear()
        browser.post("/verify/", {"token": "first"})
        assert is_recent()
    with later(minutes=15):
        browser.get("/do/write/")
    assert Session.objects.filter(authenticated_at__lt=timezone.now() + timedelta(minutes=12))


@pytest.mark.parametrize("path", ["/login/", "/accounts/login/"])
def test_a_new_sign_in_in_the_same_browser_is_a_proof(engine, browser, sign_in, is_recent, path):
    sign_in(path)
    with later(minutes=11):
        assert not is_recent()
        sign_in("/login/")
        assert is_recent()
        assert Session.objects.get(ended_at=None).authenticated_at == timezone.now()


def test_a_forced_login_and_a_login_without_a_check_prove_nothing(browser, alice, is_recent):
    browser.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    assert not is_recent()
    browser.post("/login-alone/", {"username": "alice"})
    assert not is_recent()
    browser.post("/login/", {"username": "alice", "password": PASSWORD})
    assert is_recent()


def test_a_code_of_an_earlier_sign_in_proves_nothing_of_a_later_one(
    engine, browser, alice, sign_in
):
    device = StaticDevice.objects.create(user=alice)
    for token in ("first", "second", "third"):
        device.token_set.create(token=token)
    sign_in("/login/")
    browser.post("/verify/", {"token": "first"})

    def proof():
        return Session.objects.get(ended_at=None).authenticated_at

    for minutes in (11, 22):
        with later(minutes=minutes):
            browser.post("/login-alone/", {"username": "alice"})
            assert proof() is None
            browser.get("/do/user,write/")
            assert proof() is None
    with later(minutes=33):
        browser.post("/verify/", {"token": "second"})
        assert proof() == timezone.now()
    with later(minutes=44):
        form = {"username": "alice", "password": PASSWORD, "otp_token": "third"}
        browser.post("/otp/login/", form | {"otp_device": device.persistent_id})
        assert proof() == timezone.now()


@pytest.mark.parametrize("claims", [{}, {"id_token": {"sub": "7"}}], ids=["none", "others"])
def test_another_site_that_does_not_say_when_proves_nothing(
    engine, browser, sign_in_elsewhere, is_recent, claims
):
    session = sign_in_elsewhere(browser, claims)
    assert (session.methods, session.aal, session.provider) == ("socialaccount", 1, "dummy")
    assert session.authenticated_at is None
    assert not is_recent()
    browser.get("/do/write/")
    assert Session.objects.get(pk=session.pk).authenticated_at is None


@pytest.mark.parametrize("key", ["id_token", None])
@pytest.mark.parametrize(("minutes", "expected"), [(5, True), (15, False)])
def test_another_site_may_say_when_the_user_has_signed_in_there(
    engine, browser, sign_in_elsewhere, is_recent, minutes, expected, key
):
    said = at(minutes=minutes)
    claims = {"sub": "7", "auth_time": said}
    session = sign_in_elsewhere(browser, {key: claims} if key else claims)
    assert session.authenticated_at.timestamp() == said
    assert is_recent() is expected


def test_a_clock_of_another_site_is_never_ahead(browser, sign_in_elsewhere):
    session = sign_in_elsewhere(browser, {"id_token": {"auth_time": at(hours=-1)}})
    assert session.authenticated_at == session.created_at


@pytest.mark.parametrize("said", [None, True, "1", -1, 0, 1e300, [1], 1e12], ids=repr)
def test_what_is_no_time_proves_nothing(browser, sign_in_elsewhere, said):
    session = sign_in_elsewhere(browser, {"id_token": {"auth_time": said}})
    assert session.authenticated_at is None


def test_a_proof_elsewhere_that_is_older_than_any_session_does_not_end_the_new_one(
    browser, sign_in_elsewhere, settings
):
    settings.SESSIONS_API = {"ABSOLUTE_TIMEOUT": 3600}
    session = sign_in_elsewhere(browser, {"id_token": {"auth_time": at(hours=2)}})
    assert session.authenticated_at is None
    assert browser.get("/do/user/").content == b"alice"


def test_a_code_after_a_sign_in_elsewhere_is_a_proof(browser, alice, sign_in_elsewhere):
    StaticDevice.objects.create(user=alice).token_set.create(token="first")
    sign_in_elsewhere(browser, {})
    browser.post("/verify/", {"token": "first"})
    session = Session.objects.get()
    assert (session.methods, session.aal) == ("socialaccount recovery_codes", 2)
    assert session.authenticated_at is not None


def test_a_code_at_the_page_of_django_otp_adds_to_a_sign_in_elsewhere(
    engine, browser, alice, sign_in_elsewhere
):
    device = StaticDevice.objects.create(user=alice)
    device.token_set.create(token="first")
    sign_in_elsewhere(browser, {})
    with later(minutes=11):
        browser.post("/otp/login/", {"otp_token": "first", "otp_device": device.persistent_id})
        session = Session.objects.get(ended_at=None)
        assert (session.methods, session.aal) == ("socialaccount recovery_codes", 2)
        assert (session.provider, session.authenticated_at) == ("dummy", timezone.now())


def test_the_provider_is_shown_and_found(browser, sign_in_elsewhere, sign_in):
    sign_in_elsewhere(browser, {})
    other = Client()
    other.post("/login/", {"username": "alice", "password": PASSWORD})
    listed = browser.get("/api/sessions/?provider=dummy").json()["results"]
    assert [(row["provider"], row["is_current"]) for row in listed] == [("dummy", True)]
    whoami = browser.get("/ory/sessions/whoami").json()
    (method,) = whoami["authentication_methods"]
    assert (method["method"], method["provider"]) == ("oidc", "dummy")


def test_a_web_server_that_says_who_it_is_proves_nothing(browser, alice, settings):
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.RemoteUserBackend"]
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE,
        "django.contrib.auth.middleware.RemoteUserMiddleware",
    ]
    browser.get("/do/user/", REMOTE_USER="alice")
    session = Session.objects.get()
    assert (session.methods, session.authenticated_at) == ("remote_user", None)


def test_a_record_of_the_future_does_not_count_before(engine, browser, sign_in):
    sign_in("/login/")
    before = Session.objects.get().authenticated_at
    ahead = (timezone.now() + timedelta(minutes=5)).timestamp()
    store = browser.session
    store["account_authentication_methods"] = [
        {"method": "password", "at": ahead, "reauthenticated": True}
    ]
    store.save()
    if engine == "signed_cookies":
        browser.cookies["sessionid"] = store.session_key
    with later(minutes=2):
        browser.get("/do/write/")
        assert Session.objects.get().authenticated_at == before
    with later(minutes=6):
        browser.get("/do/write/")
        written = Session.objects.get().authenticated_at
    assert written is not None
    assert abs(written.timestamp() - ahead) < 1e-3


@pytest.mark.parametrize("is_remembered", [False, True])
def test_the_same_device_of_django_otp_proves_it_again_to_that_session_alone(
    engine, browser, alice, sign_in, is_remembered
):
    device = StaticDevice.objects.create(user=alice)
    for token in ("first", "second", "third"):
        device.token_set.create(token=token)
    other = Client()
    other.post("/login/", {"username": "alice", "password": PASSWORD})
    other.post("/verify/", {"token": "first"})
    sign_in("/login/")
    browser.post("/verify/", {"token": "second"})
    session = Session.objects.latest("created_at")
    before = Session.objects.earliest("created_at").authenticated_at
    with later(minutes=11):
        if not is_remembered:
            recent.clear()
        browser.get("/do/user,write/")
        browser.post("/verify/", {"token": "third"})
        session.refresh_from_db()
        assert session.authenticated_at == timezone.now()
    with later(minutes=12):
        other.get("/do/user,write/")
    assert Session.objects.earliest("created_at").authenticated_at == before
