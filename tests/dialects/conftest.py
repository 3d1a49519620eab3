"""What every test of a dialect begins with."""

import pytest
from django.core.cache import cache

from sessions_api import activity


@pytest.fixture(autouse=True)
def nothing_remembered():
    activity.clear()
    cache.clear()
