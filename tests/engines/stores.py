"""The engines that tests store sessions on, by what they can do."""

import pytest

from sessions_api import engines
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
    store = engines.store_class()()
    store.update(payload)
    if expiry is not None:
        store.set_expiry(expiry)
    store.save()
    return store.session_key
