"""The site of the tests of pages: it has mounted them."""

import pytest


@pytest.fixture(autouse=True)
def mounted(settings, db):
    """Have the test site show the pages."""
    settings.ROOT_URLCONF = "tests.site.urls_with_pages"
