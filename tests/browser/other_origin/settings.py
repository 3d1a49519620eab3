"""The example site, with what docs/frontends.md says to add for pages on another origin."""

import os

from corsheaders.defaults import default_headers

from example_project.settings import *  # noqa: F403 (the same site)
from example_project.settings import INSTALLED_APPS, MIDDLEWARE

FRONTEND = os.environ["FRONTEND"]

INSTALLED_APPS = [*INSTALLED_APPS, "corsheaders"]
MIDDLEWARE = ["corsheaders.middleware.CorsMiddleware", *MIDDLEWARE]
CORS_ALLOWED_ORIGINS = [FRONTEND]
CORS_ALLOW_HEADERS = [*default_headers, "x-session-token"]
CORS_ALLOW_CREDENTIALS = True
CSRF_TRUSTED_ORIGINS = [FRONTEND]
