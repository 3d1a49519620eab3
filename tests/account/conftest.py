"""The site of the tests of pages: it has mounted them."""

import pytest


@pytest.fixture(autouse=True)
def mounted(settings, db):
    """Have the test site show the pages."""
    settings.ROOT_URLCONF = "tests.site.urls_with_pages"


@pytest.fixture
def has_messages(settings):
    """Have the site tell users by Django's messages, as most do."""
    middleware = "django.contrib.messages.middleware.MessageMiddleware"
    processor = "django.contrib.messages.context_processors.messages"
    others = [each for each in settings.MIDDLEWARE if each != middleware]
    settings.MIDDLEWARE = [*others, middleware]
    (template,) = settings.TEMPLATES
    options = template["OPTIONS"]
    processors = [each for each in options["context_processors"] if each != processor]
    options = {**options, "context_processors": [*processors, processor]}
    settings.TEMPLATES = [{**template, "OPTIONS": options}]
