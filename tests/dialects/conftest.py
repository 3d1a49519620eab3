"""What every test of a dialect begins with."""

import pytest
from django.core.cache import cache

from sessions_api import recent


@pytest.fixture(autouse=True)
def nothing_remembered():
    recent.clear()
    cache.clear()
