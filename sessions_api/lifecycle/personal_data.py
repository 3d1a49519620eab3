"""The personal data of sessions: exported, erased, and cleared once it is no longer recorded."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connections, models, router
from django.utils import timezone

from sessions_api import engines
from sessions_api.conf import conf
from sessions_api.lifecycle import admin_log, ending, rows
from sessions_api.lifecycle.pace import FULL_SPEED, Pace
from sessions_api.models import Kind, Session, SessionQuerySet, networks

BATCH = 500
"""How many rows are read, changed and written at once."""

EXPORTED = (
    "id",
    "kind",
    "label",
    "user_agent",
    "last_user_agent",
    "device_type",
    "browser",
    "os",
    "device",
    "ip_address",
    "last_ip_address",
    "country",
    "location",
    "location_at_sign_in",
    "methods",
    "aal",
    "provider",
    "organization_id",
    "parent_id",
    "adopted",
    "ends_with_browser",
    "created_at",
    "updated_at",
    "authenticated_at",
    "last_used",
    "client_changed_at",
    "expires_at",
    "ended_at",
    "end_reason",
)
"""The fields that an export has. The others are secrets, or name other people."""

_IP_ADDRESSES = ("ip_address", "last_ip_address")
_NO_LOCATION = {"country": "", "location": "", "location_at_sign_in": None}
_NO_DEVICE = dict.fromkeys(
    ("user_agent", "last_user_agent", "device_type", "browser", "os", "device"), ""
)
_CLIENT = (*_IP_ADDRESSES, *_NO_LOCATION, *_NO_DEVICE)
_CLEARED = (*_CLIENT, "device_digest")


def export(user: AbstractBaseUser) -> dict[str, Any]:
    """Return what is stored of a user's sessions, and of those by which somebody acted as them.

    ``sessions`` are theirs, over or not, the oldest first: the EXPORTED fields by their names,
    ``is_impersonated`` (bool), and ``ended_by`` ("user", "somebody else" or None). Of a session by
    which somebody else acted as the user, client and place are None: they are that one's.
    ``acted_as`` are the sessions by which somebody else acted as them: when, and by what kind of
    session. Nobody else is named (GDPR, article 15, paragraph 4). Times are aware datetimes where
    USE_TZ is on.
    """
    own = Session.objects.on_primary().for_user(user).order_by("created_at", "pk")
    others = Session.objects.on_primary().filter(acting_as=user.pk).exclude(user_id=user.pk)
    seen = ("id", "kind", "created_at", "last_used", "ended_at")
    return {
        "user": str(user.pk),
        "exported_at": timezone.now(),
        "sessions": [_exported(session) for session in own.iterator()],
        "acted_as": list(others.order_by("created_at", "pk").values(*seen)),
    }


def _exported(session: Session) -> dict[str, Any]:
    fields: dict[str, Any] = {name: getattr(session, name) for name in EXPORTED}
    if session.is_impersonated:
        # Somebody else was at the other end.
        fields |= dict.fromkeys((*_CLIENT, "client_changed_at"))
    ended_by = None
    if session.ended_by_id is not None:
        ended_by = "user" if session.ended_by_id == session.user_id else "somebody else"
    return {**fields, "is_impersonated": session.is_impersonated, "ended_by": ended_by}


class Erased(NamedTuple):
    """What has become of the sessions of a user whose data are erased."""

    sessions: int
    """How many there were, over or not."""
    unfinished: int
    """How many of them the session engine could not delete. Their rows stay until it has."""


def erase(user: AbstractBaseUser, *, by: AbstractBaseUser | None = None) -> Erased:
    """End all sessions of a user, and erase what is stored of them.

    A row stays, with nothing in it but whose it is, since when, and when and why it ended, as long as
    it has to keep a session from coming back: while the engine has not deleted that, and on
    signed_cookies while a cookie could be adopted again. ``purge`` deletes it. The admin's log keeps
    that somebody has ended a session, and no longer whose and on which device. Inside a transaction
    of the caller's the sessions end with its commit. Sessions from before the installation that have
    no row yet are not known: ``adopt_sessions`` gives them theirs.
    """
    ending.end_all(user, by=by)
    own = Session.objects.on_primary().for_user(user)
    erased = Erased(0, 0)
    for pks in rows.batches(own, BATCH):
        batch = Session.objects.on_primary().filter(pk__in=pks)
        kept = list(batch.filter(_may_return()).values_list("pk", flat=True))
        batch.filter(pk__in=kept).update(**_nothing_personal())
        batch.exclude(pk__in=kept).delete()
        admin_log.forget(pks)
        unfinished = batch.unfinished().count()
        erased = Erased(erased.sessions + len(pks), erased.unfinished + unfinished)
    return erased


def _may_return() -> models.Q:
    """Return which ended sessions need their rows: without, a request could be admitted again."""
    is_transaction = connections[router.db_for_write(Session)].in_atomic_block
    # There no end has been tried yet. With the commit the engine deletes the sessions of lost rows.
    may_return = models.Q(pk__in=[]) if is_transaction else models.Q(end_is_pending=True)
    if engines.is_client_side():
        may_return |= models.Q(adopted=True, expires_at__gt=timezone.now())
    return may_return


def _nothing_personal() -> dict[str, Any]:
    return {
        **_NO_DEVICE,
        **_NO_LOCATION,
        **dict.fromkeys((*_IP_ADDRESSES, "aal", "authenticated_at", "client_changed_at")),
        "last_used": models.F("created_at"),
        "device_digest": b"",
        "device_auth_digest": b"",
        "label": "",
        "methods": "",
        "provider": "",
        "organization_id": "",
        "updated_at": timezone.now(),
    }


def unrecorded() -> SessionQuerySet:
    """Return the sessions that may have something stored that the settings no longer record."""
    stored = models.Q(pk__in=[])
    if not conf.RECORD_USER_AGENT:
        stored |= _has_any({**_NO_DEVICE, "device_digest": b""})
    if conf.RECORD_IP is not True:
        stored |= _has_any(dict.fromkeys(_IP_ADDRESSES))
    if not _locations_are_recorded():
        stored |= _has_any(_NO_LOCATION)
    return Session.objects.on_primary().filter(stored)


def clear_batches(*, pace: Pace = FULL_SPEED, dry_run: bool = False) -> Iterator[tuple[int, int]]:
    """Clear what the settings no longer record. Yields how many rows were looked at, and cleared.

    IP addresses of which only networks are recorded are shortened. The location that was found from
    one stays. The admin's log then says of each session what its row says and, where IP addresses or
    user agents are no longer recorded, of one that has no row any more that it was ended.
    """
    for pks in rows.batches(unrecorded(), BATCH, pace):
        yield len(pks), _clear_batch(pks, dry_run=dry_run)
    if not dry_run:
        is_less = not conf.RECORD_USER_AGENT or conf.RECORD_IP is not True
        admin_log.renew(without_rows=is_less)


@rows.retried
def _clear_batch(pks: list[UUID], *, dry_run: bool) -> int:
    using, changed = router.db_for_write(Session), []
    with rows.read_committed(using):
        # No request writes another client meanwhile.
        rows.lock(pks, using=using, skip_locked=False)
        for session in Session.objects.using(using).filter(pk__in=pks).only("kind", *_CLEARED):
            before = {name: getattr(session, name) for name in _CLEARED}
            after = _cleared(before, session.kind)
            if before != after:
                rows.assign(session, after)
                changed.append(session)
        if changed and not dry_run:
            Session.objects.using(using).bulk_update(changed, _CLEARED)
    return len(changed)


def _cleared(fields: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return these fields of a row as they would have been recorded today."""
    cleared = dict(fields)
    if not conf.RECORD_USER_AGENT:
        cleared |= _NO_DEVICE
        if kind == Kind.TOKEN or conf.KNOWN_DEVICES == "client":
            cleared["device_digest"] = b""  # which is that of browser and system
    if not _locations_are_recorded():
        cleared |= _NO_LOCATION
    for name in _IP_ADDRESSES:
        if fields[name] is not None:
            cleared[name] = networks.recorded(fields[name]) if conf.RECORD_IP else None
    return cleared


def _locations_are_recorded() -> bool:
    return conf.LOCATION is not None and bool(conf.RECORD_IP)


def _has_any(blank: dict[str, Any]) -> models.Q:
    """Return which rows have any of some fields not blank."""
    stored = models.Q(pk__in=[])
    for name, value in blank.items():
        stored |= (
            models.Q(**{f"{name}__isnull": False}) if value is None else ~models.Q(**{name: value})
        )
    return stored
