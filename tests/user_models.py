"""User models that differ from Django's own: in the primary key, or in whom they show."""

from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import UserManager
from django.db import models
from django.test import override_settings


@contextmanager
def users_keyed_by(key, **content):
    """Have the site's users be of a model with this field as primary key, and no table.

    With ``content``, which is what else the class has, its table is that of Django's own users.
    """
    options = {"app_label": "site", "managed": False}
    meta = type("Meta", (), options | ({"db_table": "auth_user"} if content else {}))
    content |= {"__module__": __name__, "key": key, "Meta": meta}
    model: Any = type("KeyedUser", (models.Model,), content)
    try:
        with override_settings(AUTH_USER_MODEL=model._meta.label):
            yield model
    finally:
        del apps.all_models["site"]["keyeduser"]
        apps.clear_cache()


@contextmanager
def hiding(username):
    """Have the default manager of users leave one out, as if they were deleted."""

    class Manager(UserManager[Any]):
        def get_queryset(self):
            return super().get_queryset().exclude(username=username)

    manager = Manager()
    manager.model = get_user_model()
    with patch.dict(vars(get_user_model()._meta), default_manager=manager):
        yield
