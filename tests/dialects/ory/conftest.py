"""Who calls, and who is told of it."""

import pytest

from tests.dialects.callers import Browser
from tests.dialects.ory.clients import TokenClient


@pytest.fixture(params=[Browser, TokenClient], ids=["cookie", "token"])
def sign_in(request):
    """Return how a user signs in: in a browser, and with a client that has a token."""
    return request.param
