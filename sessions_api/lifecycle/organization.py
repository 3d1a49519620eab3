"""The organization that a sign-in is for."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.module_loading import import_string

from sessions_api.conf import conf
from sessions_api.models import MAX_NAME


def organization_of(user: AbstractBaseUser, request: HttpRequest | None) -> str:
    """Return what the site's ORGANIZATION says of a sign-in, or ""."""
    if conf.ORGANIZATION is None:
        return ""
    return str(import_string(conf.ORGANIZATION)(request, user) or "")[:MAX_NAME]
