"""Ory Kratos' admin URLs: everybody's sessions, for staff."""

from collections.abc import Iterable
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Count, Window
from django.http import Http404, HttpResponseRedirect
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from sessions_api import lifecycle, policy, revocation, validity
from sessions_api.dialects.identifiers import key_of
from sessions_api.dialects.ory import representation
from sessions_api.dialects.ory.deletion import delete_many
from sessions_api.dialects.ory.errors import OryError
from sessions_api.dialects.ory.identities import Identities
from sessions_api.dialects.ory.pages import OffsetPage, keyset_headers, keyset_size
from sessions_api.dialects.ory.views import OryViewSet, elsewhere
from sessions_api.dialects.views import no_content, sessions
from sessions_api.exceptions import CannotExtend
from sessions_api.listing import keyset
from sessions_api.models import Session, SessionQuerySet
from sessions_api.permissions import MayEndAny, MayExtendAny, MayViewAny
from sessions_api.tracking.current import current_session_id

TRUE = {"1", "t", "T", "TRUE", "true", "True"}
FALSE = {"0", "f", "F", "FALSE", "false", "False"}
MOST_NAMED = 500
MOST_AT_ONCE = 5_000
MOST_JUDGED = 1_000
"""Of how many of a user's sessions, at most, all are judged for one page that asks for a state."""


class AdminViewSet(OryViewSet):
    """Everybody's sessions, and those of one identity."""

    permissions = {
        "list": MayViewAny,
        "retrieve": MayViewAny,
        "list_of_identity": MayViewAny,
        "manage": MayEndAny,
        "end": MayEndAny,
        "delete_of_identity": MayEndAny,
        "extend": MayExtendAny,
    }

    def list(self, request: Request) -> Response:
        """Return a page, the latest first. With ``active`` a page can be short."""
        is_active_wanted, expanded = self._is_active_wanted(), self._expanded()
        size = keyset_size(request)
        wanted = validity.candidates(sessions()) if is_active_wanted else sessions()
        if "identity" in expanded:
            wanted = wanted.with_users()
        token = request.query_params.get("page_token") or None
        active: set[Session] = set()

        def in_state(rows: list[Session]) -> list[Session]:
            active.update(self.active(rows))
            return [each for each in rows if is_active_wanted in (None, each in active)]

        try:
            page = keyset.page(wanted, order="-created_at", size=size, cursor=token, keep=in_state)
        except keyset.InvalidCursor as error:
            raise OryError(400, reason="The page_token is not one of this site's.") from error
        identities = _identities(page.rows, expanded)
        return Response(
            [
                representation.expanded(each, expanded, identities, is_active=each in active)
                for each in page.rows
            ],
            headers=keyset_headers(request, size=size, next_token=page.next),
        )

    def manage(self, request: Request) -> Response:
        """End or delete many; 200 ``{"processed": n, "more": bool}``."""
        body = self.fields()
        action = body.get("action")
        if action not in ("disable", "delete"):
            raise OryError(400, reason='The action is neither "disable" nor "delete".')
        if body.get("identities") == ["*"] and body.get("sessions") in (None, []):
            named, more = self._any(sessions() if action == "delete" else sessions().not_ended())
        else:
            named, more = self._named(body), False
        if action == "disable":
            processed = revocation.end_many(request, named).ended
        else:
            processed = self._delete(named)
        return Response({"processed": processed, "more": more})

    def end_others(self, request: Request) -> HttpResponseRedirect:
        """Send the caller to their own sessions, as Ory does."""
        return elsewhere(request._request, "sessions")

    def retrieve(self, request: Request, session_id: str) -> Response:
        """Return one session, in any state."""
        expanded = self._expanded()
        return self._show(self.session_named(session_id, sessions()), expanded)

    def end(self, request: Request, session_id: str) -> Response:
        """End one session; 204, also when it has ended before."""
        revocation.end(request, self.session_named(session_id, sessions()))
        return no_content()

    def extend(self, request: Request, session_id: str) -> Response:
        """Extend one session where that is possible; 200 and the session.

        As with Ory, nothing happens to a session that is over or ends at a fixed date. 409 where
        the site's session engine cannot extend any.
        """
        session = self.session_named(session_id, sessions())
        try:
            lifecycle.extend(session)
        except CannotExtend as error:
            if error.why is CannotExtend.NOT_BY_ENGINE:
                raise OryError(409, message=str(error)) from error
        return self._show(session, {"identity"})

    def list_of_identity(self, request: Request, identity_id: str) -> Response:
        """Return a page of a user's sessions, the latest first. An unknown user has none."""
        is_active_wanted, page = self._is_active_wanted(), OffsetPage.of(request)
        key = key_of(self.uuid_named(identity_id))
        owned = sessions().filter(user_id=key) if key is not None else sessions().none()
        owned = owned.select_related("user").order_by("-created_at", "pk")
        wanted = validity.candidates(owned)
        candidates = [] if is_active_wanted is None else list(wanted[: MOST_JUDGED + 1])
        if is_active_wanted is None:
            shown, total = _counted(owned, page)
            active = self.active(shown)
        elif len(candidates) > MOST_JUDGED:
            # Only the page is judged: it can be short, and the total is what the table knows.
            shown, total = _counted(wanted if is_active_wanted else owned, page)
            active = self.active(shown)
            shown = [each for each in shown if (each in active) == is_active_wanted]
        elif is_active_wanted:
            active = self.active(candidates)
            shown, total = active[page.part], len(active)
        else:
            active = self.active(candidates)
            over = owned.exclude(pk__among=[session.pk for session in active])
            shown, total = _counted(over, page)
            active = []
        active_ids = {session.pk for session in active}
        identities = Identities.of_owners(shown, for_admin=True)
        return Response(
            [
                representation.full(each, identities, is_active=each.pk in active_ids)
                for each in shown
            ],
            headers=page.headers(request, total),
        )

    def delete_of_identity(self, request: Request, identity_id: str) -> Response:
        """Delete a user's sessions, over or not; 204. 404 where there are none."""
        user = self.user_named(identity_id)
        if not policy.may_end_all_of(request.user, user):
            raise PermissionDenied
        if not self._delete(sessions(user)):
            raise Http404
        return no_content()

    def _delete(self, sessions: SessionQuerySet) -> int:
        delete = partial(delete_many, by=self.request.user)
        return revocation.end_by(self.request, sessions, delete)

    def _show(self, session: Session, expanded: set[str]) -> Response:
        is_active = bool(self.active([session]))
        identities = _identities([session], expanded)
        shown = representation.expanded(session, expanded, identities, is_active=is_active)
        return Response({**shown, "devices": shown["devices"] or []})

    def _is_active_wanted(self) -> bool | None:
        given = self.request.query_params.get("active", "")
        if given and given not in TRUE | FALSE:
            raise OryError(400, message="could not parse parameter active")
        return given in TRUE if given else None

    def _expanded(self) -> set[str]:
        given = {value.lower() for value in self.request.query_params.getlist("expand")}
        if unknown := given - {"identity", "devices"}:
            raise OryError(400, reason=f"There is nothing to expand by the name {min(unknown)!r}.")
        return given

    def _named(self, body: dict[str, Any]) -> SessionQuerySet:
        """Return the sessions that a body names, by their ids or by those of their identities."""
        named = {name: body[name] for name in ("identities", "sessions") if body.get(name)}
        if len(named) != 1:
            raise OryError(400, reason='Name either "identities" or "sessions".')
        ((name, given),) = named.items()
        if not isinstance(given, list) or len(given) > MOST_NAMED:
            raise OryError(400, reason=f"{name} is not a list of at most {MOST_NAMED} UUIDs.")
        uuids = [self.uuid_named(each) for each in given]
        if name == "sessions":
            return sessions().filter(pk__among=uuids)
        return sessions().filter(user_id__in=[key for key in map(key_of, uuids) if key is not None])

    def _any(self, candidates: SessionQuerySet) -> tuple[SessionQuerySet, bool]:
        """Return as many sessions as one request takes, and whether there are more.

        The caller's own comes last, so that their token works until everything is done.
        """
        endable = policy.endable_by(self.request.user, candidates)
        own = current_session_id(self.request)
        others = endable.order_by("pk").values_list("pk", flat=True)
        if own is not None:
            others = others.exclude(pk=own)
        pks: list[UUID] = [*others[:MOST_AT_ONCE]]
        more = len(pks) == MOST_AT_ONCE
        if own is not None and not more:
            pks.append(own)
        return endable.filter(pk__among=pks), more


def _identities(sessions: Iterable[Session], expanded: set[str]) -> Identities | None:
    return Identities.of_owners(sessions, for_admin=True) if "identity" in expanded else None


def _counted(sessions: SessionQuerySet, page: OffsetPage) -> tuple[list[Session], int]:
    """Return the sessions of a page, and how many there are on all pages.

    One query where the page has any: the database counts while it reads.
    """
    shown: list[Any] = list(sessions.annotate(total=Window(Count("*")))[page.part])
    if shown:
        return shown, shown[0].total
    return shown, sessions.count() if page.offset else 0
