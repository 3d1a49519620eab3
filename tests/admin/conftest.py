"""What the admin's tests share."""

import pytest


@pytest.fixture
def executed(django_capture_on_commit_callbacks):
    """Return a context whose transactions are committed, as far as on_commit() goes."""
    return lambda: django_capture_on_commit_callbacks(execute=True)
