"""Settings of a test site with nothing installed that can be left out."""

from tests.settings import *  # noqa: F403

OPTIONAL = {"django.contrib.admin", "django.contrib.messages", "drf_spectacular"}
INSTALLED_APPS = [app for app in INSTALLED_APPS if app not in OPTIONAL]  # noqa: F405
MIDDLEWARE = [name for name in MIDDLEWARE if "messages" not in name]  # noqa: F405
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.contrib.auth.context_processors.auth"]},
    }
]
