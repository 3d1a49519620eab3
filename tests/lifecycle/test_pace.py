"""How fast work on the whole table goes."""

import pytest

from sessions_api.lifecycle.pace import FULL_SPEED, SECONDS, SMALLEST, Pace


def test_after_a_batch_the_database_has_as_long_for_the_site():
    assert Pace().pause(2_000, seconds=0.25) == 0.25


def test_a_batch_is_as_large_as_can_be_done_in_a_moment():
    pace = Pace()
    assert pace.size(2_000) == 2_000
    pace.pause(2_000, seconds=1)
    assert pace.size(2_000) == 2_000 * SECONDS
    pace.pause(200, seconds=0.001)
    assert pace.size(2_000) == 2_000


def test_a_database_that_is_slow_still_gets_more_than_a_row_at_a_time():
    pace = Pace()
    pace.pause(2_000, seconds=1_000)
    assert pace.size(2_000) == SMALLEST


@pytest.mark.parametrize(("rate", "size"), [(1_000, 100), (10, 1), (0.5, 1), (10**6, 2_000)])
def test_with_a_rate_a_batch_is_no_larger_than_the_rate_has_in_a_moment(rate, size):
    assert Pace(rate).size(2_000) == size


@pytest.mark.parametrize(
    ("rows", "seconds", "pause"),
    [(100, 0.01, 0.09), (100, 0.04, 0.06), (100, 0.07, 0.07), (100, 2, 2)],
)
def test_with_a_rate_a_pause_makes_up_for_what_was_too_fast(rows, seconds, pause):
    assert Pace(1_000).pause(rows, seconds) == pytest.approx(pause)


def test_at_full_speed_batches_are_large_and_nothing_waits():
    assert FULL_SPEED.pause(2_000, seconds=10) == 0
    assert FULL_SPEED.size(2_000) == 2_000
