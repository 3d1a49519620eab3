"""What the worst of clients send, and the worst of payloads: nothing crashes, and nothing is wrong."""

import ipaddress
import re
import uuid
from datetime import timedelta
from importlib import import_module
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from asgiref.sync import async_to_sync
from django.conf import settings as django_settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session as EngineSession
from django.core import signing
from django.test import AsyncClient, Client
from django.utils import timezone

from sessions_api import credentials, payload, recent, validity
from sessions_api.models import DeviceType, Session
from tests.factories import UserFactory
from tests.helpers import later

OURS = "sessions_api.middleware.SessionsMiddleware"
SESSIONS = "/api/sessions/"
STORED_BY_THE_SERVER = ["db", "cached_db", "cache", "file"]
UNSTORABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) {} Safari"
)

on_sync_and_async = pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])


class Wire:
    """A test client that sends headers and cookies as they are given, from any peer."""

    cookies: Any
    peer: str | None = "127.0.0.1"
    raw_cookie: str | None = None
    raw_headers: dict[str, str] = {}

    @property
    def cookie(self):
        return self.cookies[django_settings.SESSION_COOKIE_NAME].value

    @cookie.setter
    def cookie(self, value):
        self.cookies[django_settings.SESSION_COOKIE_NAME] = value

    def _headers(self):
        headers = dict(self.raw_headers)
        if self.raw_cookie is not None:
            headers["cookie"] = f"{django_settings.SESSION_COOKIE_NAME}={self.raw_cookie}"
        return headers


class SyncWire(Wire, Client):
    """Speaks WSGI."""

    def _base_environ(self, **request):
        environ = super()._base_environ(**request)  # type: ignore[misc]  # unknown to the stubs
        for name, value in self._headers().items():
            # Django takes cookies for bytes that the server has decoded as latin-1, and no more.
            sent = _bytes(value).decode("latin1") if name == "cookie" else value
            environ["HTTP_" + name.upper().replace("-", "_")] = sent
        if self.peer is None:
            del environ["REMOTE_ADDR"]
        else:
            environ["REMOTE_ADDR"] = self.peer
        return environ

    def fetch(self, path):
        return self.get(path)


class AsyncWire(Wire, AsyncClient):
    """Speaks ASGI."""

    def _base_scope(self, **request):
        scope = super()._base_scope(**request)  # type: ignore[misc]  # unknown to the stubs
        headers = {name.encode(): _bytes(text) for name, text in self._headers().items()}
        scope["headers"] = [
            *((name, value) for name, value in scope["headers"] if name not in headers),
            *headers.items(),
        ]
        scope["client"] = None if self.peer is None else [self.peer, 0]
        return scope

    def fetch(self, path):
        return async_to_sync(self.get)(path)


def _bytes(text):
    """Return what a client sends for a text."""
    return text.encode("utf-8", "surrogatepass")


pytestmark = pytest.mark.django_db

on_stored = pytest.mark.parametrize("engine", STORED_BY_THE_SERVER, indirect=True)
on_every = pytest.mark.parametrize(
    ("engine", "is_async"),
    [
        *((name, False) for name in [*STORED_BY_THE_SERVER, "signed_cookies"]),
        *((name, True) for name in ["db", "signed_cookies"]),
    ],
    indirect=["engine"],
    ids=[*STORED_BY_THE_SERVER, "signed_cookies", "db-async", "signed_cookies-async"],
)


def browser(*, is_async=False, user=None, **attributes):
    """Open a browser, and sign in with it."""
    client = AsyncWire() if is_async else SyncWire()
    vars(client).update(attributes)
    if user is not None:
        assert do(client, f"login:{user.pk}").status_code == 200
    return client


def do(client, *steps, status=200):
    view = "ado" if isinstance(client, AsyncWire) else "do"
    return client.fetch(f"/{view}/{','.join(steps)}/?status={status}")


def user_name(client):
    return do(client, "user").content.decode()


def listed(client):
    """Return the caller's list, which must be what the predicate says."""
    response = client.fetch(SESSIONS)
    assert response.status_code == 200
    return response.json()["results"]


def active(user):
    return {session.pk for session in validity.active_sessions(user)}


def store(client):
    return import_module(django_settings.SESSION_ENGINE).SessionStore(client.cookie)


def session_id(client):
    return payload.session_id(store(client))


def tamper(client, *, forgetful=True, **values):
    """Change the payload behind a browser's cookie, as only the site itself can."""
    session = store(client)
    session.update(values)
    session.save()
    client.cookie = session.session_key
    if forgetful:
        recent.clear()


def assert_well_formed(session):
    """Assert that a row holds nothing that it should not."""
    for text in (session.user_agent, session.browser, session.os, session.device):
        assert not UNSTORABLE.search(text)
    assert len(session.user_agent) <= 512
    assert max(map(len, (session.browser, session.os, session.device))) <= 64
    assert session.device_type in {*DeviceType.values, ""}
    for address in (session.ip_address, session.last_ip_address):
        assert address is None or address == str(ipaddress.ip_address(address))


USER_AGENTS = {
    "1 MB": "A" * 2**20,
    "1 MB of parentheses": "Mozilla/5.0 " + "(" * 2**20,
    "NUL": "Mozilla/5.0\0 (X11; Linux x86_64)\0",
    "nothing but NUL": "\0" * 600,
    "lone surrogates": "\ud800 Mozilla/5.0 \udfff",
    "a version of 5000 digits": CHROME.format("Chrome/" + "9" * 5000),
    "a version of 300 digits": CHROME.format("Chrome/" + "9" * 300),
    "a version that is no number": CHROME.format("Chrome/²³.NaN"),
    "an absurd system": "Mozilla/5.0 (iPhone; CPU iPhone OS " + "18_" * 150 + " like Mac OS X)",
    "emoji": "😀" * 600,
    "one character over the limit, outside the BMP": "a" * 511 + "😀" + "b",
    "combining characters": "e" + "\u0301" * 600,
    "right to left": "\u202eallizoM",
    "header injection": "Mozilla/5.0\r\nSet-Cookie: sessionid=evil\r\n\r\n<html>",
    "markup": "<script>alert(1)</script>",
    "SQL": "'); DROP TABLE sessions_api_session; --",
    "a template": "{{ settings.SECRET_KEY }}%s%(a)s{0}",
    "empty": "",
    "blank": "   ",
}


@on_sync_and_async
@pytest.mark.parametrize("user_agent", USER_AGENTS.values(), ids=USER_AGENTS)
def test_any_user_agent_is_stored_so_that_it_harms_nobody(db, is_async, user_agent):
    alice = UserFactory.create()
    client = browser(is_async=is_async, raw_headers={"user-agent": user_agent}, user=alice)
    session = Session.objects.get()
    assert_well_formed(session)
    sent = _bytes(user_agent).decode("latin1") if is_async else user_agent
    assert session.user_agent == UNSTORABLE.sub("", sent[:512])
    [item] = listed(client)
    assert item["user_agent"] == session.user_agent
    with later(minutes=2):
        assert user_name(client) == alice.username
    assert client.fetch(f"{SESSIONS}?format=api").status_code == 200


ADDRESSES = {
    None: None,
    "": None,
    "unix:": None,
    "unix:/run/gunicorn.sock": None,
    "@": None,
    "fe80::1%eth0": "fe80::1",
    "fe80::1%": None,
    "1.2.3.4:5678": "1.2.3.4",
    "[2001:db8::1]:443": "2001:db8::1",
    "2001:DB8:0:0:0:0:0:1": "2001:db8::1",
    "::ffff:192.0.2.1": "192.0.2.1",
    " 192.0.2.1 ": "192.0.2.1",
    "192.0.2.1\0": None,
    "\0": None,
    "192.0.2.1, 192.0.2.2": None,
    "192.0.2.0/24": None,
    "1.2.3": None,
    "010.1.1.1": None,
    "999.1.1.1": None,
    "2130706433": None,
    "localhost": None,
    "garbage": None,
    "٣.٣.٣.٣": None,
    "😀": None,
    "a" * 100_000: None,
    "1." * 50_000: None,
    ":" * 100_000: None,
    "' OR 1=1 --": None,
}


@on_sync_and_async
@pytest.mark.parametrize(
    ("peer", "stored"), ADDRESSES.items(), ids=[repr(peer)[:24] for peer in ADDRESSES]
)
def test_any_peer_is_stored_as_an_ip_address_or_not_at_all(db, is_async, peer, stored):
    alice = UserFactory.create()
    client = browser(is_async=is_async, peer=peer, user=alice)
    session = Session.objects.get()
    assert_well_formed(session)
    assert (session.ip_address, session.last_ip_address) == (stored, stored)
    [item] = listed(client)
    assert (item["ip_address"], item["last_ip_address"]) == (stored, stored)
    client.peer = "192.0.2.99"
    with later(minutes=2):
        assert user_name(client) == alice.username
    session.refresh_from_db()
    assert (session.ip_address, session.last_ip_address) == (stored, "192.0.2.99")
    client.peer = peer
    with later(minutes=4):
        assert user_name(client) == alice.username
    session.refresh_from_db()
    assert (session.ip_address, session.last_ip_address) == (stored, stored)


FORWARDED = {
    "100 KB of garbage": ("a" * 100_000, None),
    "100 KB of NUL": ("\0" * 100_000, None),
    "100 KB of commas": ("," * 100_000, None),
    "100 KB of one client": ("203.0.113.7, " * 7_700 + "203.0.113.7", "203.0.113.7"),
    "100 KB before a client": ("x" * 100_000 + ", 203.0.113.7, 127.0.0.2", "203.0.113.7"),
    "100 KB of quotes": ('"' * 100_000, None),
    "not ASCII": ("😀, é, \u202e", None),
    "header injection": ("203.0.113.7\r\nSet-Cookie: a=b", None),
    "empty": ("", None),
}


@on_sync_and_async
@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
@pytest.mark.parametrize(("value", "stored"), FORWARDED.values(), ids=FORWARDED)
def test_any_forwarded_chain_is_read_to_an_ip_address_or_not_at_all(
    db, settings, is_async, header, value, stored
):
    settings.SESSIONS_API = {"TRUSTED_PROXIES": ["127.0.0.0/8"], "CLIENT_IP_HEADER": header}
    if header == "Forwarded":
        value = re.sub(r"\d+\.\d+\.\d+\.\d+", r"for=\g<0>", value)
    alice = UserFactory.create()
    client = browser(is_async=is_async, raw_headers={header.lower(): value}, user=alice)
    assert Session.objects.get().ip_address == stored
    settings.SESSIONS_API |= {"TRUSTED_PROXIES": 2}
    with later(minutes=2):
        assert user_name(client) == alice.username
    session = Session.objects.get()
    assert_well_formed(session)
    assert session.last_ip_address in (stored, None)
    assert [item["id"] for item in listed(client)] == [str(session.pk)]


@on_sync_and_async
@pytest.mark.parametrize("options", [{"RECORD_IP": False}, {"RECORD_USER_AGENT": False}])
@pytest.mark.parametrize("adopted", [False, True])
def test_what_is_not_to_be_recorded_is_stored_nowhere(db, settings, is_async, options, adopted):
    settings.SESSIONS_API = options
    user_agent = CHROME.format("Chrome/156.0.0.0")
    alice = UserFactory.create()
    client = browser(
        is_async=is_async, raw_headers={"user-agent": user_agent}, peer="192.0.2.1", user=alice
    )
    if adopted:
        tamper(client, **{payload.ID_KEY: None})
        Session.objects.update(sealed_key=b"")
        Session.objects.all().delete()
        recent.clear()
        assert user_name(client) == alice.username
    assert_recorded(Session.objects.get(adopted=adopted), options, user_agent)
    with later(minutes=2):
        assert user_name(client) == alice.username
    session = Session.objects.get()
    assert timezone.now() < session.last_used
    assert_recorded(session, options, user_agent)
    [item] = listed(client)
    assert item["last_ip_address"] == session.last_ip_address


def assert_recorded(session, options, user_agent):
    parsed = (session.user_agent, session.device_type, session.browser, session.os, session.device)
    if options.get("RECORD_USER_AGENT", True):
        assert parsed == (user_agent, "desktop", "Chrome 156", "Windows", "")
    else:
        assert parsed == ("", "", "", "", "")
    address = "192.0.2.1" if options.get("RECORD_IP", True) else None
    assert (session.ip_address, session.last_ip_address) == (address, address)


COOKIES = {
    "100 KB": "a" * 100_000,
    "well-formed but unknown": "a" * 32,
    "7 characters": "abcdefg",
    "empty": "",
    "blank": " ",
    "NUL": "\0abcdefghijk",
    "NUL in quotes": '"\\000abcdefghijk"',
    "only quotes": '""',
    "an open quote": '"abcdefghijk',
    "newlines in quotes": '"abc\\012defghijk\\015"',
    "not ASCII": "é" * 20,
    "emoji": "😀" * 20,
    "not UTF-8 in quotes": '"\\377\\376abcdefgh"',
    "a lone surrogate": "abcdefgh\ud800",
    "a path": "../../etc/passwd",
    "an absolute path": "/etc/passwd",
    "the prefix of the files": "sessionid",
    "commas and colons": "a:b:c,d:e",
    "many colons": ":" * 100,
    "a wildcard": "%" * 12,
    "SQL": "' OR 1=1 -- ",
}


def outcome(client, path):
    """Return the status of a request, or which exception it raises."""
    try:
        return client.fetch(path).status_code
    except Exception as error:  # noqa: BLE001 (compared with what the site raises without us)
        return type(error)


@on_every
@pytest.mark.parametrize("cookie", COOKIES.values(), ids=COOKIES)
def test_any_session_cookie_is_an_anonymous_visitor(settings, engine, is_async, cookie):
    alice, bob = UserFactory.create(), UserFactory.create()
    bystander = browser(user=alice)
    view = "ado" if is_async else "do"
    paths = [
        "/static-page/",
        f"/{view}/user/",
        f"/{view}/user,write/",
        f"/{view}/write/?status=500",
        f"/{view}/logout/",
        f"/{view}/login:{bob.pk}/?status=500",
        SESSIONS,
        f"{SESSIONS}current/",
    ]
    ours = [outcome(browser(is_async=is_async, raw_cookie=cookie), path) for path in paths]
    assert active(bob) == set()
    assert [item["id"] for item in listed(bystander)] == [str(session_id(bystander))]
    assert active(alice) == {session_id(bystander)}
    # Django itself raises at a NUL where the database cannot compare one: no more than that.
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != OURS]
    bare = [outcome(browser(is_async=is_async, raw_cookie=cookie), path) for path in paths]
    assert ours == bare
    crashes = [result for result in ours if not isinstance(result, int)]
    assert not crashes or "\0" in cookie or "\\000" in cookie


@on_every
@pytest.mark.parametrize(
    "cookie", ["a" * 100_000, "../../etc/passwd", "abcdefg", "é" * 20, "a" * 32, '""']
)
def test_a_login_over_any_session_cookie_is_a_session_with_a_key_of_its_own(
    engine, is_async, cookie
):
    alice = UserFactory.create()
    client = browser(is_async=is_async, raw_cookie=cookie, user=alice)
    client.raw_cookie = None
    assert client.cookie != cookie
    assert user_name(client) == alice.username
    [item] = listed(client)
    assert (item["id"], item["is_current"]) == (str(session_id(client)), True)


def forged(cookie, alice_id):
    """Return cookies that name a session, and that this site never signed so."""
    salt = "django.contrib.sessions.backends.signed_cookies"
    payload = signing.loads(cookie, salt=salt)
    value, _, signature = cookie.partition(":")
    claim = signing.b64_encode(b'{"_sessions_api_id": "%s"}' % alice_id.encode()).decode()
    return {
        "truncated": cookie[:-1],
        "edited": cookie[:20] + ("A" if cookie[20] != "A" else "B") + cookie[21:],
        "without a signature": value,
        "another payload": claim + ":" + signature,
        "another secret key": signing.dumps(payload, salt=salt, key="another", compress=True),
        "another salt": signing.dumps(payload, salt="another", compress=True),
        "no salt": signing.dumps(payload, compress=True),
        "another time": signing.dumps(payload, salt=salt).rpartition(":")[0] + ":" + signature,
        "twice": cookie + cookie,
    }


@on_sync_and_async
@pytest.mark.parametrize("engine", ["signed_cookies"], indirect=True)
@pytest.mark.parametrize(
    "kind",
    [
        *("truncated", "edited", "without a signature", "another payload", "another secret key"),
        *("another salt", "no salt", "another time", "twice", "too old"),
    ],
)
def test_a_forged_signed_cookie_names_nobody_and_ends_nothing(engine, settings, is_async, kind):
    alice, bob = UserFactory.create(), UserFactory.create()
    victim = browser(user=alice)
    alice_id = session_id(victim)
    if kind == "too old":
        with time_machine.travel(timezone.now() - timedelta(days=15), tick=False):
            old = browser(user=alice)
        cookie = old.cookie
    else:
        cookie = forged(victim.cookie, str(alice_id))[kind]
    for steps in (["user"], ["user", "write"], ["logout"], ["flush"], [f"login:{bob.pk}"]):
        forger = browser(is_async=is_async)
        forger.cookie = cookie
        do(forger, *steps)
        assert forger.fetch(SESSIONS).status_code == (200 if "login" in steps[0] else 401)
    assert user_name(victim) == alice.username
    assert [item["id"] for item in listed(victim)] == [str(alice_id)]
    assert active(alice) == {alice_id}
    assert Session.objects.get(pk=alice_id).ended_at is None


JUNK_IDS = {
    "a number": 5,
    "a fraction": 1.5,
    "true": True,
    "null": None,
    "a list": [],
    "a list of an id": ["01a1fd0e-9a2d-7326-a744-9ac1fa5f7109"],
    "an object": {"hex": "01a1fd0e9a2d7326a7449ac1fa5f7109"},
    "no UUID": "junk",
    "empty": "",
    "NUL": "\0" * 36,
    "a lone surrogate": "\ud800",
    "1 MB": "x" * 2**20,
    "a UUID and more": "01a1fd0e-9a2d-7326-a744-9ac1fa5f7109\0",
}


@on_every
@pytest.mark.parametrize("junk", JUNK_IDS.values(), ids=JUNK_IDS)
def test_a_junk_id_in_a_payload_is_as_good_as_none(engine, is_async, junk):
    alice = UserFactory.create()
    client, bystander = browser(is_async=is_async, user=alice), browser(user=alice)
    before = session_id(client)
    tamper(client, **{payload.ID_KEY: junk})
    assert active(alice) == {before, session_id(bystander)}
    assert do(client, "write").status_code == 200
    assert user_name(client) == alice.username
    after = session_id(client)
    assert after is not None
    # The row's key is enough to know the session by. A signed cookie has none, so it is adopted,
    # and the one it was made from is as good as before.
    assert (after == before) is (engine != "signed_cookies")
    assert active(alice) == {before, after, session_id(bystander)}
    assert [item["id"] for item in listed(client) if item["is_current"]] == [str(after)]


@on_every
@pytest.mark.parametrize(
    "steps",
    [["user"], ["write"], ["cycle", "write"], ["logout"], ["flush"], ["expiry:100"]],
    ids=str,
)
def test_an_id_that_no_row_has_is_refused(engine, is_async, steps):
    alice = UserFactory.create()
    client, bystander = browser(is_async=is_async, user=alice), browser(user=alice)
    tamper(client, **{payload.ID_KEY: str(uuid.uuid4())})
    assert do(client, *steps).status_code == 200
    assert user_name(client) == ""
    assert client.fetch(SESSIONS).status_code == 401
    assert user_name(bystander) == alice.username
    assert str(session_id(bystander)) in [item["id"] for item in listed(bystander)]


@on_every
@pytest.mark.parametrize(
    "steps",
    [
        ["user"],
        ["user", "write"],
        ["write"],
        ["cycle", "write"],
        ["expiry:100"],
        ["save"],
        ["logout"],
        ["flush"],
        ["clear"],
        ["forget_user"],
        ["password:another"],
        ["login:{alice}"],
    ],
    ids=str,
)
def test_another_users_id_in_a_payload_gives_and_takes_nothing(engine, is_async, steps):
    alice, bob = UserFactory.create(), UserFactory.create()
    victim, client = browser(user=bob), browser(is_async=is_async, user=alice)
    bobs_id, bobs_cookie = session_id(victim), victim.cookie
    before = Session.objects.values().get(pk=bobs_id)
    tamper(client, **{payload.ID_KEY: str(bobs_id)})
    steps = [step.format(alice=alice.pk) for step in steps]
    outcome(client, f"/{'ado' if is_async else 'do'}/{','.join(steps)}/")
    assert user_name(client) in ("", alice.username)
    assert client.cookies[django_settings.SESSION_COOKIE_NAME].value != bobs_cookie
    assert user_name(victim) == bob.username
    assert [item["id"] for item in listed(victim)] == [str(bobs_id)]
    assert active(bob) == {bobs_id}
    assert Session.objects.values().get(pk=bobs_id) == before


@on_every
@pytest.mark.parametrize("path", [f"{SESSIONS}current/", SESSIONS])
@pytest.mark.parametrize("forgetful", [False, True])
def test_another_users_id_in_a_payload_shows_nothing_of_that_session(
    engine, is_async, path, forgetful
):
    victim, client = (browser(is_async=is_async, user=UserFactory.create()) for _ in range(2))
    tamper(client, forgetful=forgetful, **{payload.ID_KEY: str(session_id(victim))})
    response = client.fetch(path)
    assert response.status_code in (200, 401, 404)
    assert str(session_id(victim)) not in response.content.decode()


JUNK_CLAIMS = {
    "a user id that is no number": {SESSION_KEY: "junk"},
    "a user id that nobody has": {SESSION_KEY: "999999999"},
    "a negative user id": {SESSION_KEY: "-1"},
    "a user id beyond the column": {SESSION_KEY: "9" * 30},
    "a user id of 5000 digits": {SESSION_KEY: "9" * 5000},
    "a list for a user id": {SESSION_KEY: []},
    "an object for a user id": {SESSION_KEY: {"pk": 1}},
    "null for a user id": {SESSION_KEY: None},
    "NUL in the user id": {SESSION_KEY: "1\0"},
    "a backend that is not there": {BACKEND_SESSION_KEY: "no.such.Backend"},
    "a list for a backend": {BACKEND_SESSION_KEY: []},
    "null for a backend": {BACKEND_SESSION_KEY: None},
    "a number for an auth hash": {HASH_SESSION_KEY: 5},
    "a list for an auth hash": {HASH_SESSION_KEY: ["a"]},
    "a lone surrogate in the auth hash": {HASH_SESSION_KEY: "\ud800"},
    "null for an auth hash": {HASH_SESSION_KEY: None},
}


@on_stored
@pytest.mark.parametrize("claim", JUNK_CLAIMS.values(), ids=JUNK_CLAIMS)
def test_a_junk_claim_in_one_payload_leaves_the_list_of_the_others_true(
    transactional_db, engine, claim
):
    alice = UserFactory.create()
    client, bystander = browser(user=alice), browser(user=alice)
    tamper(client, **claim)
    assert [item["id"] for item in listed(bystander)] == [str(session_id(bystander))]
    assert active(alice) == {session_id(bystander)}


@on_every
@pytest.mark.parametrize("claim", JUNK_CLAIMS.values(), ids=JUNK_CLAIMS)
def test_a_junk_claim_crashes_nothing_that_django_survives(
    transactional_db, engine, settings, is_async, claim
):
    alice = UserFactory.create()
    bystander = browser(user=alice)
    view = "ado" if is_async else "do"
    paths = [
        f"/{view}/{steps}/" for steps in ("write", "cycle,write", "user", "user,write", "logout")
    ]

    def outcomes():
        clients = [browser(is_async=is_async, user=alice) for _ in paths]
        for client in clients:
            tamper(client, **claim)
        return [outcome(*pair) for pair in zip(clients, paths, strict=True)]

    ours = outcomes()
    middleware = settings.MIDDLEWARE
    settings.MIDDLEWARE = [name for name in middleware if name != OURS]
    bare = outcomes()
    settings.MIDDLEWARE = middleware
    assert ours == bare
    assert user_name(bystander) == alice.username
    assert str(session_id(bystander)) in [item["id"] for item in listed(bystander)]


def test_a_browser_is_adopted_whatever_its_key(db):
    """MariaDB takes some UUIDs of version 8 for none, and INSERT IGNORE makes 0 of them."""
    alice = UserFactory.create()
    content = dict(store(browser(user=alice)).items())
    del content[payload.ID_KEY]
    keys = [f"{n:032}" for n in range(2000)]
    for edge in (0x80, 0xBF):
        for key in [key for key in keys if credentials.derived_id(key).bytes[8] == edge][:5]:
            client = browser()
            client.cookie = key
            EngineSession.objects.save(key, content, timezone.now() + timedelta(days=1))
            assert user_name(client) == alice.username
            assert Session.objects.get(pk=credentials.derived_id(key)).adopted
            assert str(credentials.derived_id(key)) in [item["id"] for item in listed(client)]


@pytest.mark.parametrize("method", ["get", "delete"])
@pytest.mark.parametrize(
    "pk",
    [
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "ffffffff-ffff-ffff-0000-000000000000",
        "ffffffff-ffff-8fff-8000-000000000000",
        "03df2dfe-bbdf-88ea-8033-ad6f13fced41",
    ],
)
def test_an_id_in_the_path_that_nobody_has_is_not_found(db, method, pk):
    client = browser(user=UserFactory.create())
    assert getattr(client, method)(f"{SESSIONS}{pk}/").status_code == 404
    assert [item["is_current"] for item in listed(client)] == [True]


@on_sync_and_async
@pytest.mark.parametrize(
    "pk",
    [
        "\0",
        "x",
        "1",
        "a" * 100_000,
        "😀",
        "é",
        "\ud800",
        "..",
        "../current",
        "%",
        "%00",
        "' OR 1=1",
    ],
    ids=lambda pk: ascii(pk)[:20],
)
def test_an_id_in_the_path_that_is_no_uuid_is_not_found(db, is_async, pk):
    client = browser(is_async=is_async, user=UserFactory.create())
    path = quote(pk, safe="", errors="surrogatepass")
    assert client.fetch(f"{SESSIONS}{path}/").status_code == 404
    assert [item["is_current"] for item in listed(client)] == [True]
