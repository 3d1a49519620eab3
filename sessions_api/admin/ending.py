"""The end of chosen sessions in the admin: which ones, whose they are, and what the log says."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import NamedTuple
from uuid import UUID

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import get_content_type_for_model
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sessions_api import description, policy, revocation
from sessions_api.admin import words
from sessions_api.lifecycle import admin_log, ending
from sessions_api.models import AnyUser, Session, SessionQuerySet
from sessions_api.users import Key

USERS_SHOWN = 20
SESSIONS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Owned:
    """The sessions of one user that a confirmation shows: how many, and the first few in words."""

    user: AnyUser
    count: int
    lines: list[words.Line]

    @classmethod
    def of(cls, user: AnyUser, sessions: list[Session], *, own_id: UUID | None) -> "Owned":
        """Say of each of the first few what tells it from the others. ``own_id`` is the caller's."""
        shown = sessions[:SESSIONS_SHOWN]
        lines = [words.line(session, is_own=session.pk == own_id) for session in shown]
        return cls(user, len(sessions), lines)

    @property
    def more(self) -> int:
        """Return how many are not shown."""
        return self.count - len(self.lines)


@dataclass(frozen=True, slots=True)
class Ending:
    """The sessions among the chosen ones that end, and how many do not, by the reason."""

    sessions: list[Session]
    of_superusers: int
    lacking_proof: int
    over: int
    remedy: str
    """What whoever lacks a proof can do about it, as HTML."""

    @classmethod
    def of(cls, chosen: Iterable[Session], *, request: HttpRequest) -> "Ending":
        """Decide for each session. They come with their users."""
        chosen = list(chosen)
        standing = [session for session in chosen if session.ended_at is None]
        allowed = [session for session in standing if policy.may_end(request.user, session)]
        lacking_proof = revocation.lacking_proof(request, allowed)
        return cls(
            sessions=[session for session in allowed if session not in lacking_proof],
            of_superusers=len(standing) - len(allowed),
            lacking_proof=len(lacking_proof),
            over=len(chosen) - len(standing),
            remedy=words.remedy(request) if lacking_proof else "",
        )

    def includes(self, session_id: UUID | None) -> bool:
        """Tell whether a session is among those that end."""
        return session_id in {session.pk for session in self.sessions}

    @property
    def title(self) -> str:
        """Return what the page that asks is about."""
        if len(self.sessions) > 1:
            return _("End sessions")
        (session,) = self.sessions
        return _("End the session of %(user)s: %(device)s") % {
            "user": words.who(session),
            "device": description.device(session),
        }

    def carry_out(self, request: HttpRequest) -> None:
        """End the sessions, log each, say what happened, and sign out who has ended their own."""
        chosen = Session.objects.filter(pk__in=[session.pk for session in self.sessions])
        ended = revocation.end_by(request, chosen, partial(self._end, by=request.user))
        if ended.sessions:
            count = len(ended.sessions)
            message = ngettext("%(count)d session ended.", "%(count)d sessions ended.", count)
            messages.success(request, message % {"count": count})
        if ended.in_force_by is not None:
            messages.warning(request, _pending(ended.in_force_by))
        self.say_what_is_left(request, over=self.over + len(self.sessions) - len(ended.sessions))

    def _end(self, chosen: SessionQuerySet, *, by: AnyUser) -> "Ended":
        """Return the sessions that ended now, and not by somebody else just before."""
        outcome = ending.carry_out(chosen, by=by)
        if not outcome.ended:
            return Ended([], revocation.in_force_by(outcome))
        ids = set(chosen.on_primary().filter(ended_by=by.pk).values_list("pk", flat=True))
        ended = [session for session in self.sessions if session.pk in ids]
        _log(ended, by=by.pk)
        return Ended(ended, revocation.in_force_by(outcome))

    def say_what_is_left(self, request: HttpRequest, *, over: int | None = None) -> None:
        """Say how many sessions do not end, and why."""
        for text in self.reservations(over=over):
            messages.warning(request, text)

    def reservations(self, *, over: int | None = None) -> list[str]:
        """Return how many sessions do not end, and why."""
        texts = []
        if self.of_superusers:
            text = ngettext(
                "A superuser's session is left alone.",
                "%(count)d sessions of superusers are left alone.",
                self.of_superusers,
            )
            texts.append(text % {"count": self.of_superusers})
        if self.lacking_proof:
            text = ngettext(
                "Another session of your own is left alone: ending it takes a recent sign-in.",
                "%(count)d other sessions of your own are left alone: ending them takes a recent "
                "sign-in.",
                self.lacking_proof,
            )
            texts.append(format_html("{} {}", text % {"count": self.lacking_proof}, self.remedy))
        over = self.over if over is None else over
        if over:
            text = ngettext(
                "One session has already ended.", "%(count)d sessions have already ended.", over
            )
            texts.append(text % {"count": over})
        return texts


class Ended(NamedTuple):
    """The sessions that were ended, and the latest moment at which that is in force. None: now."""

    sessions: list[Session]
    in_force_by: datetime | None


def _pending(in_force_by: datetime) -> str:
    return _(
        "The session engine could not delete every session. They are refused from %(time)s on at the "
        "latest. Run reconcile_sessions once the engine works, or end them again."
    ) % {"time": date_format(description.local(in_force_by), "DATETIME_FORMAT")}


def owners(sessions: Iterable[Session], *, own_id: UUID | None) -> list[Owned]:
    """Return the sessions by their users, the user who has most of them first."""
    by_user: dict[Key, list[Session]] = {}
    for session in sessions:
        by_user.setdefault(session.user_id, []).append(session)
    groups = sorted(by_user.values(), key=len, reverse=True)
    return [Owned.of(group[0].user, group, own_id=own_id) for group in groups]


def _log(ended: list[Session], *, by: Key) -> None:
    """Write to the admin log whose sessions were ended, on which device."""
    LogEntry.objects.bulk_create(
        LogEntry(
            user_id=by,
            content_type_id=get_content_type_for_model(session).pk,
            object_id=str(session.pk),
            action_flag=CHANGE,
            **admin_log.words(session),
        )
        for session in ended
    )
