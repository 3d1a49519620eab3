"""What a process remembers of the sessions it has looked up."""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, replace
from threading import Barrier

import pytest

from sessions_api import activity
from sessions_api.activity import Sighting

NOW = 1_800_000_000.0
INTERVAL = 60

SIGHTING = Sighting(
    checked=NOW,
    used=NOW,
    expires=NOW + 1_209_600,
    ends_with_browser=False,
    client=0,
    assurance=0,
    deadline=NOW + 3600,
)


@pytest.fixture(autouse=True)
def _empty_memory():
    activity.clear()
    yield
    activity.clear()


@pytest.fixture
def room_for_three(monkeypatch):
    monkeypatch.setattr(activity, "MAX_SESSIONS", 3)


def remembered(*names):
    return [name for name in names if activity.recall(name) is not None]


def test_what_is_remembered_is_recalled():
    other = replace(SIGHTING, used=NOW + 1)
    activity.remember("a", SIGHTING)
    activity.remember("b", other)
    assert activity.recall("a") == SIGHTING
    assert activity.recall("b") == other


def test_nothing_is_recalled_of_an_unknown_session():
    assert activity.recall("a") is None


def test_what_is_remembered_again_replaces_what_was():
    activity.remember("a", SIGHTING)
    later = replace(SIGHTING, checked=NOW + 60)
    activity.remember("a", later)
    assert activity.recall("a") == later


def test_a_forgotten_session_is_not_recalled_and_the_others_are():
    activity.remember("a", SIGHTING)
    activity.remember("b", SIGHTING)
    activity.forget("a")
    assert remembered("a", "b") == ["b"]


def test_an_unknown_session_may_be_forgotten():
    activity.remember("a", SIGHTING)
    activity.forget("b")
    assert remembered("a") == ["a"]


def test_clear_forgets_everything():
    activity.remember("a", SIGHTING)
    activity.remember("b", SIGHTING)
    activity.clear()
    assert remembered("a", "b") == []


def test_a_sighting_does_not_change_under_its_readers():
    with pytest.raises(FrozenInstanceError):
        SIGHTING.used = NOW + 1  # type: ignore[misc]  # that is the point


@pytest.mark.parametrize(
    ("after", "is_due"),
    [(0, False), (INTERVAL - 0.001, False), (INTERVAL, True), (INTERVAL + 1, True)],
)
def test_check_and_touch_are_due_when_the_interval_has_passed(after, is_due):
    assert SIGHTING.check_is_due(NOW + after) is is_due
    assert SIGHTING.touch_is_due(NOW + after) is is_due


def test_the_interval_is_the_setting_of_the_moment(settings):
    settings.SESSIONS_API = {"TOUCH_INTERVAL": 5}
    assert not SIGHTING.check_is_due(NOW + 4.9)
    assert SIGHTING.check_is_due(NOW + 5)
    assert SIGHTING.touch_is_due(NOW + 5)
    settings.SESSIONS_API = {"TOUCH_INTERVAL": 6}
    assert not SIGHTING.check_is_due(NOW + 5)
    assert not SIGHTING.touch_is_due(NOW + 5)


@pytest.mark.parametrize("back", [0.001, 1, 3600])
def test_check_and_touch_are_due_when_the_clock_was_set_back(back):
    assert SIGHTING.check_is_due(NOW - back)
    assert SIGHTING.touch_is_due(NOW - back)


@pytest.mark.parametrize(("after", "is_due"), [(9.999, False), (10, True), (11, True)])
def test_check_is_due_from_the_deadline_on_however_recent_the_last_one(after, is_due):
    sighting = replace(SIGHTING, deadline=NOW + 10)
    assert sighting.check_is_due(NOW + after) is is_due
    assert not sighting.touch_is_due(NOW + after)


def test_check_counts_from_the_last_check_and_touch_from_the_last_use():
    checked_lately = replace(SIGHTING, used=NOW - INTERVAL)
    assert not checked_lately.check_is_due(NOW)
    assert checked_lately.touch_is_due(NOW)
    used_lately = replace(SIGHTING, checked=NOW - INTERVAL)
    assert used_lately.check_is_due(NOW)
    assert not used_lately.touch_is_due(NOW)


@pytest.mark.usefixtures("room_for_three")
def test_the_session_found_longest_ago_makes_room():
    for name in "abcde":
        activity.remember(name, SIGHTING)
    assert remembered(*"abcde") == ["c", "d", "e"]


@pytest.mark.usefixtures("room_for_three")
def test_a_session_found_again_stays_and_one_that_is_only_recalled_goes():
    for name in "abc":
        activity.remember(name, SIGHTING)
    activity.remember("a", SIGHTING)
    activity.recall("b")
    activity.remember("d", SIGHTING)
    assert remembered(*"abcd") == ["a", "c", "d"]


@pytest.mark.usefixtures("room_for_three")
def test_a_full_memory_takes_what_it_already_knows_without_loss():
    for name in "abcabcabc":
        activity.remember(name, SIGHTING)
    assert remembered(*"abc") == ["a", "b", "c"]


def test_the_memory_is_bounded_by_default():
    assert 1_000 <= activity.MAX_SESSIONS <= 1_000_000


def test_now_is_the_clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    assert activity.now() == NOW


@pytest.mark.usefixtures("room_for_three")
def test_many_threads_remember_recall_and_forget_at_once():
    threads = 8
    barrier = Barrier(threads)

    def use(seed):
        chance = random.Random(seed)  # noqa: S311 (no secret)
        barrier.wait(timeout=10)
        for _ in range(2_000):
            name = chance.choice("abcdefgh")
            verb = chance.choice("rrrcff")
            if verb == "r":
                activity.remember(name, SIGHTING)
            elif verb == "c":
                assert activity.recall(name) in (None, SIGHTING)
            else:
                activity.forget(name)
        if seed == 0:
            activity.clear()

    with ThreadPoolExecutor(threads) as pool:
        assert list(pool.map(use, range(threads))) == [None] * threads
    for name in "abc":
        activity.remember(name, SIGHTING)
    assert remembered(*"abcdefgh") == ["a", "b", "c"]
