"""Mistakes that a random life has to notice: each is made on purpose, in the code that it is about."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import Phase

from sessions_api import users, validity
from sessions_api.engines import loading
from sessions_api.lifecycle import canary, ends, updating
from sessions_api.tracking import logout, token
from tests.random_life.machine import live

STEPS = 3_000


def _what_fails_is_gone(keys: list[str], *_readers: object) -> dict[str, None]:
    return dict.fromkeys(keys)


def _batch_or_nothing(keys: list[str], read_many: Callable[..., Any], *_one: object) -> Any:
    try:
        return read_many(keys)
    except Exception:  # noqa: BLE001 (this is the mistake)
        return _what_fails_is_gone(keys)


MISTAKES: dict[str, tuple[str, object, str, object]] = {
    "a batch that fails is taken for gone": ("cache", loading, "_together", _batch_or_nothing),
    "the engine session of an end is kept": (
        "db",
        ends,
        "delete_engine_sessions",
        lambda sealed_keys: set(),
    ),
    "no canary is looked for": ("cache", canary, "check", lambda: ""),
    "users are read from a replica": ("db", users, "_on_primary", lambda manager: manager.all()),
    "a new key is not written": ("file", updating, "rebind", lambda *args, **kwargs: True),
    "a changed password is overlooked": ("db", validity, "verifies", lambda *args: True),
    "a deadline is overlooked": ("signed_cookies", validity, "end_by_deadline", lambda *args: None),
    "a token is always good": ("db", token, "judge", lambda session: validity.ACTIVE),
    "a sign-out is not written": ("signed_cookies", logout, "_write", lambda presented: True),
}


@pytest.mark.django_db(transaction=True, databases=["default", "replica"])
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_random_life_notices_that(mistake, monkeypatch):
    engine, owner, name, wrong = MISTAKES[mistake]
    monkeypatch.setattr(owner, name, wrong)
    with pytest.raises(Exception):  # noqa: B017, PT011 (whatever it is that is not true)
        live(engine, steps=STEPS, phases=[Phase.generate])
