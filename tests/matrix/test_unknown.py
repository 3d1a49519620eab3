"""What this process cannot tell is no evidence: nobody is thrown out for it, and every list says so."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.models import Session as EngineRow
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import Client

from sessions_api import lifecycle, recent, validity
from sessions_api.exceptions import EngineNotProven
from sessions_api.lifecycle import canary, maintenance
from sessions_api.models import Canary, EndReason, Session
from sessions_api.signals import session_ended
from tests.engines.spoiling import SPOILABLE, WAYS, spoiled, undeletable
from tests.factories import UserFactory
from tests.helpers import (
    CURRENT,
    DJANGOS_ENGINES,
    SERVER_SIDE,
    bearer,
    name_in_new_process,
    name_of,
    returning_browser,
    session_id,
    session_of,
    signed_in,
)
from tests.matrix.world import listed_by_api, listed_by_dialects, shown_in_admin
from tests.site.cache import SwallowingCache

pytestmark = pytest.mark.django_db(transaction=True)

EVERYTHING = "/api/admin/sessions/?state=all"
SWALLOWING = {
    "BACKEND": "tests.site.cache.SwallowingCache",
    "LOCATION": "swallowing",
    "OPTIONS": {"IGNORE_EXCEPTIONS": True},
}


def root():
    """Return a superuser who has no row and no session."""
    return UserFactory.build(pk=0, is_staff=True, is_superuser=True)


def browsers(count):
    """Return browsers, each of a user of its own, that have come back once."""
    return [returning_browser(UserFactory.create()) for _ in range(count)]


def states():
    """Return the state of each session, by its id, on which API, admin and predicate agree."""
    by_api = listed_by_api(root(), EVERYTHING)
    verdicts = validity.judge(Session.objects.all())
    assert by_api == {pk: verdict.state for pk, verdict in verdicts.items()}
    return by_api


def reconcile(**options):
    """Return how many sessions ``reconcile`` ends, and how many it leaves alone as unknown."""
    done = list(maintenance.reconcile(grace=timedelta(0), **options))
    return sum(each.ended.total() for each in done), sum(each.unknown for each in done)


@pytest.fixture
def another_secret_key(settings):
    """Return a context that makes this a process with another SECRET_KEY."""

    class Another:
        def __enter__(self):
            self.own = settings.SECRET_KEY
            settings.SECRET_KEY = "that of an old cron host"
            recent.clear()

        def __exit__(self, *_):
            settings.SECRET_KEY = self.own
            recent.clear()

    return Another()


@pytest.mark.parametrize("engine", SPOILABLE, indirect=True)
@pytest.mark.parametrize("way", WAYS)
def test_a_value_that_cannot_be_read_makes_its_own_session_unknown_and_no_other(engine, way):
    unlucky, *others = browsers(5)
    pks = {UUID(session_id(browser)): browser for browser in [unlucky, *others]}
    session, key = session_of(unlucky), unlucky.session.session_key
    with spoiled(engine, key, way):
        assert states() == {
            pk: "unknown" if browser is unlucky else "active" for pk, browser in pks.items()
        }
        for pk, browser in pks.items():
            user = Session.objects.get(pk=pk).user
            state = "unknown" if browser is unlucky else "active"
            assert listed_by_api(user, "/api/sessions/") == {pk: state}
            assert shown_in_admin(root(), user).keys() == {pk}
            assert listed_by_dialects(root(), user) == {pk}
            assert validity.active_sessions(user) == (
                [] if browser is unlucky else [session_of(browser)]
            )
        assert reconcile() == (0, 1)
        assert all(name_in_new_process(other) for other in others)
    session.refresh_from_db()
    assert session.ended_at is None
    assert name_in_new_process(unlucky) == session.user.username
    assert set(states().values()) == {"active"}


@pytest.mark.parametrize("engine", SPOILABLE, indirect=True)
@pytest.mark.parametrize("way", WAYS)
def test_a_request_with_a_value_that_cannot_be_read_ends_nothing(engine, way):
    (unlucky,) = browsers(1)
    session, key = session_of(unlucky), unlucky.session.session_key
    with spoiled(engine, key, way):
        stranger = Client(raise_request_exception=False)
        stranger.cookies = unlucky.cookies.copy()
        stranger.get("/do/user/")  # as plain Django has it: anonymous, or a server error
    session.refresh_from_db()
    assert session.ended_at is None


@pytest.mark.parametrize("engine", SPOILABLE, indirect=True)
def test_a_session_that_cannot_be_read_is_not_purged_and_counts_towards_the_limit(engine, settings):
    (unlucky,) = browsers(1)
    user, key = session_of(unlucky).user, unlucky.session.session_key
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 1, "ON_LIMIT": "refuse"}
    with spoiled(engine, key, "torn"):
        canary.leave()
        assert lifecycle.purge() == 0
        assert Client().get(f"/do/login:{user.pk}/").status_code == 403
    assert name_in_new_process(unlucky) == user.username


@pytest.mark.parametrize("engine", ["cache"], indirect=True)
@pytest.mark.parametrize(
    "options",
    [{"IGNORE_EXCEPTIONS": True}, {"ignore_exc": True}, None],
    ids=["redis", "memcached", "all"],
)
def test_an_engine_that_swallows_its_errors_throws_nobody_out(
    engine, settings, monkeypatch, options
):
    settings.CACHES = {"default": {**SWALLOWING, "OPTIONS": options or {}}}
    if options is None:
        settings.DJANGO_REDIS_IGNORE_EXCEPTIONS = True
    clients = browsers(5)
    monkeypatch.setattr(SwallowingCache, "is_down", True)
    assert set(states().values()) == {"unknown"}
    with pytest.raises(EngineNotProven, match="is not there"):
        reconcile()
    with pytest.raises(EngineNotProven, match="is not there"):
        reconcile(force=True)
    with pytest.raises(EngineNotProven, match="is not there"):
        lifecycle.purge()
    assert not any(name_in_new_process(client) for client in clients)  # as without us
    monkeypatch.setattr(SwallowingCache, "is_down", False)
    assert not Session.objects.filter(ended_at__isnull=False).exists()
    assert set(states().values()) == {"active"}


@pytest.mark.parametrize("engine", ["cached_db"], indirect=True)
def test_a_database_behind_a_cache_that_swallows_its_errors_knows_everybody(
    engine, settings, monkeypatch
):
    settings.CACHES = {"default": SWALLOWING}
    clients = browsers(3)
    monkeypatch.setattr(SwallowingCache, "is_down", True)
    assert set(states().values()) == {"active"}
    assert reconcile() == (0, 0)
    assert all(name_in_new_process(client) for client in clients)


@pytest.mark.parametrize("engine", ["cache"], indirect=True)
def test_a_cache_that_swallows_its_errors_and_answers_is_believed(engine, settings):
    settings.CACHES = {"default": SWALLOWING}
    gone, *_ = browsers(3)
    gone.session.delete()
    assert reconcile() == (1, 0)
    assert sorted(states().values()) == ["active", "active", "ended"]


@pytest.mark.parametrize("engine", DJANGOS_ENGINES, indirect=True)
def test_a_process_with_another_secret_key_takes_every_session_for_unknown(
    engine, another_secret_key
):
    clients = browsers(3)
    with another_secret_key:
        assert set(states().values()) == {"unknown"}
        for command in (
            lambda: reconcile(),
            lambda: reconcile(force=True),
            lambda: lifecycle.purge(),
        ):
            with pytest.raises(EngineNotProven, match="another SECRET_KEY"):
                command()
    assert not Session.objects.filter(ended_at__isnull=False).exists()
    assert set(states().values()) == {"active"}
    assert all(name_in_new_process(client) for client in clients)


@pytest.mark.parametrize("engine", DJANGOS_ENGINES, indirect=True)
def test_the_commands_of_a_process_with_another_secret_key_stop_and_say_so(
    engine, another_secret_key
):
    browsers(2)
    with another_secret_key:
        for command in ("reconcile_sessions", "purge_sessions"):
            with pytest.raises(CommandError, match="another SECRET_KEY") as error:
                call_command(command, verbosity=0)
            assert error.value.returncode == 4
    assert Session.objects.not_ended().count() == 2


def test_a_token_under_another_secret_key_is_unknown_and_not_let_in(another_secret_key, alice):
    issued = lifecycle.issue_token(alice)
    with another_secret_key:
        assert validity.judge([issued.session])[issued.session.pk] is validity.UNKNOWN
        assert Client().get(CURRENT, headers=bearer(issued.token)).status_code == 401
    issued.session.refresh_from_db()
    assert issued.session.ended_at is None
    assert Client().get(CURRENT, headers=bearer(issued.token)).status_code == 200


@pytest.mark.parametrize("engine", DJANGOS_ENGINES, indirect=True)
def test_a_secret_key_that_is_a_fallback_here_opens_everything(engine, settings):
    clients = browsers(2)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the new one"
    recent.clear()
    assert set(states().values()) == {"active"}
    assert reconcile() == (0, 0)
    assert all(name_in_new_process(client) for client in clients)


def test_nothing_is_done_to_the_whole_table_before_the_site_has_left_its_canary(engine):
    browsers(1)
    Canary.objects.all().delete()
    for work in (reconcile, lifecycle.purge):
        with pytest.raises(EngineNotProven, match="have not left"):
            work()
    browsers(1)  # a sign-in of a process that has seen the canary leaves none at once
    recent.clear()
    browsers(1)
    assert reconcile() == (0, 0)


def test_nothing_is_done_to_the_whole_table_by_a_process_with_another_engine(settings):
    browsers(2)
    for name in ("cache", "file", "signed_cookies", "cached_db"):
        settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{name}"
        if name == "cached_db":  # it reads the same table
            assert reconcile() == (0, 0)
        else:
            with pytest.raises(EngineNotProven):
                reconcile()
    assert Session.objects.not_ended().count() == 2


class Replica:
    """A router that reads everything from a replica, which does not answer at all."""

    def db_for_read(self, model, **hints):
        return "replica" if model in (Session, Canary, EngineRow, get_user_model()) else None

    def db_for_write(self, model, **hints):
        return "default"


class LaggingBackend(ModelBackend):
    """Reads users from a replica that has nobody yet who has just been created."""

    lags = False

    def get_user(self, user_id):
        if self.lags:
            return None
        return get_user_model().objects.using("default").filter(pk=user_id).first()


@pytest.mark.parametrize("engine", ["cache", "file", "signed_cookies"], indirect=True)
def test_a_user_whom_a_replica_does_not_have_yet_is_anonymous_once(engine, settings, monkeypatch):
    settings.AUTHENTICATION_BACKENDS = [f"{__name__}.LaggingBackend"]
    user = UserFactory.create()
    client = Client()
    client.force_login(user)
    assert name_of(client) == user.username
    settings.DATABASE_ROUTERS = [f"{__name__}.Replica"]
    monkeypatch.setattr(LaggingBackend, "lags", True)
    response = client.get("/do/user/")
    assert (response.content, list(response.cookies)) == (b"", [])
    monkeypatch.setattr(LaggingBackend, "lags", False)
    assert name_in_new_process(client) == user.username
    settings.DATABASE_ROUTERS = []
    assert Session.objects.get().ended_at is None


@pytest.fixture
def _ends_are_heard():
    """Have somebody hear of each end, for whom the rows are read."""

    def hear(session, **kwargs):
        assert session.ended_at is not None

    session_ended.connect(hear)
    yield
    session_ended.disconnect(hear)


@pytest.mark.parametrize("engine", DJANGOS_ENGINES, indirect=True)
@pytest.mark.parametrize(
    "ask",
    [
        lambda user: validity.active_sessions(user),
        lambda user: validity.judge([Session.objects.using("default").get()]),
        lambda user: lifecycle.issue_token(user),
        lambda user: lifecycle.end(Session.objects.using("default").get()),
        lambda user: lifecycle.end_all(user),
        lambda user: lifecycle.rename(Session.objects.using("default").get(), "mine"),
        lambda user: reconcile(),
        lambda user: lifecycle.purge(),
        lambda user: canary.check(),
    ],
    ids=["list", "judge", "limit", "end", "end all", "rename", "reconcile", "purge", "canary"],
)
@pytest.mark.usefixtures("_ends_are_heard")
def test_no_replica_says_anything_of_a_session(engine, settings, ask, alice):
    returning_browser(alice)
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 1}
    settings.DATABASE_ROUTERS = [f"{__name__}.Replica"]
    ask(alice)  # django.utils.connection.ConnectionDoesNotExist, if it asks the replica


@pytest.mark.parametrize("engine", ["db", "cached_db"], indirect=True)
def test_an_engine_whose_database_does_not_answer_throws_nobody_out(engine, settings):
    settings.CACHES = {"default": {"BACKEND": "tests.site.cache.FailingCache"}}
    clients = [signed_in(UserFactory.create()) for _ in range(2)] if engine == "db" else []
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    clients = clients or browsers(2)
    canary.leave()

    def fail(execute, sql, params, many, context):
        if "django_session" in sql:
            raise OperationalError("The sessions' database is down.")
        return execute(sql, params, many, context)

    settings.CACHES = {"default": {"BACKEND": "tests.site.cache.FailingCache"}}
    with connection.execute_wrapper(fail):
        assert set(states().values()) == {"unknown"}
        with pytest.raises(EngineNotProven):
            reconcile(force=True)
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    assert set(states().values()) == {"active"}
    assert all(name_in_new_process(client) for client in clients)


def test_so_many_sessions_are_never_lost_at_once_unless_somebody_says_so(engine):
    if engine == "signed_cookies":
        pytest.skip("signed_cookies: the engine holds nothing that it could lose")
    clients = browsers(12)
    for client in clients:
        client.session.delete()
    with pytest.raises(CommandError, match="That is unusual") as error:
        call_command("reconcile_sessions", grace=0, verbosity=0)
    assert error.value.returncode == 4
    assert Session.objects.not_ended().count() == 12
    call_command("reconcile_sessions", grace=0, verbosity=0, force=True)
    assert set(Session.objects.values_list("end_reason", flat=True)) == {EndReason.LOST}


@pytest.mark.parametrize("engine", SERVER_SIDE, indirect=True)
def test_a_sign_out_is_written_though_the_engine_cannot_delete_the_session(engine):
    user = UserFactory.create()
    client = returning_browser(user)
    client.raise_request_exception = False
    with undeletable(engine):
        client.get("/do/logout/")
        assert Session.objects.get().end_reason == EndReason.LOGOUT
    assert name_in_new_process(client) == ""
