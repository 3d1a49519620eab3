"""Sign-ins from new devices: which are told of, and by what a device is known."""

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.db import connection
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext

from sessions_api import lifecycle, recent, signals
from sessions_api.lifecycle import devices, maintenance
from sessions_api.models import Session
from tests.factories import PASSWORD, SessionFactory, UserFactory
from tests.helpers import (
    CURRENT,
    DJANGOS_ENGINES,
    FIREFOX,
    SESSIONS,
    bearer,
    browser_of,
    later,
    old_session,
    session_of,
    signed_in,
    use_engine,
)

pytestmark = pytest.mark.django_db(transaction=True)

COOKIE = "sessionid_device"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/156.0.0.0 Safari/537.36"
)
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)
APP = "AcmeApp/2.0 (iPhone; iOS 18.1; Scale/3.00)"


class Told(list[Session]):
    """The sessions that a receiver has heard of."""

    def hear(self, session, **kwargs):
        self.append(session)


@pytest.fixture(autouse=True)
def told():
    """Return the list of the sessions of new devices, as a receiver hears of them."""
    told = Told()
    signals.new_device.connect(told.hear)
    yield told
    signals.new_device.disconnect(told.hear)


class Device:
    """A browser that somebody uses for a while: it keeps its cookies."""

    def __init__(self, user, agent=FIREFOX):
        self.user, self.agent, self.client = user, agent, Client()

    def sign_in(self, ip_address="192.0.2.1", password=PASSWORD):
        """Sign in as if the last session were over, and say whether that was told of."""
        self.client.cookies.pop("sessionid", None)
        steps = f"password_login:{self.user.get_username()}|{password}"
        response = self.client.post(
            f"/do/{steps}/", REMOTE_ADDR=ip_address, headers={"user-agent": self.agent}
        )
        assert response.status_code == 200
        return session_of(self.client)


def is_told(told, session):
    return session.pk in {each.pk for each in told}


@pytest.mark.parametrize("engine", DJANGOS_ENGINES)
def test_a_month_of_one_user(told, settings, engine):
    """No false alarm, and a true one for a copied cookie jar in a foreign browser."""
    use_engine(settings, engine)
    settings.SESSION_COOKIE_AGE = 60 * 24 * 60 * 60
    alice = UserFactory.create()
    laptop, phone, tablet = Device(alice), Device(alice, PHONE), Device(alice, CHROME)
    assert not is_told(told, laptop.sign_in())  # the first sign-in ever
    assert is_told(told, phone.sign_in())
    assert is_told(told, tablet.sign_in())
    told.clear()

    for day in range(1, 31):
        with later(days=day):
            for device in (laptop, phone, tablet):
                device.sign_in(ip_address=f"198.51.{day}.{day}")  # other networks, and a VPN
            if day == 10:
                laptop.agent = FIREFOX.replace("157", "158")
                phone.agent = PHONE.replace("18_5", "18_6").replace("18.5", "18.6")
                tablet.agent = CHROME.replace("156", "157")
            recent.clear()
    assert told == []

    with later(days=31):
        assert is_told(told, Device(alice, laptop.agent).sign_in())  # a private window
        told.clear()
        laptop.sign_in()
        steps = "password:a new one"
        changed = laptop.client.get(f"/do/{steps}/", headers={"user-agent": laptop.agent})
        assert changed.status_code == 200
        assert not is_told(told, laptop.sign_in(password="a new one"))
        # The password was changed elsewhere: the cookies of the others are void.
        assert is_told(told, phone.sign_in(password="a new one"))
        assert not is_told(told, phone.sign_in(password="a new one"))
        told.clear()

        thief = Device(alice, CHROME)
        thief.client.cookies.update(laptop.client.cookies)
        assert is_told(told, thief.sign_in(password="a new one"))
        assert not is_told(told, laptop.sign_in(password="a new one"))


def test_the_cookie_is_for_this_site_alone_and_for_no_script(alice):
    device = Device(alice)
    device.sign_in()
    cookie = device.client.cookies[COOKIE]
    assert cookie["httponly"]
    assert cookie["secure"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert cookie["max-age"] == 400 * 24 * 60 * 60
    assert len(cookie.value) == 43


def test_the_cookie_is_where_that_of_the_session_is(alice, settings):
    settings.SESSION_COOKIE_NAME = "sid"
    settings.SESSION_COOKIE_DOMAIN = ".example.com"
    settings.SESSION_COOKIE_PATH = "/do"
    client = Client()
    client.get(f"/do/login:{alice.pk}/")
    cookie = client.cookies["sid_device"]
    assert (cookie["domain"], cookie["path"]) == (".example.com", "/do")


def test_nothing_of_the_cookie_is_in_the_table_or_the_api(alice):
    device = Device(alice)
    row = device.sign_in()
    value = device.client.cookies[COOKIE].value
    fields = Session.objects.filter(pk=row.pk).values().get()
    assert value not in str(fields)
    assert bytes(fields["device_digest"]) not in (b"", value.encode())
    shown = device.client.get(CURRENT).content
    assert value.encode() not in shown
    assert b"device_digest" not in shown


def test_without_anybody_who_asks_there_is_no_cookie_and_no_note(alice, told):
    signals.new_device.disconnect(told.hear)
    device = Device(alice)
    row = device.sign_in()
    assert COOKIE not in device.client.cookies
    assert row.device_digest == b""


def in_lyon(request, ip_address):
    """Tell where every client is, for LOCATION."""
    return ("FR", "", "Lyon")


def test_a_sign_in_costs_one_query_more_at_most_with_places_and_mails(alice, told, settings):
    def cost(device):
        with CaptureQueriesContext(connection) as captured:
            device.sign_in()
        return len(captured)

    signals.new_device.disconnect(told.hear)
    Device(alice).sign_in()
    plain = cost(Device(alice))
    signals.new_device.connect(told.hear)
    settings.SESSIONS_API = {
        **settings.SESSIONS_API,
        "NEW_DEVICE_EMAIL": True,
        "LOCATION": "tests.tracking.test_device.in_lyon",
    }
    Device(
        UserFactory.create()
    ).sign_in()  # looks for the canary, as after every change of settings
    device = Device(alice)
    assert cost(device) <= plain + 1  # a new one
    assert cost(device) <= plain + 1  # a known one
    assert cost(Device(UserFactory.create())) <= plain + 1  # the first sign-in ever
    assert len(mail.outbox) == 1
    assert Session.objects.filter(location="Lyon, FR").count() == 4


def test_no_request_after_the_sign_in_touches_devices(alice, django_assert_num_queries):
    device = Device(alice)
    device.sign_in()
    device.client.get("/do/user/", headers={"user-agent": FIREFOX}, REMOTE_ADDR="192.0.2.1")
    with django_assert_num_queries(2):  # Django's own: the session, and its user
        response = device.client.get(
            "/do/user/", headers={"user-agent": FIREFOX}, REMOTE_ADDR="192.0.2.1"
        )
    assert response.cookies == {}


def test_the_device_of_one_user_is_new_for_another(alice, told):
    bob = UserFactory.create()
    Device(bob).sign_in()
    device = Device(alice)
    device.sign_in()
    device.user = bob
    assert is_told(told, device.sign_in())
    assert not is_told(told, device.sign_in())
    device.user = alice
    assert not is_told(told, device.sign_in())


def test_a_browser_is_the_device_of_the_last_five_users(told):
    people = UserFactory.create_batch(6)
    device = Device(people[0])
    for user in people:
        Device(user).sign_in()
        device.user = user
        device.sign_in()
    told.clear()
    for user in people[1:]:
        device.user = user
        assert not is_told(told, device.sign_in())
    device.user = people[0]
    assert is_told(told, device.sign_in())


def test_a_cookie_that_somebody_else_knew_before_is_not_taken_over(alice, told):
    """Whoever leaves a cookie of their own in a browser does not become its next user's device."""
    Device(alice).sign_in()
    planted = "A" * 43
    device = Device(alice)
    device.client.cookies[COOKIE] = planted
    assert is_told(told, device.sign_in())
    thief = Device(alice)
    thief.client.cookies[COOKIE] = planted
    assert is_told(told, thief.sign_in())


def test_a_device_is_known_however_many_sign_ins_from_others_have_followed(alice, told):
    device = Device(alice)
    device.sign_in()
    SessionFactory.create_batch(20, user=alice, device_digest=b"of another one")
    assert not is_told(told, device.sign_in())


@pytest.mark.parametrize(
    "value",
    ["", "x", "." * 300, "A" * 5000, "ü" * 43, ".".join(["A" * 43] * 300), "A" * 42 + "\x7f"],
    ids=range(7),
)
def test_a_spoiled_cookie_is_none(alice, told, value):
    Device(alice).sign_in()
    device = Device(alice)
    device.client.cookies[COOKIE] = value
    assert is_told(told, device.sign_in())
    assert len(device.client.cookies[COOKIE].value) <= 43 * 5 + 4
    assert not is_told(told, device.sign_in())


@pytest.mark.parametrize(
    "foreign",
    [CHROME, PHONE, FIREFOX.replace("X11; Linux x86_64", "Windows NT 10.0; Win64; x64"), "", APP],
    ids=["browser", "phone", "system", "none", "app"],
)
def test_a_copied_cookie_is_another_device_in_a_foreign_browser(alice, told, foreign):
    own = Device(alice)
    own.sign_in()
    copy = Device(alice, foreign)
    copy.client.cookies[COOKIE] = own.client.cookies[COOKIE].value
    assert is_told(told, copy.sign_in())
    told.clear()
    assert not is_told(told, own.sign_in())
    assert not is_told(told, copy.sign_in())


def test_an_account_whose_rows_are_purged_is_not_new(alice, told):
    Device(alice).sign_in()
    Session.objects.all().delete()
    assert is_told(told, Device(get_user_model().objects.get(pk=alice.pk)).sign_in())


def test_the_same_user_object_signs_in_twice(told):
    """As in a script, where Django has written when that user has signed in last."""
    alice = UserFactory.create()
    browser_of(alice)
    assert told == []
    Session.objects.all().delete()
    assert is_told(told, Device(alice).sign_in())


def test_an_adopted_session_is_silent_and_its_browser_known(alice, told):
    browser = old_session(alice)
    browser.get("/do/user/", headers={"user-agent": FIREFOX})
    assert session_of(browser).adopted
    assert told == []
    device = Device(alice)
    device.client = browser
    assert not is_told(told, device.sign_in())
    assert is_told(told, Device(alice).sign_in())


def test_a_script_is_no_device(alice, told):
    Device(alice).sign_in()
    browser_of(alice)
    lifecycle.issue_token(alice)
    assert told == []


@pytest.mark.parametrize(
    "client", [{"REMOTE_ADDR": "192.0.2.1"}, {"REMOTE_ADDR": "", "HTTP_USER_AGENT": FIREFOX}]
)
def test_whoever_signs_in_to_a_session_of_a_views_own_has_a_device(alice, told, client):
    Device(alice).sign_in()
    Client(**client).get(f"/do/sign_in_elsewhere:{alice.pk}/")
    assert len(told) == 1


def test_a_password_that_is_only_hashed_anew_leaves_all_devices_known(alice, told, settings):
    one, other = Device(alice), Device(alice, CHROME)
    one.sign_in()
    other.sign_in()
    told.clear()
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    hashed = get_user_model().objects.get(pk=alice.pk).password
    one.sign_in()
    assert get_user_model().objects.get(pk=alice.pk).password != hashed
    other.sign_in()
    assert told == []


def test_a_password_that_somebody_else_sets_makes_all_devices_new(alice, told):
    devices = [Device(alice), Device(alice, CHROME)]
    for device in devices:
        device.sign_in()
    alice.set_password("a new one")
    alice.save()
    for device in devices:
        assert is_told(told, device.sign_in(password="a new one"))


def test_saving_a_user_otherwise_forgets_nothing(alice, told):
    device = Device(alice)
    device.sign_in()
    alice.first_name = "Alice"
    alice.save()
    assert not is_told(told, device.sign_in())


def token_sign_in(user, agent=APP, **extra):
    response = Client(headers={"user-agent": agent}).post(
        SESSIONS,
        {"username": user.get_username(), "password": PASSWORD},
        content_type="application/json",
        **extra,
    )
    assert response.status_code == 201, response.content
    return Session.objects.get(pk=response.json()["id"]), response


def test_an_app_keeps_no_cookie_and_is_known_by_what_it_is(alice, told):
    first, response = token_sign_in(alice)
    assert told == []
    assert COOKIE not in response.cookies
    again, _ = token_sign_in(alice, APP.replace("2.0", "3.1"), REMOTE_ADDR="198.51.100.9")
    assert told == []
    other, _ = token_sign_in(alice, "curl/8.5.0")
    assert [each.pk for each in told] == [other.pk]
    assert first.device_digest == again.device_digest != other.device_digest


def test_an_app_is_no_browser_and_a_browser_no_app(alice, told):
    Device(alice, CHROME).sign_in()
    token, _ = token_sign_in(alice, CHROME)
    assert is_told(told, token)
    told.clear()
    assert is_told(told, Device(alice, CHROME).sign_in())


def test_a_token_that_a_session_makes_is_no_sign_in(alice, told):
    device = Device(alice)
    device.sign_in()
    made = device.client.post(f"{SESSIONS}tokens/", {}, content_type="application/json")
    assert made.status_code == 201
    assert told == []
    assert Client().get(CURRENT, headers=bearer(made.json()["token"])).status_code == 200
    assert told == []


def test_somebody_who_goes_on_as_the_same_user_is_known(alice, told):
    device = Device(alice)
    device.sign_in()
    response = device.client.post(
        f"/do/password_login:{alice.get_username()}|{PASSWORD}/", headers={"user-agent": FIREFOX}
    )
    assert response.status_code == 200
    assert told == []


@pytest.mark.parametrize("engine", ["db", "signed_cookies"])
def test_a_reauthentication_is_no_sign_in(alice, told, settings, engine):
    use_engine(settings, engine)
    device = Device(alice)
    row = device.sign_in()
    response = device.client.post(
        f"{CURRENT}reauthenticate/", {"password": PASSWORD}, content_type="application/json"
    )
    assert response.status_code == 200, response.content
    assert told == []
    assert session_of(device.client).device_digest == row.device_digest != b""
    assert not is_told(told, device.sign_in())


def test_a_login_whose_response_failed_is_told_of_nobody(alice, told):
    Device(alice).sign_in()
    client = Client()
    response = client.get(f"/do/login:{alice.pk}/?status=500")
    assert response.status_code == 500
    assert told == []
    assert COOKIE not in client.cookies


def test_the_first_sign_in_ever_is_silent_in_a_browser_of_somebody_else_too(alice, told):
    device = Device(alice)
    device.sign_in()
    device.user = UserFactory.create()
    device.sign_in()
    assert told == []


@pytest.mark.parametrize(
    "change",
    [
        lambda user: user.set_password("a new one"),
        lambda user: setattr(user, "password", make_password("a new one")),
    ],
    ids=["set_password", "hash"],
)
def test_a_password_that_is_changed_in_whatever_way_makes_devices_new(alice, told, change):
    device = Device(alice)
    device.sign_in()
    change(alice)
    alice.save()
    assert is_told(told, device.sign_in(password="a new one"))
    assert not is_told(told, device.sign_in(password="a new one"))


def test_a_password_that_a_query_changes_makes_devices_new(alice, told):
    device = Device(alice)
    device.sign_in()
    get_user_model().objects.filter(pk=alice.pk).update(password=make_password("a new one"))
    assert is_told(told, device.sign_in(password="a new one"))


def test_a_hash_that_is_saved_alone_is_no_hash_anew(alice, told):
    device = Device(alice)
    device.sign_in()
    user = get_user_model().objects.get(pk=alice.pk)
    user.password = make_password("a new one")
    user.save(update_fields=["password"])
    assert is_told(told, device.sign_in(password="a new one"))


def test_devices_stay_known_through_several_hashes_and_not_through_a_new_password(
    alice, told, settings
):
    one, other = Device(alice), Device(alice, CHROME)
    one.sign_in()
    other.sign_in()
    told.clear()
    md5 = "django.contrib.auth.hashers.MD5PasswordHasher"
    for hasher in ("PBKDF2PasswordHasher", "PBKDF2SHA1PasswordHasher"):
        settings.PASSWORD_HASHERS = [f"django.contrib.auth.hashers.{hasher}", md5]
        settings.PASSWORD_HASHERS += ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
        one.sign_in()
    other.sign_in()
    assert told == []
    user = get_user_model().objects.get(pk=alice.pk)
    user.set_password("a new one")
    user.save()
    assert is_told(told, other.sign_in(password="a new one"))


def test_a_password_that_is_reset_in_a_browser_leaves_that_one_known(alice, told):
    own, other = Device(alice), Device(alice, CHROME)
    own.sign_in()
    other.sign_in()
    told.clear()
    own.client.cookies.pop("sessionid")
    own.client.get(f"/do/reset:{alice.pk}|a new one/", headers={"user-agent": FIREFOX})
    assert not is_told(told, own.sign_in(password="a new one"))
    assert is_told(told, other.sign_in(password="a new one"))


def test_a_device_is_known_whose_session_all_were_adopted_with(alice, told):
    signed_in(UserFactory.create())  # leaves the canary
    browser = old_session(alice)
    list(maintenance.adopt_all())
    told.clear()
    browser.get("/do/user/", headers={"user-agent": FIREFOX})
    device = Device(alice)
    device.client = browser
    assert not is_told(told, device.sign_in())


def test_a_device_stays_known_when_user_agents_are_no_longer_recorded(alice, told, settings):
    device = Device(alice)
    device.sign_in()
    settings.SESSIONS_API = {**settings.SESSIONS_API, "RECORD_USER_AGENT": False}
    assert not is_told(told, device.sign_in())
    settings.SESSIONS_API = {**settings.SESSIONS_API, "RECORD_USER_AGENT": True}
    Session.objects.update(user_agent="")
    assert not is_told(told, device.sign_in())


class TestKnownByTheClient:
    """With KNOWN_DEVICES = "client"."""

    @pytest.fixture(autouse=True)
    def known_by_client(self, settings):
        settings.SESSIONS_API = {**settings.SESSIONS_API, "KNOWN_DEVICES": "client"}

    def test_a_device_is_known_by_browser_system_and_type(self, alice, told):
        device = Device(alice)
        device.sign_in()
        assert COOKIE not in device.client.cookies
        upgraded = Device(alice, FIREFOX.replace("157", "160"))
        assert not is_told(told, upgraded.sign_in(ip_address="198.51.100.1"))
        assert is_told(told, Device(alice, CHROME).sign_in())
        assert is_told(told, Device(alice, PHONE).sign_in())
        assert not is_told(told, Device(alice, PHONE).sign_in())

    def test_an_ip_address_tells_nothing(self, alice, told):
        Device(alice).sign_in()
        assert is_told(told, Device(alice, CHROME).sign_in())

    def test_an_adopted_session_is_known(self, alice, told):
        old_session(alice).get("/do/user/", headers={"user-agent": FIREFOX})
        assert not is_told(told, Device(alice).sign_in())
        assert is_told(told, Device(alice, CHROME).sign_in())

    def test_a_changed_password_makes_others_new(self, alice, told):
        one, other = Device(alice), Device(alice, CHROME)
        one.sign_in()
        other.sign_in()
        told.clear()
        other.client.get("/do/password:a new one/", headers={"user-agent": CHROME})
        assert not is_told(told, other.sign_in(password="a new one"))
        assert is_told(told, one.sign_in(password="a new one"))


def test_an_async_site_knows_devices(alice, told):
    client, other = (AsyncClient(headers={"user-agent": FIREFOX}) for _ in range(2))
    path = f"/ado/password_login:{alice.get_username()}|{PASSWORD}/"
    for browser, number in ((client, 0), (other, 1), (client, 1)):
        browser.cookies.pop("sessionid", None)
        assert async_to_sync(browser.post)(path).status_code == 200
        assert len(told) == number


def test_forgetting_is_of_one_user_and_one_device(alice, told):
    bob = UserFactory.create()
    rows = [
        SessionFactory.create(user=user, device_digest=digest)
        for user in (alice, bob)
        for digest in (b"1" * 16, b"2" * 16)
    ]
    devices.forget(rows[0])
    for row in rows:
        row.refresh_from_db()
    assert [row.device_digest for row in rows] == [b"", b"2" * 16, b"1" * 16, b"2" * 16]
