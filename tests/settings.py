"""Settings of the test site. ``TEST_DATABASE`` chooses SQLite, PostgreSQL or MariaDB."""

import atexit
import os
import shutil
import tempfile

import django

DATABASE = os.environ.get("TEST_DATABASE", "sqlite")
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))

SECRET_KEY = "not-a-secret-this-is-the-test-site"
DEBUG = False
ALLOWED_HOSTS = ["*"]
USE_TZ = True
ROOT_URLCONF = "tests.site.urls"
STATIC_URL = "static/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DATABASES = {
    "sqlite": {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    "postgresql": {
        "default": {
            "ENGINE": "tests.site.postgresql",
            "NAME": "sessions_api",
            "HOST": os.environ.get("PGHOST", "127.0.0.1"),
            "USER": os.environ.get("PGUSER", "postgres"),
            "PASSWORD": os.environ.get("PGPASSWORD", ""),
        }
    },
    "mariadb": {
        "default": {
            "ENGINE": "django.db.backends.mysql",
            "NAME": "sessions_api",
            "HOST": os.environ.get("MYSQL_HOST", "127.0.0.1"),
            "USER": os.environ.get("MYSQL_USER", "root"),
            "PASSWORD": os.environ.get("MYSQL_PASSWORD", ""),
            "OPTIONS": {"charset": "utf8mb4"},
            "TEST": {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_unicode_ci"},
        }
    },
}[DATABASE]
FIRST_REDIS = {"sqlite": 0, "postgresql": 5, "mariadb": 10}[DATABASE]

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    **(
        {
            "redis": {
                "BACKEND": "tests.site.redis_cache.ClockedRedisCache",
                # A database for each process of a run: tests empty theirs.
                "LOCATION": f"{os.environ['TEST_REDIS']}/{FIRST_REDIS + WORKER}",
                "OPTIONS": {"pool_class": "tests.site.redis_pool.Pool"},
            }
        }
        if "TEST_REDIS" in os.environ
        else {}
    ),
}

SESSION_FILE_PATH = tempfile.mkdtemp(prefix="sessions-api-tests-")
atexit.register(shutil.rmtree, SESSION_FILE_PATH, ignore_errors=True)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "sessions_api",
    "tests.site",
]

MIDDLEWARE = [
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "sessions_api.middleware.SessionsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

if django.VERSION >= (6, 1):
    MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

SESSIONS_API: dict[str, object] = {"TOKEN_SIGN_IN": "sessions_api.sign_in.password"}
