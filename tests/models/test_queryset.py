"""What the queryset of sessions selects."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from sessions_api.models import Kind, Session, queryset
from tests.factories import SessionFactory, UserFactory

pytestmark = pytest.mark.django_db


NOW = datetime(2030, 5, 17, 12, 0, 0, tzinfo=UTC)


SECOND = timedelta(seconds=1)


HOUR = timedelta(hours=1)


class OneForEach:
    """A router that reads and writes different databases."""

    def db_for_read(self, model, **hints):
        return "replica"

    def db_for_write(self, model, **hints):
        return "default"


def test_for_user_selects_the_sessions_of_that_user_alone():
    mine = SessionFactory.create()
    mine_too = SessionFactory.create(user=mine.user)
    SessionFactory.create()
    assert set(Session.objects.for_user(mine.user)) == {mine, mine_too}


def test_for_user_selects_nothing_for_a_visitor():
    SessionFactory.create()
    assert list(Session.objects.for_user(AnonymousUser())) == []


def test_not_ended_leaves_out_what_somebody_has_ended():
    live = SessionFactory.create()
    SessionFactory.create(ended_at=NOW)
    assert list(Session.objects.not_ended()) == [live]


def test_known_leaves_out_logins_whose_response_is_on_its_way():
    session = SessionFactory.create()
    SessionFactory.create(expires_at=None)
    assert list(Session.objects.known()) == [session]


def test_the_methods_can_be_chained_in_any_order():
    session = SessionFactory.create(expires_at=NOW + HOUR)
    SessionFactory.create(user=session.user, ended_at=NOW)
    SessionFactory.create(user=session.user, expires_at=None)
    SessionFactory.create(user=session.user, expires_at=NOW)
    SessionFactory.create(expires_at=NOW + HOUR)
    found = Session.objects.for_user(session.user).not_ended().known().within_deadlines(NOW)
    again = Session.objects.within_deadlines(NOW).known().not_ended().for_user(session.user)
    assert list(found) == list(again) == [session]
    assert list(session.user.sessions_api_sessions.not_ended().within_deadlines(NOW)) == [session]


def test_on_primary_reads_where_the_router_writes(settings):
    settings.DATABASE_ROUTERS = [f"{__name__}.OneForEach"]
    assert Session.objects.all().db == "replica"
    assert Session.objects.on_primary().db == "default"
    assert Session.objects.on_primary().not_ended().db == "default"


def is_within(now=NOW, *, by_expiry=True, **fields):
    """Tell whether a session with these fields is within its deadlines."""
    fields = {"expires_at": NOW + 100 * HOUR, "created_at": NOW, "last_used": NOW, **fields}
    session = SessionFactory.create(**fields)
    return Session.objects.within_deadlines(now, by_expiry=by_expiry).filter(pk=session.pk).exists()


@pytest.mark.parametrize(
    ("expires_at", "expected"),
    [(NOW + SECOND, True), (NOW, False), (NOW - SECOND, False), (None, False)],
)
def test_a_session_is_within_its_expiry_until_that_moment(expires_at, expected):
    assert is_within(expires_at=expires_at) is expected


@pytest.mark.parametrize(
    ("kind", "expires_at", "expected"),
    [
        (Kind.BROWSER, NOW - HOUR, True),
        (Kind.BROWSER, None, False),
        (Kind.TOKEN, NOW + SECOND, True),
        (Kind.TOKEN, NOW, False),
    ],
)
def test_where_the_engine_has_the_last_word_the_expiry_decides_of_tokens_alone(
    kind, expires_at, expected
):
    assert is_within(kind=kind, expires_at=expires_at, by_expiry=False) is expected


@pytest.mark.parametrize("timeout", [HOUR, 3600, 3600.0])
@pytest.mark.parametrize(
    ("last_used", "expected"),
    [(NOW - HOUR + SECOND, True), (NOW - HOUR, False), (NOW - 2 * HOUR, False)],
)
def test_the_idle_timeout_counts_from_the_last_use(timeout, last_used, expected, settings):
    settings.SESSIONS_API = {"IDLE_TIMEOUT": timeout}
    assert is_within(last_used=last_used, created_at=NOW - 3 * HOUR) is expected


@pytest.mark.parametrize(
    ("since", "expected"),
    [(NOW - HOUR + SECOND, True), (NOW - HOUR, False), (NOW - 2 * HOUR, False)],
)
def test_the_absolute_timeout_counts_from_the_last_authentication(since, expected, settings):
    settings.SESSIONS_API = {"ABSOLUTE_TIMEOUT": HOUR}
    assert is_within(authenticated_at=since, created_at=NOW - 9 * HOUR) is expected
    assert is_within(authenticated_at=since, created_at=NOW) is expected


@pytest.mark.parametrize(
    ("since", "expected"),
    [(NOW - HOUR + SECOND, True), (NOW - HOUR, False), (NOW - 2 * HOUR, False)],
)
def test_the_absolute_timeout_of_an_adopted_session_counts_from_its_row(since, expected, settings):
    settings.SESSIONS_API = {"ABSOLUTE_TIMEOUT": HOUR}
    assert is_within(authenticated_at=None, adopted=True, created_at=since) is expected


def test_the_engine_has_no_word_in_our_own_deadlines(settings):
    settings.SESSIONS_API = {"IDLE_TIMEOUT": HOUR}
    assert not is_within(last_used=NOW - HOUR, by_expiry=False)
    settings.SESSIONS_API = {"ABSOLUTE_TIMEOUT": HOUR}
    assert not is_within(authenticated_at=NOW - HOUR, by_expiry=False)


def test_every_deadline_counts(settings):
    settings.SESSIONS_API = {"IDLE_TIMEOUT": HOUR, "ABSOLUTE_TIMEOUT": 8 * HOUR}
    fine = {"expires_at": NOW + HOUR, "last_used": NOW, "authenticated_at": NOW}
    assert is_within(**fine)
    assert not is_within(**fine | {"expires_at": NOW})
    assert not is_within(**fine | {"last_used": NOW - HOUR})
    assert not is_within(**fine | {"authenticated_at": NOW - 8 * HOUR})


def test_without_timeouts_only_the_expiry_counts():
    long_ago = NOW - timedelta(days=3650)
    assert is_within(last_used=long_ago, authenticated_at=long_ago, created_at=long_ago)


def test_a_term_longer_than_any_name_finds_nothing():
    SessionFactory.create()
    assert not Session.objects.search("x" * 60_000).exists()


@pytest.mark.django_db
def test_a_user_sees_their_sessions_and_those_by_which_somebody_acts_as_them(bystander):
    root, alice = UserFactory.create_batch(2)
    own = SessionFactory.create(user=alice)
    taken = SessionFactory.create(user=alice, impersonator=root, acting_as=alice)
    acting = SessionFactory.create(user=root, impersonator=root, acting_as=alice)
    SessionFactory.create(user=root)
    assert set(Session.objects.seen_by(alice)) == {own, taken, acting}
    assert set(Session.objects.for_user(alice)) == {own, taken}
    shown = Session.objects.exclude(user=bystander.user)
    assert set(shown.impersonated()) == {taken, acting}


@pytest.mark.database
@pytest.mark.parametrize("common", [1, 2, 3, 1_000])
@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"])
def test_an_ip_address_finds_the_same_however_many_share_it(monkeypatch, common, address):
    monkeypatch.setattr(queryset, "COMMON", common)
    found = {
        SessionFactory.create(ip_address=address, last_ip_address=None),
        SessionFactory.create(ip_address="198.51.100.1", last_ip_address=address),
        SessionFactory.create(ip_address=address, last_ip_address=address),
    }
    SessionFactory.create(ip_address="198.51.100.1", last_ip_address="198.51.100.2")
    SessionFactory.create(ip_address=None)
    assert set(Session.objects.used_from(address)) == found
    assert set(Session.objects.search(address)) == found
    assert set(Session.objects.exclude(queryset.from_network(address)).using("default")).isdisjoint(
        found
    )
