"""Django's signals, passed on to the life cycle."""

from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model, user_logged_in, user_logged_out
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Q
from django.db.models.signals import post_delete, post_save

from sessions_api import accounts, lifecycle, validity
from sessions_api import visit as visits
from sessions_api.exceptions import SessionLimitReached
from sessions_api.models import EndReason, Session


def connect() -> None:
    """Connect every receiver. Calling it again changes nothing."""
    user_logged_in.connect(on_login, dispatch_uid="sessions_api.login")
    user_logged_out.connect(on_logout, dispatch_uid="sessions_api.logout")
    post_delete.connect(on_delete, sender=Session, dispatch_uid="sessions_api.delete")
    for model in apps.get_models():
        if issubclass(model, get_user_model()):
            post_save.connect(on_user_saved, sender=model, dispatch_uid="sessions_api.user_saved")


def on_login(*, request: Any, user: Any, **kwargs: Any) -> None:
    """Start a row, unless it is not this request's session that was signed in.

    Others send the signal for tokens of theirs (docs/life-cycle.md, 28).
    """
    session, visit = getattr(request, "session", None), visits.of(request)
    if session is None or validity.user_id(session) != user.pk or not _has_signed_in(request):
        return
    if visit is not None and visit.issued:
        return
    if visit is not None and session is not visit.session:
        visit = None  # a session that no response carries, as allauth's are for apps
    superseded = _superseded(session, visit, user)
    if visit is not None and visit.started is not None:
        lifecycle.discard(visit.started)
        superseded = visit.superseded
    presented_key = visit.key if visit is not None else None
    if (
        session.session_key is None
        or session.session_key == presented_key
        or visits.session_id(session) is not None
    ):
        # A new key at every authentication (ASVS 7.2.4): Django keeps it when the same user signs
        # in again, and has none yet when another user does.
        session.cycle_key()
    try:
        started = lifecycle.start(request, user, superseded=superseded)
    except SessionLimitReached:
        _sign_out(request)
        raise
    if visit is None:
        lifecycle.bind(started, session)
        if superseded:
            lifecycle.end_many(Session.objects.filter(superseded), reason=EndReason.REPLACED)
    else:
        visit.started, visit.superseded, visit.refused = started, superseded, False


def on_logout(*, request: Any, user: Any, **kwargs: Any) -> None:
    """End the row of the session that is about to be flushed, or of the request's token."""
    session, visit = getattr(request, "session", None), visits.of(request)
    if visit is not None and session is visit.session:
        visit.logged_out = visit.token is None or visit.refusal is not None
        token = None if visit.relayed else visit.token
        if token is not None and user is not None and user.pk == token.user_id:
            lifecycle.end(token, by=user, reason=EndReason.LOGOUT)
        return
    if session is not None and user is not None and (session_id := visits.session_id(session)):
        sessions = Session.objects.for_user(user).filter(pk=session_id)
        lifecycle.end_many(sessions, reason=EndReason.LOGOUT)


def on_user_saved(
    *, instance: Any, created: bool, update_fields: frozenset[str] | None, **kwargs: Any
) -> None:
    """End every session of an account that is saved as deactivated (ASVS 7.4.2)."""
    if created or not accounts.is_deactivated(instance):
        return
    is_stored = "is_active" in {field.name for field in instance._meta.concrete_fields}
    if update_fields is None or "is_active" in update_fields or not is_stored:
        lifecycle.end_all(instance, reason=EndReason.DEACTIVATED)


def on_delete(*, instance: Session, using: str, **kwargs: Any) -> None:
    """End the engine session of a deleted row, together with the others of its transaction."""
    if not instance.sealed_key:
        return
    connection = transaction.get_connection(using)
    waiting = connection.run_on_commit[-1:]
    if waiting:
        savepoints, callback, _ = waiting[0]
        if isinstance(callback, _EndDeleted) and savepoints == set(connection.savepoint_ids):
            callback.sealed_keys.append(instance.sealed_key)
            return
    transaction.on_commit(_EndDeleted(instance.sealed_key), using=using, robust=True)


def _has_signed_in(request: Any) -> bool:
    """Tell whether ``login()`` has just run: it writes the session, and has a new CSRF token sent.

    A view that issues a token may have written the session, too.
    """
    return bool(request.session.modified and request.META.get("CSRF_COOKIE_NEEDS_UPDATE"))


def _superseded(session: Any, visit: visits.Visit | None, user: Any) -> Q:
    """Return which sessions a login takes the place of: the payload's, and the cookie's."""
    superseded = Q()
    if session_id := visits.session_id(session):
        superseded |= Q(pk=session_id, user_id=user.pk)
    if visit is not None and (presented := lifecycle.presented_by(visit.key)):
        superseded |= presented
    return superseded


def _sign_out(request: Any) -> None:
    """Undo a refused login, so that the next request is anonymous (docs/life-cycle.md, 36)."""
    request.session.flush()
    anonymous = AnonymousUser()

    async def auser() -> AnonymousUser:
        return anonymous

    request.user, request.auser = anonymous, auser


class _EndDeleted:
    """Ends the engine sessions of the rows that one transaction deletes, in one batch."""

    def __init__(self, sealed_key: str) -> None:
        self.sealed_keys = [sealed_key]
        self.__qualname__ = type(self).__qualname__  # by which Django 5.2 logs what fails

    def __call__(self) -> None:
        lifecycle.end_deleted(self.sealed_keys)
