"""The row: what its queryset selects, and what it never says."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from sessions_api import credentials
from sessions_api.models import EndReason, Kind, Session
from tests.factories import SessionFactory, UserFactory

KEY = "0123456789abcdefghijklmnopqrstuv"
AUTH_HASH = "an-auth-hash-that-nobody-sees"
NOW = datetime(2030, 5, 17, 12, 0, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db


class OneForEach:
    """A router that reads and writes different databases."""

    def db_for_read(self, model, **hints):
        return "replica"

    def db_for_write(self, model, **hints):
        return "default"


def bound_session(**kwargs):
    """Return a session as it is stored when a browser has it."""
    return SessionFactory.create(
        key_digest=credentials.digest(KEY),
        sealed_key=credentials.seal(KEY),
        auth_digest=credentials.digest(AUTH_HASH),
        backend="django.contrib.auth.backends.ModelBackend",
        **kwargs,
    )


def secrets_of(session):
    return [KEY, AUTH_HASH, session.key_digest, session.sealed_key, session.auth_digest]


@pytest.mark.parametrize("label", ["", "Work laptop"])
def test_nothing_usable_as_a_credential_is_in_its_texts(label):
    session = bound_session(label=label)
    same = Session.objects.get(pk=session.pk)
    texts = [str(session), repr(session), f"{session}", repr(Session.objects.all()), repr([same])]
    for secret in secrets_of(session):
        assert all(secret not in text for text in texts)
        assert all(secret[:12] not in text for text in texts)


def test_a_session_is_called_by_its_label_or_else_by_its_id():
    session = SessionFactory.create()
    assert str(session) == str(session.pk)
    session.label = "Work laptop"
    assert str(session) == "Work laptop"


def test_the_engine_key_is_nowhere_in_the_row():
    session = bound_session()
    row = Session.objects.filter(pk=session.pk).values().get()
    for value in row.values():
        assert KEY not in str(value)
        assert AUTH_HASH not in str(value)
    assert credentials.unseal(row["sealed_key"]) == KEY


def test_credentials_cannot_be_edited_in_any_model_form():
    names = {"id", "key_digest", "sealed_key", "auth_digest", "backend"}
    assert all(not Session._meta.get_field(name).editable for name in names)


def test_a_new_session_gets_an_id_of_version_7_and_is_a_live_browsers():
    session = Session.objects.create(user=UserFactory.create())
    session.refresh_from_db()
    assert session.pk.version == 7
    assert session.kind == Kind.BROWSER
    assert session.key_digest is None
    assert session.sealed_key == session.auth_digest == session.end_reason == ""
    assert session.expires_at is session.ended_at is session.authenticated_at is None
    assert session.last_used.tzinfo is not None
    assert session.adopted is session.ends_with_browser is False


def test_one_key_belongs_to_one_session_and_many_may_have_none():
    SessionFactory.create()
    SessionFactory.create()
    bound_session()
    with pytest.raises(IntegrityError), transaction.atomic():
        bound_session()
    assert Session.objects.count() == 3


@pytest.mark.parametrize("choices", [Kind, EndReason])
def test_every_choice_fits_its_column(choices):
    field: Any = Session._meta.get_field("kind" if choices is Kind else "end_reason")
    assert max(len(value) for value in choices.values) <= field.max_length
    assert set(field.choices) >= set(choices.choices)


def test_the_longest_texts_are_kept_whole():
    fields: list[Any] = Session._meta.get_fields()
    longest = {
        field.name: "ü" * field.max_length
        for field in fields
        if field.get_internal_type() == "CharField" and not field.choices and field.editable
    }
    assert longest.keys() >= {"user_agent", "label", "browser", "os", "device"}
    session = SessionFactory.create(**longest, ip_address="2001:db8:1:2:3:4:192.0.2.133")
    session.refresh_from_db()
    assert {name: getattr(session, name) for name in longest} == longest
    assert session.ip_address == "2001:db8:1:2:3:4:c000:285"


def test_a_user_finds_her_sessions_under_a_name_of_our_own():
    session = SessionFactory.create()
    SessionFactory.create()
    assert list(session.user.sessions_api_sessions.all()) == [session]


def test_a_user_who_has_ended_sessions_has_no_name_for_them():
    related = {
        relation.get_accessor_name() for relation in UserFactory._meta.model._meta.related_objects
    }
    assert "sessions_api_sessions" in related
    assert "session_set" not in related


def test_sessions_outlive_whoever_ended_them():
    staff = UserFactory.create()
    session = SessionFactory.create(ended_by=staff)
    staff.delete()
    session.refresh_from_db()
    assert session.ended_by is None


def test_sessions_go_with_their_user():
    session, other = SessionFactory.create(), SessionFactory.create()
    session.user.delete()
    assert list(Session.objects.all()) == [other]


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


def is_within(now=NOW, *, slack=timedelta(0), **fields):
    """Tell whether a session with these fields is within its deadlines."""
    fields = {"expires_at": NOW + 100 * HOUR, "created_at": NOW, "last_used": NOW, **fields}
    session = SessionFactory.create(**fields)
    return Session.objects.within_deadlines(now, slack=slack).filter(pk=session.pk).exists()


@pytest.mark.parametrize(
    ("expires_at", "expected"),
    [(NOW + SECOND, True), (NOW, False), (NOW - SECOND, False), (None, False)],
)
def test_a_session_is_within_its_expiry_until_that_moment(expires_at, expected):
    assert is_within(expires_at=expires_at) is expected


@pytest.mark.parametrize(
    ("expires_at", "expected"),
    [(NOW - timedelta(seconds=59), True), (NOW - timedelta(seconds=60), False), (None, False)],
)
def test_the_expiry_may_lag_by_the_slack(expires_at, expected):
    assert is_within(expires_at=expires_at, slack=timedelta(seconds=60)) is expected


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


def test_the_slack_is_granted_to_the_expiry_alone(settings):
    settings.SESSIONS_API = {"IDLE_TIMEOUT": HOUR}
    assert not is_within(last_used=NOW - HOUR, slack=HOUR)
    settings.SESSIONS_API = {"ABSOLUTE_TIMEOUT": HOUR}
    assert not is_within(authenticated_at=NOW - HOUR, slack=HOUR)


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


@pytest.mark.django_db
def test_a_term_longer_than_any_name_finds_nothing():
    SessionFactory.create()
    assert not Session.objects.search("x" * 60_000).exists()
