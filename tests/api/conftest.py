"""Who asks the API."""

import pytest

from tests.api.endpoints import People


@pytest.fixture
def people(transactional_db):
    """Return those whose sessions are at stake, and those who come for them."""
    return People()
