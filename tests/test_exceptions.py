"""What the errors of this app say."""

import pytest

from sessions_api.exceptions import CannotExtend, SessionLimitReached


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (1, "You are already signed in 1 time, which is the limit. End that session before"),
        (2, "You are already signed in 2 times, which is the limit. End one of those sessions"),
    ],
)
def test_a_refusal_by_the_limit_counts(limit, words):
    error = SessionLimitReached(limit)
    assert str(error).startswith(words)
    assert error.limit == limit


def test_why_a_session_cannot_be_extended_is_part_of_the_error():
    error = CannotExtend(CannotExtend.FIXED_DATE)
    assert error.why == CannotExtend.FIXED_DATE
    assert str(error) == "This session ends at a fixed date."
