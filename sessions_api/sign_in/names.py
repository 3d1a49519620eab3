"""Whom a name may mean at a sign-in, so that attempts are counted for them."""

from collections.abc import Iterator

from django.apps import apps
from django.db import router

from sessions_api import users
from sessions_api.users import Key

_MOST = 10
_BETWEEN_DIGITS = str.maketrans("", "", " -")


def keys_named(text: str) -> set[Key]:
    """Return the primary keys of those whom a text may mean: as Django finds them, and as allauth does.

    allauth's users may have further e-mail addresses, and a telephone number.
    """
    found = users.keys_named(text)
    if text and apps.is_installed("allauth.account"):
        found |= {*_with_address(text), *_with_phone(text)}
    return found


def _with_address(text: str) -> Iterator[Key]:
    from allauth.account.models import EmailAddress

    addresses = EmailAddress._base_manager.using(router.db_for_write(EmailAddress))
    with users.no_such_text():
        owners = addresses.filter(email__iexact=text.strip()).order_by("pk")
        yield from owners.values_list("user_id", flat=True)[:_MOST]


def _with_phone(text: str) -> Iterator[Key]:
    from allauth.account import app_settings
    from allauth.account.adapter import get_adapter

    if app_settings.LoginMethod.PHONE not in app_settings.LOGIN_METHODS:
        return
    with users.no_such_text():
        # As its form writes it.
        user = get_adapter().get_user_by_phone(text.translate(_BETWEEN_DIGITS))
        if user is not None:
            yield user.pk
