"""Users' e-mail addresses as django-allauth keeps them. Django itself does not know which are verified."""

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

from django.apps import apps

from sessions_api.users import Key


class Address(NamedTuple):
    """One e-mail address of a user."""

    pk: int
    email: str
    is_verified: bool


def addresses_of(user_ids: Collection[Key]) -> dict[Key, list[Address]]:
    """Return the addresses of users by their primary keys. One query; none without allauth."""
    found: dict[Key, list[Address]] = defaultdict(list)
    if user_ids and apps.is_installed("allauth.account"):
        model = apps.get_app_config("account").get_model("EmailAddress")
        kept = model._base_manager.filter(user_id__in=user_ids).order_by("-primary", "pk")
        for user_id, *address in kept.values_list("user_id", "pk", "email", "verified"):
            found[user_id].append(Address(*address))
    return found


def is_verified(user_id: Key, email: str) -> bool:
    """Tell whether a user has proved that an address is theirs, as far as allauth knows. One query."""
    return any(
        address.is_verified and address.email.casefold() == email.casefold()
        for address in addresses_of([user_id]).get(user_id, [])
    )
