"""Settings of the site that tests break. FAULTS_SETTINGS, in JSON, is laid over what stands here.

With ``IS_PLAIN`` the same site has no sessions_api: what it answers is what plain Django answers.
"""

import json
import os
from typing import Any

GIVEN: dict[str, Any] = json.loads(os.environ["FAULTS_SETTINGS"])
IS_PLAIN: bool = GIVEN.pop("IS_PLAIN", False)

SECRET_KEY = "not-a-secret-this-is-a-site-to-break"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
USE_TZ = True
ROOT_URLCONF = "tests.faults.site.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

OURS = [] if IS_PLAIN else ["sessions_api"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "rest_framework",
    "django_filters",
    *OURS,
    "tests.faults.site",
]

MIDDLEWARE = [
    "tests.faults.site.middleware.WorkerMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    *(f"{app}.middleware.SessionsMiddleware" for app in OURS),
]

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_THROTTLE_RATES": {
        "sessions_api_user_name": None,
        "sessions_api_user": None,
        "sessions_api_ip_address": None,
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "counted": {"format": "[%(process)d] %(levelname)s %(name)s: %(message)s"},
    },
    "handlers": {"output": {"class": "logging.StreamHandler", "formatter": "counted"}},
    "loggers": {
        "django": {"handlers": ["output"], "level": "WARNING", "propagate": False},
        "sessions_api": {"handlers": ["output"], "level": "WARNING"},
        "faults": {"handlers": ["output"], "level": "INFO"},
    },
}

globals().update(GIVEN)
