"""What the admin's tests share."""

import pytest

from tests.helpers import browser_of, staff_with


@pytest.fixture
def staff():
    """Return a staff user who may see users and sessions, and end sessions."""
    return staff_with("view_user", "view_session", "end_session", username="the-staff")


@pytest.fixture
def staff_browser(staff):
    """Return that user's browser."""
    return browser_of(staff)
