"""The values that a session's fields choose from."""

from typing import Any

import pytest

from sessions_api.models import EndReason, Kind, Session


@pytest.mark.parametrize("choices", [Kind, EndReason])
def test_every_choice_fits_its_column(choices):
    field: Any = Session._meta.get_field("kind" if choices is Kind else "end_reason")
    assert max(len(value) for value in choices.values) <= field.max_length
    assert set(field.choices) >= set(choices.choices)
