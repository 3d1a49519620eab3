"""Who asks the API."""

import pytest

from tests.api.endpoints import People


@pytest.fixture
def people(transactional_db):
    """Return those whose sessions are at stake, and those who come for them."""
    return People()


@pytest.fixture
def set_rates(settings):
    """Return what gives the site rates of its own."""

    def set_rates(**rates):
        named = {f"sessions_api_{scope}": rate for scope, rate in rates.items()}
        others = getattr(settings, "REST_FRAMEWORK", {})
        settings.REST_FRAMEWORK = {**others, "DEFAULT_THROTTLE_RATES": named}

    return set_rates


@pytest.fixture
def from_anywhere(set_rates):
    """Have no IP address count, as for somebody who has thousands."""
    set_rates(ip_address=None)
