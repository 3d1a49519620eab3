"""What each filter finds."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone

from sessions_api.listing.filters import SessionFilter, StaffSessionFilter
from sessions_api.models import EndReason, Kind, Session
from sessions_api.validity import State, Verdict
from tests.factories import SessionFactory, UserFactory

pytestmark = pytest.mark.django_db


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def found(filters):
    """Return the sessions that staff find."""
    filterset = StaffSessionFilter({"state": "all", **filters}, Session.objects.all())
    assert filterset.is_valid(), filterset.errors
    return set(filterset.qs)


def errors(**filters):
    """Return which filters cannot be meant."""
    filterset = StaffSessionFilter(filters, Session.objects.all())
    assert not filterset.is_valid()
    return set(filterset.errors)


@pytest.mark.parametrize(
    ("name", "value", "wanted", "other"),
    [
        ("kind", "token", {"kind": Kind.TOKEN}, {"kind": Kind.BROWSER}),
        ("device_type", "tablet", {"device_type": "tablet"}, {"device_type": "mobile"}),
        ("browser", "firefox", {"browser": "Firefox 146"}, {"browser": "Mobile Firefox 146"}),
        ("browser", "Firefox 14", {"browser": "Firefox 146"}, {"browser": "Firefox 9"}),
        ("os", "windows", {"os": "Windows"}, {"os": "macOS 12"}),
        ("os", "%", {"os": "%"}, {"os": "Windows"}),
        ("adopted", "true", {"adopted": True}, {"adopted": False}),
        ("adopted", True, {"adopted": True}, {"adopted": False}),
        ("adopted", "False", {"adopted": False}, {"adopted": True}),
        ("ip", "203.0.113.7", {"ip_address": "203.0.113.7"}, {"ip_address": "203.0.113.70"}),
        ("ip", "203.0.113.7", {"last_ip_address": "203.0.113.7"}, {"last_ip_address": None}),
        ("ip", "203.0.113.0/24", {"ip_address": "203.0.113.9"}, {"ip_address": "203.0.114.9"}),
        ("ip", "2001:DB8:0::7", {"ip_address": "2001:db8::7"}, {"ip_address": "2001:db8::8"}),
    ],
)
def test_a_filter_finds_what_it_names(name, value, wanted, other):
    expected = SessionFactory.create(**wanted)
    SessionFactory.create(**other)
    assert found({name: value}) == {expected}


@pytest.mark.parametrize("field", ["created", "last_used", "expires"])
def test_after_includes_the_time_itself_and_before_does_not(field):
    column = field if field == "last_used" else f"{field}_at"
    earlier, at, later = (SessionFactory.create(**{column: NOON + n * SECOND}) for n in (-1, 0, 1))
    assert found({f"{field}_after": "2026-03-01T12:00:00Z"}) == {at, later}
    assert found({f"{field}_before": "2026-03-01T13:00:00+01:00"}) == {earlier}


def test_what_outlives_the_lifetime_expires_with_it(settings):
    settings.SESSIONS_API = {"ABSOLUTE_TIMEOUT": 3600}
    old, young, adopted = (
        SessionFactory.create(created_at=NOON, authenticated_at=signed_in, expires_at=expires)
        for signed_in, expires in (
            (NOON - timedelta(minutes=30), NOON + timedelta(days=1)),
            (NOON, NOON + timedelta(minutes=15)),
            (None, NOON + timedelta(days=1)),
        )
    )
    for moment, expired in (
        ("12:15:00", set()),
        ("12:15:01", {young}),
        ("12:30:01", {young, old}),
        ("13:00:00", {young, old}),
        ("13:00:01", {young, old, adopted}),
    ):
        assert found({"expires_before": f"2026-03-01T{moment}Z"}) == expired
        standing = {young, old, adopted} - expired
        assert found({"expires_after": f"2026-03-01T{moment}Z"}) == standing
    assert found({"expires_before": "0001-01-01T00:00:00Z"}) == set()
    assert len(found({"expires_after": "0001-01-01T00:00:00Z"})) == 3


def test_a_time_without_an_offset_is_in_the_time_zone_of_the_site(settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    session = SessionFactory.create(created_at=NOON)
    assert found({"created_after": "2026-03-01T21:00:00"}) == {session}
    assert found({"created_after": "2026-03-01T21:00:01"}) == set()


def test_a_user_is_found_by_the_primary_key():
    session = SessionFactory.create()
    SessionFactory.create()
    assert found({"user": session.user_id}) == {session}
    assert found({"user": 2**31 - 1}) == set()


@pytest.mark.parametrize("term", ["alice", "ALI", "alice@example.org", "Alice@", "203.0.113.7"])
def test_a_search_finds_the_beginning_of_a_name_or_e_mail_address_and_a_whole_ip_address(term):
    alice = UserFactory.create(username="alice", email="Alice@example.org")
    session = SessionFactory.create(user=alice, last_ip_address="203.0.113.7")
    malice = UserFactory.create(username="malice", email="malice@example.org")
    SessionFactory.create(user=malice, last_ip_address="203.0.113.77")
    assert found({"search": term}) == {session}


COLLATED = """
CREATE COLLATION caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
ALTER TABLE auth_user ALTER email TYPE varchar(254) COLLATE caseless"""


def test_a_search_that_finds_too_many_users_asks_for_more_of_the_name():
    user_model = get_user_model()
    user_model.objects.bulk_create(user_model(username=f"many{n}") for n in range(1_001))
    filterset = StaffSessionFilter({"search": "MANY"}, Session.objects.all())
    message = "More than 1000 users have a name or address that begins so. Enter more of it."
    assert filterset.errors == {"search": [message]}
    user_model.objects.get(username="many0").delete()
    assert found({"search": "many"}) == set()


def test_a_search_takes_a_column_that_compares_in_a_way_of_its_own(monkeypatch):
    monkeypatch.setattr(get_user_model()._meta.get_field("email"), "db_collation", "caseless")
    if connection.vendor == "postgresql":  # whose LIKE minds
        with connection.cursor() as cursor:
            cursor.execute(COLLATED)
    session = SessionFactory.create(user=UserFactory.create(email="Alice@example.org"))
    SessionFactory.create()
    assert found({"search": "alice@"}) == {session}


@pytest.mark.parametrize(
    "term", ["lice", "example.org", "203.0.113", "203.0.113.0/24", "%", "_lice"]
)
def test_a_search_finds_nothing_by_other_parts(term):
    alice = UserFactory.create(username="alice", email="alice@example.org")
    SessionFactory.create(user=alice, last_ip_address="203.0.113.7")
    assert found({"search": term}) == set()


def test_filters_narrow_each_other():
    session = SessionFactory.create(kind=Kind.TOKEN, os="Windows")
    SessionFactory.create(kind=Kind.TOKEN, os="Linux")
    SessionFactory.create(os="Windows")
    assert found({"kind": "token", "os": "Windows", "browser": ""}) == {session}


def test_users_cannot_filter_by_user():
    assert StaffSessionFilter.base_filters.keys() - SessionFilter.base_filters.keys() == {
        "user",
        "search",
    }


def test_what_the_table_knows_to_be_over_is_no_candidate_for_an_active_session(settings):
    settings.SESSIONS_API = {"IDLE_TIMEOUT": 3600}
    now = timezone.now()
    standing = SessionFactory.create()
    SessionFactory.create(ended_at=now, end_reason=EndReason.LOGOUT)
    SessionFactory.create(ended_at=now, end_reason=EndReason.IDLE)
    SessionFactory.create(kind=Kind.TOKEN, expires_at=now - timedelta(days=1))
    SessionFactory.create(last_used=now - timedelta(hours=2))
    for state in ("", "active", "unknown", "invalid"):
        values = {"state": state}
        filterset = SessionFilter(values, Session.objects.all())
        assert filterset.is_valid()
        assert list(filterset.qs) == [standing]
    assert len(found({"state": "over"})) == len(found({"state": "all"})) == 5
    assert len(found({"state": "ended"})) == 1
    assert len(found({"state": "expired"})) == 3


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("", {State.ACTIVE, State.UNKNOWN}),
        ("over", {State.ENDED, State.EXPIRED, State.INVALID}),
        ("all", set(State)),
        *((state.value, {state}) for state in State),
    ],
)
def test_the_verdict_has_the_last_word(state, shown):
    filterset = SessionFilter({"state": state}, Session.objects.none())
    assert filterset.is_valid()
    assert {each for each in State if filterset.shows(Verdict(each))} == shown


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("state", "dead"),
        ("kind", "cookie"),
        ("kind", ["token"]),
        ("device_type", "fridge"),
        ("ip", "203.0.113"),
        ("ip", "203.0.113.7/33"),
        ("ip", "203.0.113.7\0"),
        ("ip", {"a": 1}),
        ("browser", "\0"),
        ("os", "\ud800"),
        ("os", ["Windows"]),
        ("adopted", "perhaps"),
        ("adopted", 2),
        ("user", "alice"),
        ("user", "9" * 30),
        ("user", 1.5),
        ("user", {"pk": 1}),
        ("search", "\0"),
        ("search", "x" * 60_000),
        ("browser", "x" * 60_000),
        ("search", "\ud800"),
        ("created_after", "yesterday"),
        ("created_before", "2026-02-30"),
        ("last_used_after", 1_800_000_000),
        ("last_used_before", "0001-01-01T00:00:00+14:00"),
        ("expires_after", "9999-12-31T23:59:59-14:00"),
        ("expires_before", ["2026-01-01"]),
    ],
)
def test_what_cannot_be_meant_is_an_error_of_its_filter(name, value):
    assert errors(**{name: value}) == {name}


@pytest.mark.parametrize("value", [0, 1, 20260301, 1.5, True, ["x"], {"x": 1}])
@pytest.mark.parametrize("name", ["browser", "os", "search", "ip", "created_after"])
def test_what_is_no_text_is_no_text_filter(name, value):
    assert errors(**{name: value}) == {name}


@pytest.mark.parametrize(
    ("ip_address", "stored", "other"),
    [
        ("203.0.113.9", "203.0.113.0", "203.0.112.0"),
        ("2001:db8:1:2::3", "2001:db8:1::", "2001:db8:2::"),
    ],
)
@pytest.mark.parametrize("name", ["ip", "search"])
def test_an_ip_address_stands_for_its_network_where_that_is_all_that_is_kept(
    settings, name, ip_address, stored, other
):
    session = SessionFactory.create(ip_address=stored)
    older = SessionFactory.create(last_ip_address=ip_address)  # from before the setting
    SessionFactory.create(ip_address=other)
    assert found({name: ip_address}) == {older}
    settings.SESSIONS_API = {"RECORD_IP": "network"}
    assert found({name: ip_address}) == {session, older}


@pytest.mark.parametrize("value", ["FR", "fr"])
def test_a_country_is_two_letters(value):
    session = SessionFactory.create(country="FR")
    SessionFactory.create(country="DE")
    SessionFactory.create()
    assert found({"country": value}) == {session}


@pytest.mark.parametrize("value", ["France", "F", "F1", "é", "12", "F\x00"])
def test_a_country_that_is_none_is_an_error_of_its_field(value):
    assert errors(country=value) == {"country"}
