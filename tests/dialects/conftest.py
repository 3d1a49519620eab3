"""Who calls the dialects."""

import pytest

from tests.dialects.callers import TokenClient
from tests.helpers import staff_with


@pytest.fixture
def admin():
    """Return the client of a staff user with every permission, who is no superuser."""
    return TokenClient(staff_with("view_session", "change_session", "end_session"))


@pytest.fixture
def root():
    """Return a client of a superuser's, who may call every path."""
    return TokenClient(staff_with(is_superuser=True))
