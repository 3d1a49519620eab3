"""What a payload says of itself, whatever code has put into it."""

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY

from sessions_api import credentials, payload


@pytest.mark.parametrize("value", [None, 5, [], {}, b"path"], ids=repr)
def test_what_is_no_text_is_no_backend_and_no_hash(value):
    content = {BACKEND_SESSION_KEY: value, HASH_SESSION_KEY: value}
    assert payload.backend(content) == ""
    assert payload.auth_digest(content) == b""


def test_text_is_taken_as_it_is():
    content = {BACKEND_SESSION_KEY: "a.b", HASH_SESSION_KEY: "hash"}
    assert payload.backend(content) == "a.b"
    assert payload.auth_digest(content) == credentials.digest("hash")
    assert payload.backend({}) == ""
    assert payload.auth_digest({}) == b""
