"""Whom a name means at a sign-in, whatever the site's login takes for one."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import router

from sessions_api import users
from sessions_api.users import Key

MOST_OF_ONE_ADDRESS = 10
_BETWEEN_DIGITS = str.maketrans("", "", " -")


def keys_named(text: str) -> set[Key]:
    """Return the primary keys of those whom a text may mean: see ``users.keys_named``.

    With allauth it is also whoever has it among their e-mail addresses, or as telephone number.
    """
    keys = users.keys_named(text)
    if apps.is_installed("allauth.account"):
        for name in users.spellings(text):
            keys |= {*_with_address(name), *_with_phone(name)}
    return keys


def _with_address(text: str) -> Iterator[Key]:
    from allauth.account.models import EmailAddress

    # On the primary, and also where it is not verified: allauth may take that.
    addresses = EmailAddress._base_manager.using(router.db_for_write(EmailAddress))
    with users.no_such_text():
        owners = addresses.filter(email=text.lower()).order_by("-verified", "pk")
        yield from owners.values_list("user_id", flat=True)[:MOST_OF_ONE_ADDRESS]


def _with_phone(text: str) -> Iterator[Key]:
    from allauth.account import app_settings
    from allauth.account.adapter import get_adapter

    if "phone" not in app_settings.LOGIN_METHODS:
        return
    adapter: Any = get_adapter()
    # A single method is cleaned by its field. Of several, one that looks like a number is stripped.
    numbers = {text, text.translate(_BETWEEN_DIGITS)}
    with suppress(ValidationError, *users.NO_SUCH_TEXT):
        numbers.add(adapter.phone_form_field(required=True).clean(text))
    for number in numbers:
        with users.no_such_text():
            owner = adapter.get_user_by_phone(number)
            if owner is not None:
                yield owner.pk
