"""The user whom a command is told by name."""

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import router


def user_named(name: str, *, option: str = "") -> AbstractBaseUser:
    """Return the user of a user name, whatever managers leave out. Raises CommandError for nobody.

    ``option`` is where the name was given, such as "--user".
    """
    users = get_user_model()
    everybody = users._base_manager.using(router.db_for_write(users))
    try:
        return everybody.get(**{users.USERNAME_FIELD: name})
    except (users.DoesNotExist, ValueError, ValidationError):
        where = f"{option}: " if option else ""
        raise CommandError(
            f"{where}There is no user whose {users.USERNAME_FIELD} is {name!a}."
        ) from None
