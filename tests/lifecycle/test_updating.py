"""How a session goes on: extended, proved again, under another key."""

from datetime import timedelta
from http.cookies import Morsel
from uuid import UUID

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.utils import timezone

from sessions_api import credentials, engines, lifecycle, payload, recent, validity
from sessions_api.exceptions import CannotExtend
from sessions_api.lifecycle import updating
from sessions_api.models import EndReason, Session
from tests.factories import SessionFactory, UserFactory
from tests.helpers import ENGINES, later, store_of, use_engine

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bystander")]

COOKIE_AGE = timedelta(days=14)


on_each = pytest.mark.parametrize(
    "engine", [*(name for name in ENGINES if name != "signed_cookies"), "subclassed"], indirect=True
)
on_those_that_cannot = pytest.mark.parametrize(
    "engine", ["signed_cookies", "dictionary", "overriding"], indirect=True
)
on_db = pytest.mark.parametrize("engine", ["db"], indirect=True)


def client_and_session(*steps):
    user = UserFactory.create()
    client = Client()
    client.get(f"/do/{','.join([f'login:{user.pk}', *steps])}/")
    return client, Session.objects.for_user(user).get()


def cookie(client):
    """Return the session cookie that the next request's response carries, or None."""
    response = client.get("/do/user/")
    assert response.content
    morsel: Morsel[str] | None = response.cookies.get("sessionid")
    return morsel


def why_not(session):
    with pytest.raises(CannotExtend) as error:
        lifecycle.extend(session)
    return error.value.args[0]


@on_each
def test_an_extended_session_outlives_its_old_expiry(engine):
    client, session = client_and_session()
    with later(days=10):
        lifecycle.extend(session)
        session.refresh_from_db()
        assert session.expires_at == timezone.now() + COOKIE_AGE
    with later(days=20):
        recent.clear()
        assert validity.active_sessions(session.user) == [session]
        assert client.get("/do/user/").content


@on_each
def test_the_browser_gets_its_cookie_anew_once(engine):
    client, session = client_and_session()
    with later(days=10):
        lifecycle.extend(session)
        sent = cookie(client)
        assert sent is not None
        assert sent["max-age"] == COOKIE_AGE.total_seconds()
        assert not Session.objects.get(pk=session.pk).cookie_is_due
        assert cookie(client) is None
        recent.clear()
        assert cookie(client) is None


@on_db
def test_a_browser_that_has_just_been_seen_elsewhere_gets_its_cookie_when_it_is_due(engine):
    client, session = client_and_session()
    with later(days=10):
        assert cookie(client) is None  # and this process remembers the session
        remembered = recent.memory.get(session.key_digest)
        assert remembered is not None
        lifecycle.extend(session)
        recent.memory.put(session.key_digest, remembered)  # as another process would
        assert cookie(client) is None
        assert Session.objects.get(pk=session.pk).cookie_is_due
    with later(days=10, seconds=61):
        assert cookie(client) is not None
        assert not Session.objects.get(pk=session.pk).cookie_is_due


@on_db
def test_a_server_error_leaves_the_cookie_due(engine):
    client, session = client_and_session()
    with later(days=10):
        lifecycle.extend(session)
        client.get("/do/user/?status=500")
        assert Session.objects.get(pk=session.pk).cookie_is_due
        recent.clear()
        assert cookie(client) is not None


@on_each
def test_a_session_with_a_lifetime_of_its_own_gets_that_again(engine):
    client, session = client_and_session("expiry:3600")
    with later(minutes=30):
        lifecycle.extend(session)
        assert Session.objects.get(pk=session.pk).expires_at == timezone.now() + timedelta(hours=1)
        sent = cookie(client)
        assert sent is not None
        assert sent["max-age"] == 3600


@on_each
def test_a_session_that_ends_with_its_browser_still_does(engine):
    client, session = client_and_session("expiry:0")
    with later(days=10):
        lifecycle.extend(session)
        session.refresh_from_db()
        assert session.expires_at == timezone.now() + COOKIE_AGE
        assert session.ends_with_browser
        sent = cookie(client)
        assert sent is not None
        assert sent["max-age"] == ""


@on_each
def test_a_session_with_a_fixed_date_is_not_extended(engine):
    client, session = client_and_session()
    date = timezone.now() + timedelta(days=20)
    store = engines.store_class()(client.cookies["sessionid"].value)
    store.set_expiry(date)
    store.save()
    Session.objects.filter(pk=session.pk).update(expires_at=date)
    session.refresh_from_db()
    with later(days=10):
        assert why_not(session) == CannotExtend.FIXED_DATE
        assert Session.objects.get(pk=session.pk).expires_at == date
        assert not Session.objects.get(pk=session.pk).cookie_is_due


@on_those_that_cannot
def test_an_engine_that_cannot_raise_an_expiry_says_so(engine):
    _, session = client_and_session()
    before = session.expires_at
    with later(days=10):
        assert why_not(session) == CannotExtend.NOT_BY_ENGINE
        assert Session.objects.get(pk=session.pk).expires_at == before


@on_each
def test_what_has_ended_is_not_extended(engine):
    _, session = client_and_session()
    stale = Session.objects.get(pk=session.pk)
    assert session.expires_at is not None
    Session.objects.filter(pk=session.pk).update(
        ended_at=timezone.now(), end_reason=EndReason.REVOKED
    )
    with later(days=10):
        assert why_not(Session.objects.get(pk=session.pk)) == CannotExtend.NOT_ACTIVE
        assert why_not(stale) == CannotExtend.NOT_ACTIVE  # read before it ended
    assert Session.objects.get(pk=session.pk).expires_at == session.expires_at


@on_each
def test_what_has_expired_is_not_extended(engine):
    _, session = client_and_session()
    with later(days=15):
        assert why_not(session) == CannotExtend.NOT_ACTIVE


def changed(session, at):
    """Return whether another client is noted that uses a session at a moment."""
    changes = {"last_ip_address": "198.51.100.9"}
    return updating.change_client(session.pk, session.key_digest, changes, at=at)


def test_another_client_is_noted_once_in_an_interval_whoever_has_read_the_row_before(settings):
    settings.SESSIONS_API = {"TOUCH_INTERVAL": 60}
    _, session = client_and_session()
    noted = timezone.now()
    assert changed(session, noted)
    assert not changed(session, noted + timedelta(seconds=59))
    assert Session.objects.get(pk=session.pk).client_changed_at == noted
    assert changed(session, noted + timedelta(seconds=60))


def test_another_client_is_noted_as_long_as_the_session_is_within_its_deadlines(settings):
    settings.SESSIONS_API = {"IDLE_TIMEOUT": 600}
    _, session = client_and_session()
    assert not changed(session, session.last_used + timedelta(seconds=600))
    assert changed(session, session.last_used + timedelta(seconds=599))


@pytest.mark.parametrize("spoil", [{"pk": UUID(int=1)}, {"key_digest": b"other"}], ids=list)
def test_another_client_is_noted_of_that_very_session_under_that_very_key(spoil):
    _, session = client_and_session()
    _, bystander = client_and_session()
    for name, value in spoil.items():
        setattr(session, name, value)
    assert not changed(session, timezone.now())
    assert not Session.objects.filter(last_ip_address="198.51.100.9").exists()
    assert changed(bystander, timezone.now())
    assert Session.objects.filter(last_ip_address="198.51.100.9").count() == 1


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"expires_at": timezone.now() - timedelta(days=1)}, updating.Followed.PASSED_OVER),
        ({"key_digest": b"another"}, updating.Followed.ELSEWHERE),
        ({"ended_at": timezone.now()}, updating.Followed.OVER),
    ],
    ids=["past its deadline", "under another key", "ended"],
)
def test_what_cannot_be_written_says_what_has_become_of_the_session(settings, fields, expected):
    use_engine(settings, "file")  # where the row's expiry counts
    session = SessionFactory.create(**{"key_digest": b"k", **fields})
    changes = {"last_used": timezone.now()}
    assert updating.follow(session.pk, b"k", changes, at=timezone.now()) is expected


@pytest.mark.parametrize(("known", "written", "expected"), [(5, 0, 5), (0, 5, 5)])
def test_no_use_moves_the_last_one_back(known, written, expected):
    now = timezone.now()
    session = SessionFactory.create(key_digest=b"k", last_used=now + timedelta(minutes=known))
    changes = {"last_used": now + timedelta(minutes=written)}
    assert updating.follow(session.pk, b"k", changes, at=now) is updating.Followed.WRITTEN
    session.refresh_from_db()
    assert session.last_used == now + timedelta(minutes=expected)


@pytest.mark.parametrize(
    ("known", "written", "expected"),
    [(None, 0, 0), (5, 0, 5), (0, 5, 5)],
)
def test_no_proof_moves_the_last_one_back(known, written, expected):
    now = timezone.now()
    session = SessionFactory.create(
        key_digest=b"k", authenticated_at=None if known is None else now + timedelta(minutes=known)
    )
    changes = {"authenticated_at": now + timedelta(minutes=written)}
    assert updating.follow(session.pk, b"k", changes, at=now) is updating.Followed.WRITTEN
    session.refresh_from_db()
    assert session.authenticated_at == now + timedelta(minutes=expected)


def verified_by_django_otp():
    return {payload.METHOD_KEY: "password", "otp_device_id": "otp_totp.totpdevice/1"}


def recorded_by_allauth():
    records = [
        {"method": "password"},
        {"method": "mfa", "type": "totp", "reauthenticated": True, "at": recent.now()},
    ]
    return {"account_authentication_methods": records}


@pytest.mark.parametrize("content_of", [verified_by_django_otp, recorded_by_allauth])
@pytest.mark.parametrize("known_key", [None, "old"])
def test_a_proof_goes_with_the_session_to_another_key(alice, known_key, content_of):
    now = timezone.now()
    session = SessionFactory.create(
        user=alice,
        key_digest=credentials.digest("old"),
        methods="password",
        created_at=now - timedelta(hours=1),
        authenticated_at=now - timedelta(hours=1),
    )
    store = store_of({**content_of(), SESSION_KEY: str(alice.pk), payload.ID_KEY: str(session.pk)})
    store.save()
    assert updating.rebind(session.pk, store, known_key, may_join=False)
    session.refresh_from_db()
    assert (session.methods, session.aal) == ("password totp", 2)
    assert session.authenticated_at is not None
    assert session.authenticated_at >= now
