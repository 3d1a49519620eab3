"""What the session engine holds."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sessions_api import engines, lifecycle, recent, validity
from sessions_api.exceptions import CannotList, EngineDoesNotAnswer
from sessions_api.lifecycle import ending
from sessions_api.models import Session
from tests.factories import UserFactory
from tests.matrix.conftest import ENGINES
from tests.matrix.test_life_cycle import later
from tests.site.engines import DictionarySessionStore

SERVER_SIDE = [
    *(options["SESSION_ENGINE"] for name, options in ENGINES.items() if name != "signed_cookies"),
    "tests.site.third_party.dictionary",
    "tests.site.third_party.subclassed",
]


@pytest.fixture
def engine(request, settings, transactional_db):
    """Run on an engine."""
    settings.SESSION_ENGINE = request.param
    caches["default"].clear()
    recent.clear()
    return request.param


each = pytest.mark.parametrize("engine", sorted(set(SERVER_SIDE)), indirect=True)


def saved(expiry=None, **payload):
    store = engines.store_class()()
    store.update(payload)
    if expiry is not None:
        store.set_expiry(expiry)
    store.save()
    return store.session_key


@each
def test_many_payloads_are_loaded_by_their_keys(engine):
    keys = [saved(number=number) for number in range(5)]
    held = engines.load_many([*keys, "unknown0key", "another/key"])
    assert {key: payload["number"] for key, payload in held.items()} == dict(
        zip(keys, range(5), strict=True)
    )
    assert engines.load(keys[0]) == {"number": 0}
    assert engines.load("unknown0key") is None
    assert engines.load_many([]) == {}


@each
def test_deleted_payloads_are_gone(engine):
    kept, first, second = saved(number=0), saved(number=1), saved(number=2)
    assert engines.delete_many([first, second, "unknown0key"]) == set()
    assert engines.delete_many([]) == set()
    assert list(engines.load_many([kept, first, second])) == [kept]


@each
def test_loading_a_list_changes_nothing(engine):
    with time_machine.travel("2030-01-01 12:00", tick=False):
        key = saved(expiry=100)
    with (
        time_machine.travel("2030-01-01 13:00", tick=False),
        CaptureQueriesContext(connection) as q,
    ):
        engines.load_many([key])
    assert not [query for query in q if not query["sql"].startswith("SELECT")]


@pytest.mark.parametrize("engine", ["django.contrib.sessions.backends.file"], indirect=True)
def test_a_file_that_has_expired_is_left_where_it_is(engine, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(engines.store_class(), "_storage_path", str(tmp_path), raising=False)
    key = saved(number=1)
    (file,) = tmp_path.iterdir()
    with later(days=30):
        assert engines.load(key) is None
    file.write_text("")
    assert engines.load(key) == {}
    assert list(tmp_path.iterdir()) == [file]


@each
def test_a_session_is_listed_and_ended_on_any_engine(engine):
    user = UserFactory.create()
    browsers = [Client(), Client()]
    for browser in browsers:
        browser.get(f"/do/login:{user.pk}/")
    assert len(validity.active_sessions(user)) == 2
    lifecycle.end(Session.objects.earliest("created_at"))
    assert len(validity.active_sessions(user)) == 1
    names = [browser.get("/do/user/").content.decode() for browser in browsers]
    assert names == ["", user.username]


@pytest.mark.parametrize("engine", ["tests.site.third_party.dictionary"], indirect=True)
def test_an_engine_of_a_third_party_is_asked_once_for_each_key(engine):
    keys = [saved(number=number) for number in range(3)]
    DictionarySessionStore.loads.clear()
    engines.load_many(keys)
    assert DictionarySessionStore.loads == keys
    assert not engines.enforces_expiry()


@pytest.mark.parametrize("engine", ["tests.site.third_party.overriding"], indirect=True)
def test_a_subclass_that_loads_and_deletes_in_its_own_way_is_asked_to(engine):
    key = saved(number=1)
    assert engines.load(key) == {"number": 1, "loaded": "in its own way"}
    assert engines.delete_many([key]) == {key}  # it keeps what it should delete


@pytest.mark.parametrize("engine", [ENGINES["cached_db"]["SESSION_ENGINE"]], indirect=True)
def test_a_cache_that_fails_leaves_cached_db_its_database(engine, settings):
    key = saved(number=1)
    settings.CACHES = {"default": {"BACKEND": "tests.site.cache.FailingCache"}}
    assert engines.load(key) == {"number": 1}


@pytest.mark.parametrize("engine", [ENGINES["cached_db"]["SESSION_ENGINE"]], indirect=True)
def test_what_a_failing_cache_may_still_hold_is_not_reported_as_ended(engine, settings, caplog):
    user = UserFactory.create()
    Client().get(f"/do/login:{user.pk}/")
    session = Session.objects.get()
    with caplog.at_level(logging.ERROR, "sessions_api"):
        settings.CACHES = {"default": {"BACKEND": "tests.site.cache.FailingCache"}}
        assert lifecycle.end(session)
    session.refresh_from_db()
    assert session.ended_at is not None
    assert session.sealed_key
    assert "could not delete" in caplog.text
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    assert ending.finish_ends([session.pk]) == 0
    session.refresh_from_db()
    assert session.sealed_key == ""


def test_a_signed_cookie_is_believed_while_it_is_genuine_and_young(settings):
    settings.SESSION_ENGINE = ENGINES["signed_cookies"]["SESSION_ENGINE"]
    cookie = saved(number=1)
    assert engines.signed_payload(cookie) == {"number": 1}
    assert engines.signed_payload(cookie + "x") == {}
    assert engines.signed_payload("") == {}
    with later(days=15):
        assert engines.signed_payload(cookie) == {}


EXTENDING = [engine for engine in SERVER_SIDE if engine != "tests.site.third_party.dictionary"]
LISTING = [
    *(ENGINES[name]["SESSION_ENGINE"] for name in ("db", "cached_db", "file")),
    "tests.site.third_party.subclassed",
]
on_those_that_extend = pytest.mark.parametrize("engine", sorted(set(EXTENDING)), indirect=True)
on_those_that_list = pytest.mark.parametrize("engine", LISTING, indirect=True)


@on_those_that_extend
def test_an_expiry_is_raised_and_the_payload_is_not_written(engine):
    key = saved(number=1)
    with later(days=10):
        assert engines.extend(key) == timezone.now() + timedelta(days=14)
        assert engines.extend("unknown0key") is None
    with later(days=20):
        assert engines.load(key) == {"number": 1}
        caches["default"].clear()
        assert (engines.load(key) is None) == (engine == ENGINES["cache"]["SESSION_ENGINE"])


@pytest.mark.parametrize("engine", [ENGINES["cached_db"]["SESSION_ENGINE"]], indirect=True)
def test_an_expiry_is_raised_where_the_cache_has_lost_the_session(engine):
    key = saved(number=1)
    caches["default"].clear()
    with later(days=10):
        assert engines.extend(key) is not None
    with later(days=20):
        assert engines.load(key) == {"number": 1}


@pytest.mark.parametrize("engine", [ENGINES["cached_db"]["SESSION_ENGINE"]], indirect=True)
def test_an_expiry_is_raised_where_the_cache_fails(engine, settings):
    key = saved(number=1)
    settings.CACHES = {"default": {"BACKEND": "tests.site.cache.FailingCache"}}
    with later(days=10):
        assert engines.extend(key) is not None
    with later(days=20):
        assert engines.load(key) == {"number": 1}


@on_those_that_extend
def test_a_write_in_flight_keeps_what_it_writes(engine):
    key = saved(number=1)
    in_flight = engines.store_class()(key)
    in_flight["number"] = 2
    engines.extend(key)
    in_flight.save()
    assert engines.load(key) == {"number": 2}


@on_those_that_extend
@pytest.mark.parametrize("expiry", [0, 3600, datetime(2100, 1, 1, tzinfo=UTC)])
def test_a_raised_expiry_is_what_a_save_would_give(engine, expiry):
    key = saved(expiry=expiry)
    with later(minutes=30):
        session = engines.store_class()(key)
        session.load()
        assert engines.extend(key) == session.get_expiry_date()


@pytest.mark.parametrize(
    "engine",
    [
        ENGINES["signed_cookies"]["SESSION_ENGINE"],
        "tests.site.third_party.dictionary",
        "tests.site.third_party.overriding",
    ],
    indirect=True,
)
def test_what_cannot_be_raised_without_writing_is_left_alone(engine):
    assert engines.extend(saved(number=1)) is None


@on_those_that_list
def test_everything_that_is_held_is_listed_in_pages(engine, tmp_path, monkeypatch):
    monkeypatch.setattr(engines.store_class(), "_storage_path", str(tmp_path), raising=False)
    with later(seconds=0):
        expiry = timezone.now() + timedelta(days=14)
        keys = {saved(number=number): number for number in range(5)}
        saved(expiry=timezone.now() + timedelta(minutes=30))
    with later(hours=1):
        pages = list(engines.each(2))
    held = [each for page in pages for each in page]
    assert max(map(len, pages)) == 2
    assert {session.session_key: session["number"] for session, _ in held} == keys
    if engine != ENGINES["file"]["SESSION_ENGINE"]:  # its files are of the real time
        assert {expires for _, expires in held} == {expiry}


@pytest.mark.parametrize("engine", [ENGINES["file"]["SESSION_ENGINE"]], indirect=True)
def test_a_listed_file_expires_by_when_it_was_saved(engine, tmp_path, monkeypatch):
    monkeypatch.setattr(engines.store_class(), "_storage_path", str(tmp_path), raising=False)
    saved(number=1)
    (tmp_path / "sessionid_not a key!").write_text("left by somebody")
    (tmp_path / "another file").write_text("left by somebody")
    (((_, expires),),) = engines.each(10)
    saved_at = datetime.fromtimestamp(next(tmp_path.glob("sessionid????*")).stat().st_mtime, UTC)
    assert timedelta(days=13) < expires - saved_at < timedelta(days=15)


@pytest.mark.parametrize(
    "engine",
    [
        *(ENGINES[name]["SESSION_ENGINE"] for name in ("cache", "signed_cookies")),
        "tests.site.third_party.dictionary",
        "tests.site.third_party.overriding",
    ],
    indirect=True,
)
def test_an_engine_that_cannot_list_says_so(engine):
    with pytest.raises(CannotList, match=engine):
        engines.each(2)


@pytest.mark.parametrize(
    "engine",
    [ENGINES[name]["SESSION_ENGINE"] for name in ("db", "cached_db", "file", "signed_cookies")],
    indirect=True,
)
def test_an_engine_that_can_be_read_answers(engine):
    saved(number=1)
    engines.check_answers()


@pytest.mark.parametrize("engine", [ENGINES["file"]["SESSION_ENGINE"]], indirect=True)
def test_files_that_cannot_be_read_are_not_taken_for_none(engine, tmp_path, monkeypatch):
    monkeypatch.setattr(engines.store_class(), "_storage_path", str(tmp_path), raising=False)
    engines.check_answers()
    (tmp_path / "sessionid0").mkdir()  # that even root cannot open
    with pytest.raises(EngineDoesNotAnswer):
        engines.check_answers()
    monkeypatch.setattr(engines.store_class(), "_storage_path", str(tmp_path / "not mounted"))
    with pytest.raises(EngineDoesNotAnswer):
        engines.check_answers()
