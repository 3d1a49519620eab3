"""The predicate, beyond what the matrix asks of it."""

import logging
from datetime import timedelta

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, SESSION_KEY
from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from sessions_api import payload, validity
from sessions_api.models import EndReason, Session
from sessions_api.validity import State, Verdict
from tests.factories import SessionFactory, UserFactory
from tests.helpers import session_id, session_of, use_engine

pytestmark = pytest.mark.django_db


class DirectoryBackend(BaseBackend):
    """A backend with a directory of its own, which may be down."""

    is_down = False

    def get_user(self, user_id):
        if DirectoryBackend.is_down:
            raise ConnectionError
        return User.objects.filter(pk=user_id).first()


class NobodyBackend(ModelBackend):
    """A backend that refuses everybody, for a reason of its own."""

    def user_can_authenticate(self, user):
        return False


def path_of(backend):
    return f"{backend.__module__}.{backend.__name__}"


@pytest.fixture
def sign_in_through(settings):
    """Return a function that signs a user in through a backend."""

    def sign_in(user, backend=ModelBackend):
        path = path_of(backend)
        settings.AUTHENTICATION_BACKENDS = [path]
        client = Client()
        client.force_login(user, backend=path)
        return client

    return sign_in


def judge(session):
    return validity.judge([session])[session.pk]


def test_a_backend_that_does_not_answer_makes_a_session_unknown_for_the_time_being(
    sign_in_through, monkeypatch, caplog
):
    client = sign_in_through(UserFactory.create(), DirectoryBackend)
    session = Session.objects.get()
    assert judge(session) is validity.ACTIVE
    monkeypatch.setattr(DirectoryBackend, "is_down", True)
    assert judge(session) is validity.UNKNOWN
    message = f"{path_of(DirectoryBackend)} does not answer for a user."
    assert caplog.record_tuples == [("sessions_api.users", logging.WARNING, message)]
    monkeypatch.setattr(DirectoryBackend, "is_down", False)
    assert judge(session) is validity.ACTIVE
    assert client.get("/do/user/").content


def test_a_backend_that_refuses_an_active_account_ends_nothing(sign_in_through):
    client = sign_in_through(UserFactory.create(), NobodyBackend)
    session = Session.objects.get()
    assert judge(session) is validity.NOT_GIVEN
    assert judge(session).evidence is None
    assert client.get("/do/user/").content == b""
    session.refresh_from_db()
    assert session.ended_at is None


def test_users_of_a_foreign_backend_are_asked_for_once_each(
    sign_in_through, django_assert_num_queries
):
    users = UserFactory.create_batch(3)
    for user in users:
        sign_in_through(user, DirectoryBackend)
        sign_in_through(user, DirectoryBackend)
    sessions = list(Session.objects.all())
    with django_assert_num_queries(1 + len(users)):
        verdicts = validity.judge(sessions)
    assert set(verdicts.values()) == {validity.ACTIVE}


def test_many_users_cost_one_query(sign_in_through, django_assert_num_queries):
    for user in UserFactory.create_batch(5):
        sign_in_through(user)
    sessions = list(Session.objects.all())
    with django_assert_num_queries(2):
        assert len(validity.active(sessions)) == 5


def test_many_accounts_that_are_over_cost_no_query_of_their_own(
    sign_in_through, django_assert_num_queries
):
    for user in UserFactory.create_batch(5):
        sign_in_through(user)
    User.objects.update(is_active=False)
    sessions = list(Session.objects.all())
    with django_assert_num_queries(2):
        verdicts = validity.judge(sessions)
    assert set(verdicts.values()) == {Verdict(State.INVALID, EndReason.DEACTIVATED)}


def test_many_accounts_whose_backend_is_gone_cost_one_query(
    sign_in_through, settings, django_assert_num_queries
):
    for user in UserFactory.create_batch(5):
        sign_in_through(user, DirectoryBackend)
    settings.AUTHENTICATION_BACKENDS = [path_of(NobodyBackend)]
    sessions = list(Session.objects.all())
    with django_assert_num_queries(2):
        verdicts = validity.judge(sessions)
    assert set(verdicts.values()) == {validity.NOT_GIVEN}


def test_users_who_are_given_cost_none(sign_in_through, django_assert_num_queries):
    user = UserFactory.create()
    sign_in_through(user)
    session = Session.objects.get()
    with django_assert_num_queries(1):
        assert validity.active([session], known=[user]) == [session]


def test_a_user_model_without_fallbacks_for_its_auth_hash_is_asked_for_none(
    sign_in_through, monkeypatch
):
    monkeypatch.delattr(AbstractBaseUser, "get_session_auth_fallback_hash")
    user = UserFactory.create()
    sign_in_through(user)
    assert judge(Session.objects.get()) is validity.ACTIVE
    User.objects.update(password="another")
    assert judge(Session.objects.get()) is validity.CREDENTIALS_CHANGED


def test_the_payloads_backend_is_the_one_that_counts(sign_in_through, settings):
    client = sign_in_through(UserFactory.create())
    session = client.session
    session[BACKEND_SESSION_KEY] = path_of(DirectoryBackend)
    session.save()
    assert judge(Session.objects.get()).state == State.INVALID
    settings.AUTHENTICATION_BACKENDS = [path_of(DirectoryBackend)]
    assert judge(Session.objects.get()) is validity.ACTIVE


def test_a_payload_that_names_another_session_of_the_user_is_not_this_one(sign_in_through):
    user = UserFactory.create()
    browser, other = sign_in_through(user), sign_in_through(user)
    row, content = session_of(browser), browser.session
    content[payload.ID_KEY] = session_id(other)
    content.save()
    assert judge(row) is validity.LOST
    assert judge(session_of(other)) is validity.ACTIVE


def test_a_payload_that_names_another_user_is_not_this_session(sign_in_through):
    browser = sign_in_through(UserFactory.create())
    row, content = session_of(browser), browser.session
    content[SESSION_KEY] = str(UserFactory.create().pk)
    content.save()
    assert judge(row) is validity.LOST


def test_a_payload_that_names_no_session_is_that_of_the_row_with_its_key(sign_in_through):
    browser = sign_in_through(UserFactory.create())
    row, content = session_of(browser), browser.session
    del content[payload.ID_KEY]
    content.save()
    assert judge(row) is validity.ACTIVE


def test_a_deactivated_account_is_told_from_a_backend_that_does_not_answer(sign_in_through):
    user = UserFactory.create()
    sign_in_through(user)
    User.objects.update(is_active=False)
    assert judge(Session.objects.get()) == Verdict(State.INVALID, EndReason.DEACTIVATED)


def test_a_row_without_an_engine_session_is_lost():
    assert judge(SessionFactory.create()) == Verdict(State.INVALID, EndReason.LOST)


def test_a_sealed_key_that_cannot_be_opened_here_makes_a_session_unknown():
    assert judge(SessionFactory.create(sealed_key=b"garbage")) is validity.UNKNOWN


def test_how_many_keys_cannot_be_opened_here_is_logged(caplog):
    sealed = SessionFactory.create_batch(2, sealed_key=b"garbage")
    validity.judge([*sealed, SessionFactory.create()])
    message = "2 session keys were sealed under another key."
    assert caplog.record_tuples == [("sessions_api.validity", logging.WARNING, message)]


def test_rows_are_lost_when_the_site_changes_its_engine(sign_in_through, settings):
    sign_in_through(UserFactory.create())
    session = Session.objects.get()
    for engine in ("cache", "file", "signed_cookies"):
        use_engine(settings, engine)
        assert judge(session) is validity.LOST


def test_a_login_on_its_way_is_not_active_yet():
    assert judge(SessionFactory.create(expires_at=None)) is validity.UNKNOWN


def test_an_ended_session_keeps_its_reason():
    session = SessionFactory.create(ended_at=timezone.now(), end_reason=EndReason.LIMIT)
    assert judge(session) == Verdict(State.ENDED, EndReason.LIMIT)


def test_an_ended_session_without_a_reason_has_ended_all_the_same():
    session = SessionFactory.create(ended_at=timezone.now())
    assert judge(session) == Verdict(State.ENDED)


@pytest.mark.parametrize(
    ("options", "age", "reason"),
    [
        ({"IDLE_TIMEOUT": 600}, 601, EndReason.IDLE),
        ({"ABSOLUTE_TIMEOUT": 600}, 601, EndReason.LIFETIME),
        ({}, 1_209_600 + 61, EndReason.EXPIRED),
    ],
)
def test_a_session_past_a_deadline_has_expired(settings, options, age, reason):
    settings.SESSIONS_API = options
    begun = timezone.now() - timedelta(seconds=age)
    session = SessionFactory.create(
        created_at=begun,
        authenticated_at=begun,
        last_used=begun,
        expires_at=begun + timedelta(days=14),
    )
    assert judge(session) == Verdict(State.EXPIRED, reason)
    assert validity.ends_at(session) <= timezone.now()


def test_active_sessions_come_with_the_most_recently_used_first(sign_in_through):
    user = UserFactory.create()
    for _ in range(3):
        sign_in_through(user)
    sessions = validity.active_sessions(user)
    assert len(sessions) == 3
    assert sessions == sorted(sessions, key=lambda session: session.last_used, reverse=True)


def test_what_is_shown_as_the_expiry_is_never_later_than_the_lifetime(settings):
    session = SessionFactory.create()
    assert validity.expires_at(session) == session.expires_at
    settings.SESSIONS_API = {"ABSOLUTE_TIMEOUT": 3600}
    assert session.authenticated_at is not None
    assert validity.expires_at(session) == session.authenticated_at + timedelta(hours=1)
