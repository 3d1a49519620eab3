"""What a process remembers of the sessions it has looked up."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest

from sessions_api import recent
from sessions_api.models import Session
from sessions_api.recent import Memory, Recent
from tests.helpers import later, returning_browser

NOW = 1_800_000_000.0
INTERVAL = 60

SEEN = Recent(
    checked=NOW,
    used=NOW,
    expires=NOW + 1_209_600,
    ends_with_browser=False,
    client=0,
    client_changed=0,
    fingerprint=0,
    assurance=0,
    auth=0,
    proved=NOW,
    deadline=NOW + 3600,
)


@pytest.fixture
def memory():
    return Memory(room=100)


@pytest.fixture
def small_memory():
    return Memory(room=2)


def kept(memory, names):
    return [name for name in names if memory.get(name) is not None]


def test_what_is_remembered_is_recalled(memory):
    other = SEEN._replace(used=NOW + 1)
    memory.put("a", SEEN)
    memory.put("b", other)
    assert memory.get("a") == SEEN
    assert memory.get("b") == other


def test_nothing_is_recalled_of_an_unknown_session(memory):
    assert memory.get("a") is None


def test_what_is_remembered_again_replaces_what_was(memory):
    memory.put("a", SEEN)
    later = SEEN._replace(checked=NOW + 60)
    memory.put("a", later)
    assert memory.get("a") == later


def test_a_forgotten_session_is_not_recalled_and_the_others_are(memory):
    memory.put("a", SEEN)
    memory.put("b", SEEN)
    memory.drop("a")
    assert kept(memory, "ab") == ["b"]


def test_an_unknown_session_may_be_forgotten(memory):
    memory.put("a", SEEN)
    memory.drop("b")
    assert kept(memory, "a") == ["a"]


def test_clear_forgets_everything(memory):
    memory.put("a", SEEN)
    memory.put("b", SEEN)
    memory.clear()
    assert kept(memory, "ab") == []


def test_what_is_remembered_does_not_change_under_its_readers():
    with pytest.raises(AttributeError):
        SEEN.used = NOW + 1  # type: ignore[misc]  # that is the point


@pytest.mark.parametrize(
    ("after", "is_due"),
    [(0, False), (INTERVAL - 0.001, False), (INTERVAL, True), (INTERVAL + 1, True)],
)
def test_check_and_touch_are_due_when_the_interval_has_passed(after, is_due):
    assert SEEN.check_is_due(NOW + after) is is_due
    assert SEEN.touch_is_due(NOW + after) is is_due


@pytest.mark.parametrize(
    ("after", "is_due"), [(-1, True), (0, False), (INTERVAL - 0.001, False), (INTERVAL, True)]
)
def test_another_client_is_noted_again_when_the_interval_has_passed(after, is_due):
    seen = SEEN._replace(client_changed=NOW)
    assert seen.client_change_is_due(NOW + after) is is_due


def test_the_interval_is_the_setting_of_the_moment(settings):
    settings.SESSIONS_API = {"TOUCH_INTERVAL": 5}
    assert not SEEN.check_is_due(NOW + 4.9)
    assert SEEN.check_is_due(NOW + 5)
    assert SEEN.touch_is_due(NOW + 5)
    settings.SESSIONS_API = {"TOUCH_INTERVAL": 6}
    assert not SEEN.check_is_due(NOW + 5)
    assert not SEEN.touch_is_due(NOW + 5)


@pytest.mark.parametrize("back", [0.001, 1, 3600])
def test_check_and_touch_are_due_when_the_clock_was_set_back(back):
    assert SEEN.check_is_due(NOW - back)
    assert SEEN.touch_is_due(NOW - back)


@pytest.mark.parametrize(("after", "is_due"), [(9.999, False), (10, True), (11, True)])
def test_check_is_due_from_the_deadline_on_however_recent_the_last_one(after, is_due):
    seen = SEEN._replace(deadline=NOW + 10)
    assert seen.check_is_due(NOW + after) is is_due
    assert not seen.touch_is_due(NOW + after)


def test_check_counts_from_the_last_check_and_touch_from_the_last_use():
    checked_lately = SEEN._replace(used=NOW - INTERVAL)
    assert not checked_lately.check_is_due(NOW)
    assert checked_lately.touch_is_due(NOW)
    used_lately = SEEN._replace(checked=NOW - INTERVAL)
    assert used_lately.check_is_due(NOW)
    assert not used_lately.touch_is_due(NOW)


def test_those_that_were_found_longest_ago_make_room(small_memory):
    for name in "abcde":
        small_memory.put(name, SEEN)
    assert kept(small_memory, "abcde") == ["c", "d", "e"]


def test_a_session_found_again_stays_and_one_that_is_only_recalled_goes(small_memory):
    for name in "abc":
        small_memory.put(name, SEEN)
    small_memory.put("a", SEEN)
    small_memory.get("b")
    for name in "de":
        small_memory.put(name, SEEN)
    assert kept(small_memory, "abcde") == ["a", "c", "d", "e"]


def test_a_full_memory_takes_what_it_already_knows_without_loss(small_memory):
    for name in "abababab":
        small_memory.put(name, SEEN)
    assert kept(small_memory, "ab") == ["a", "b"]


@pytest.mark.parametrize("name", Recent._fields)
def test_whatever_is_packed_is_unpacked(name):
    value: Any = True if name == "ends_with_browser" else -(2**40)
    seen = SEEN._replace(**{name: value})
    assert Recent.unpacked(seen.packed()) == seen


def test_the_memory_is_bounded_by_default():
    assert 1_000 <= recent.MAX_SESSIONS <= 1_000_000


def test_now_is_the_clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    assert recent.now() == NOW


def test_many_threads_remember_recall_and_forget_at_once(small_memory):
    threads = 8
    barrier = Barrier(threads)

    def use(seed):
        chance = random.Random(seed)  # noqa: S311 (no secret)
        barrier.wait(timeout=10)
        for _ in range(2_000):
            name = chance.choice("abcdefgh")
            verb = chance.choice("rrrcff")
            if verb == "r":
                small_memory.put(name, SEEN)
            elif verb == "c":
                assert small_memory.get(name) in (None, SEEN)
            else:
                small_memory.drop(name)
        if seed == 0:
            small_memory.clear()

    with ThreadPoolExecutor(threads) as pool:
        assert list(pool.map(use, range(threads))) == [None] * threads
    for name in "abc":
        small_memory.put(name, SEEN)
    assert {*"bc"} <= {*kept(small_memory, "abcdefgh")}
    assert len(kept(small_memory, "abcdefgh")) <= 4


@pytest.mark.django_db
@pytest.mark.parametrize("is_known", [True, False])
def test_a_row_that_could_not_be_read_is_not_asked_for_within_the_interval(alice, is_known):
    session = returning_browser(alice).session
    if not is_known:
        recent.clear()
    with later(minutes=10):
        recent.remember_unread(session)
    with later(minutes=10, seconds=59):
        assert recent.recall(session, recent.now()) is not None
    with later(minutes=10, seconds=61):
        assert recent.recall(session, recent.now()) is None


@pytest.mark.parametrize(("unwritten", "read", "counts"), [(5, 0, 5), (0, 5, 5), (None, 5, 5)])
def test_a_use_that_the_table_could_not_take_counts_unless_a_later_one_is_written(
    unwritten, read, counts
):
    moments = [datetime(2026, 3, 1, 12, minute, tzinfo=UTC) for minute in range(6)]
    row = Session(last_used=moments[read])
    recent.clear()
    if unwritten is not None:
        recent.remember_unwritten(row.pk, moments[unwritten])
    recent.add_unwritten(row)
    assert row.last_used == moments[counts]
    recent.clear()
