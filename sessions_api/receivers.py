"""Django's signals, passed on to whoever acts on them."""

from django.apps import apps
from django.contrib.auth import get_user_model, user_logged_in, user_logged_out
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.signals import setting_changed
from django.db.models.signals import post_delete, post_migrate, post_save, pre_save
from django.http import HttpRequest

from sessions_api import acts, client, conf, credentials, engines, payload, recent, users
from sessions_api.lifecycle import canary, devices, ending
from sessions_api.models import Session
from sessions_api.tracking import login, logout


def connect_first() -> None:
    """Connect what has to run before ``last_login`` is written anew."""
    user_logged_in.connect(users.note_last_login)


def connect() -> None:
    """Connect every receiver. Calling it again changes nothing: Django knows each function again."""
    user_logged_in.connect(on_login)
    user_logged_out.connect(on_logout)
    post_delete.connect(on_delete, sender=Session)
    setting_changed.connect(on_changed_settings)
    post_migrate.connect(on_migrated)
    for model in apps.get_models():
        if issubclass(model, get_user_model()):
            post_save.connect(on_user_saved, sender=model)
            pre_save.connect(before_user_is_saved, sender=model)


def on_login(*, request: HttpRequest | None, user: AbstractBaseUser, **kwargs: object) -> None:
    login.begin(request, user)


def on_logout(
    *, request: HttpRequest | None, user: AbstractBaseUser | None, **kwargs: object
) -> None:
    logout.begin(request, user)


def on_changed_settings(**kwargs: object) -> None:
    conf.forget()
    credentials.forget()
    engines.forget()
    client.forget_header()
    payload.forget_flag()
    canary.forget()


def on_migrated(**kwargs: object) -> None:
    recent.clear()  # the tables may be new, as between two tests


def on_delete(*, instance: Session, using: str, **kwargs: object) -> None:
    ending.end_deleted(instance, using=using)


def on_user_saved(
    *,
    instance: AbstractBaseUser,
    created: bool,
    update_fields: frozenset[str] | None,
    **kwargs: object,
) -> None:
    if created:
        return
    ending.end_all_if_deactivated(instance, update_fields=update_fields)
    # Django keeps the new password here until it is saved.
    if getattr(instance, "_password", None) is not None:
        acts.note_new_password(instance)


def before_user_is_saved(
    *, instance: AbstractBaseUser, update_fields: frozenset[str] | None, **kwargs: object
) -> None:
    # Django has checked the password, and hashes it anew.
    is_rehashed = (
        update_fields == frozenset({"password"}) and vars(instance).get("_password", "") is None
    )
    if is_rehashed and devices.are_noted():
        devices.keep_all(instance)
