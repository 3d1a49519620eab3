"""The engines that tests store sessions on, by what they can do."""

import pytest

from sessions_api import engines
from sessions_api.engines import store
from tests.helpers import ENGINES

HOLDING = [*(name for name in ENGINES if name != "signed_cookies"), "dictionary", "subclassed"]
"""The engines that hold their sessions on the server."""
EXTENDING = [name for name in HOLDING if name != "dictionary"]
LISTING = ["db", "cached_db", "file", "subclassed"]

on_each = pytest.mark.parametrize("engine", HOLDING, indirect=True)
on_those_that_extend = pytest.mark.parametrize("engine", EXTENDING, indirect=True)
on_those_that_list = pytest.mark.parametrize("engine", LISTING, indirect=True)


def saved(expiry=None, **payload):
    """Save a session with this payload, and return its key."""
    session = engines.store_class()()
    session.update(payload)
    if expiry is not None:
        session.set_expiry(expiry)
    session.save()
    return session.session_key


def use_subclass(monkeypatch, **methods):
    """Keep sessions as the site's engine does, but for some methods. Returns the engine's class."""
    djangos = engines.store_class()
    subclass = type("SessionStore", (djangos,), methods)
    monkeypatch.setattr(store, "_store_class", lambda engine: subclass)
    return djangos
