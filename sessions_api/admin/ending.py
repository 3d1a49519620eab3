"""What staff are about to end, whose it is, and how it is ended and written to the admin log."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import get_content_type_for_model
from django.contrib.auth import logout
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from sessions_api import lifecycle, policy
from sessions_api.admin import words
from sessions_api.conf import conf
from sessions_api.models import Session

USERS_SHOWN = 20
SESSIONS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Owned:
    """The sessions of one user, as a confirmation shows them: how many, and the first few."""

    user: Any
    count: int
    lines: list[str]

    @property
    def more(self) -> int:
        """Return how many are not shown."""
        return self.count - len(self.lines)


@dataclass(frozen=True, slots=True)
class Ending:
    """What becomes of chosen sessions: those that end, and how many do not, and why."""

    sessions: list[Session]
    of_superusers: int
    unproved: int
    over: int

    @classmethod
    def of(cls, chosen: Iterable[Session], *, request: HttpRequest) -> "Ending":
        """Decide for each session. They come with their users."""
        chosen = list(chosen)
        standing = [session for session in chosen if session.ended_at is None]
        reached = [session for session in standing if policy.may_end(request.user, session)]
        unproved = _unproved(request, reached)
        return cls(
            sessions=[session for session in reached if session not in unproved],
            of_superusers=len(standing) - len(reached),
            unproved=len(unproved),
            over=len(chosen) - len(standing),
        )

    def carry_out(self, request: HttpRequest) -> None:
        """End the sessions, log each, say what happened, and sign out who ended their own."""
        ended = _end(self.sessions, by=request.user)
        _log(ended, by=request.user)
        if includes_own(request, ended):
            logout(request)
        if ended:
            message = ngettext("%(count)d session ended.", "%(count)d sessions ended.", len(ended))
            messages.success(request, message % {"count": len(ended)})
        self.say_what_is_left(request, over=self.over + len(self.sessions) - len(ended))

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
        if self.unproved:
            text = ngettext(
                "Another session of your own is left alone: ending it takes a recent sign-in. "
                "Log out and log in again first.",
                "%(count)d other sessions of your own are left alone: ending them takes a recent "
                "sign-in. Log out and log in again first.",
                self.unproved,
            )
            texts.append(text % {"count": self.unproved})
        over = self.over if over is None else over
        if over:
            text = ngettext(
                "One session has already ended.", "%(count)d sessions have already ended.", over
            )
            texts.append(text % {"count": over})
        return texts


def needs_proof(request: HttpRequest) -> bool:
    """Tell whether staff are to sign in again before they end others of their own sessions.

    By REAUTHENTICATION_AGE, as ``RecentlyAuthenticatedToEndOthers`` has it in the API.
    """
    if conf.REAUTHENTICATION_AGE is None:
        return False  # without the query for the session
    return not policy.is_recently_authenticated(lifecycle.current_session(request))


def includes_own(request: HttpRequest, sessions: Iterable[Session]) -> bool:
    """Tell whether the session that the request is made with is among them."""
    return lifecycle.current_session_id(request) in {session.pk for session in sessions}


def owners(sessions: Iterable[Session]) -> list[Owned]:
    """Return whose the sessions are, whoever has the most of them first."""
    by_user: dict[Any, list[Session]] = {}
    for session in sessions:
        by_user.setdefault(session.user_id, []).append(session)
    groups = sorted(by_user.values(), key=len, reverse=True)
    return [
        Owned(
            group[0].user, len(group), [in_one_line(session) for session in group[:SESSIONS_SHOWN]]
        )
        for group in groups
    ]


def in_one_line(session: Session) -> str:
    """Return which device a session is on, and where."""
    return ", ".join(filter(None, (words.device(session), words.address(session))))


def _unproved(request: HttpRequest, sessions: list[Session]) -> set[Session]:
    """Return which of the sessions are others of one's own that a recent proof is missing for."""
    current_id = lifecycle.current_session_id(request)
    own = {session for session in sessions if session.user_id == request.user.pk}
    others = {session for session in own if session.pk != current_id}
    return others if others and needs_proof(request) else set()


def _end(sessions: list[Session], *, by: Any) -> list[Session]:
    """Return those of the sessions that ended now, and not by somebody else in between."""
    chosen = Session.objects.filter(pk__in=[session.pk for session in sessions])
    if not lifecycle.end_many(chosen, by=by):
        return []
    ended = set(chosen.on_primary().filter(ended_by=by.pk).values_list("pk", flat=True))
    return [session for session in sessions if session.pk in ended]


def _log(ended: list[Session], *, by: Any) -> None:
    """Write to the admin log whose sessions were ended, on which device. As Django: in English."""
    with override(None):
        LogEntry.objects.bulk_create(
            LogEntry(
                user_id=by.pk,
                content_type_id=get_content_type_for_model(session).pk,
                object_id=str(session.pk),
                object_repr=f"{session.user}: {in_one_line(session)}"[:200],
                action_flag=CHANGE,
                change_message=_("Ended the session of %(user)s: %(device)s.")
                % {"user": session.user, "device": in_one_line(session)},
            )
            for session in ended
        )
