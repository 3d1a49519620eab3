"""The pages of sessions: the list, one session, and how they are ended."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import quote, unquote
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import get_permission_codename, get_user_model
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from sessions_api import policy
from sessions_api.admin import filters, words
from sessions_api.admin.changelist import SessionChangeList
from sessions_api.admin.ending import USERS_SHOWN, Ending, owners
from sessions_api.admin.fields import SessionFields
from sessions_api.admin.overview import OverviewMixin
from sessions_api.decorators import not_atomic
from sessions_api.listing.fields import SearchField
from sessions_api.models import Session, SessionQuerySet, networks
from sessions_api.tracking.current import current_session_id


@admin.register(Session)
class SessionAdmin(OverviewMixin, SessionFields):
    """Every session, the most recently used first."""

    list_filter = (
        filters.UserFilter,
        filters.StateFilter,
        filters.LastUsedFilter,
        filters.CountryFilter,
        filters.DeviceTypeFilter,
        filters.BrowserFilter,
        filters.SystemFilter,
        filters.KindFilter,
    )
    list_per_page = 25
    ordering = ("-last_used", "-id")
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("user",)  # shows the search box; get_search_results() searches
    search_help_text = _("An exact IP address, or how a user name or e-mail address begins.")
    actions = ("end_selected",)
    save_on_top = True  # it shows the link to end the session without scrolling

    class Media:
        css = {"all": ["sessions_api/admin.css", "sessions_api/admin_list.css"]}

    def get_urls(self) -> list[URLPattern]:
        end = self.admin_site.admin_view(self.end_view)
        return [
            path("<path:object_id>/end/", end, name="sessions_api_session_end"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> SessionQuerySet:
        return Session.objects.on_primary().known()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return SessionChangeList

    def get_search_results(  # type: ignore[override]  # the stubs do not know our query set
        self, request: HttpRequest, queryset: SessionQuerySet, search_term: str
    ) -> tuple[SessionQuerySet, bool]:
        try:
            found = SearchField(required=False).clean(search_term.strip())
        except ValidationError as error:
            messages.warning(request, error.messages[0])
            return queryset.none(), False
        if found is not None and (meant := networks.meant_by(search_term)):
            messages.info(
                request,
                _("IP addresses are kept as networks. These are the sessions of %(network)s.")
                % {"network": meant},
            )
        return (queryset if found is None else queryset.filter(found)), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Refuse what no filter offers: it would let staff guess digests letter by letter."""
        offered = self.get_list_filter(request)
        return lookup in {getattr(choice, "parameter_name", None) for choice in offered}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Session | None = None) -> bool:
        # Django itself would also let in staff who may change sessions.
        return policy.may_view_any(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return policy.may_view_any(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Session | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Session | None = None) -> bool:
        """Refuse on our own pages. Elsewhere let staff delete users who have sessions.

        Which users they may delete is decided by the admin of the user model.
        """
        match = request.resolver_match
        if match is None or (match.url_name or "").startswith("sessions_api_session_"):
            return False
        return any(request.user.has_perm(permission) for permission in _permissions_to_delete())

    def has_end_permission(self, request: HttpRequest) -> bool:
        return policy.may_end_any(request.user)

    @admin.action(description=_("End selected sessions"), permissions=["end"])
    def end_selected(
        self, request: HttpRequest, queryset: SessionQuerySet
    ) -> TemplateResponse | None:
        """Ask, and then end the sessions that are ticked, whatever the list's filter finds by now."""
        ticked = self.get_queryset(request).with_users().filter(pk__in=_ticked(request))
        latest_first = ticked.order_by("-last_used", "-pk")
        return self._ask_or_end(request, latest_first, back_url=request.get_full_path())

    @not_atomic
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(request, extra_context)

    def response_action(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        _ticked(request)  # refuses what is no id
        return super().response_action(request, *args, **kwargs)

    @not_atomic
    def end_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, and then end one session. 403 where the caller may not, 404 for no session."""
        session = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, session):
            raise PermissionDenied
        if session is None:
            raise Http404
        if not policy.may_end_all_of(request.user, session.user):
            raise PermissionDenied
        page = self._url(session, "change")
        asked = self._ask_or_end(request, [session], session=session, back_url=page)
        return asked or HttpResponseRedirect(page)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,  # noqa: FBT001, FBT002 (Django's)
        change: bool = False,  # noqa: FBT001, FBT002 (Django's)
        form_url: str = "",
        obj: Session | None = None,
    ) -> HttpResponse:
        if obj is not None:
            context |= {"title": words.heading(obj), "subtitle": None}
            may_end = obj.ended_at is None and policy.may_end_all_of(request.user, obj.user)
            context["end_url"] = self._url(obj, "end") if may_end else None
        return super().render_change_form(request, context, add, change, form_url, obj)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = super().history_view(request, object_id, extra_context)
        context = getattr(response, "context_data", None)
        if context is not None:
            heading = words.heading(context["object"])
            context |= {
                "heading": heading,
                "title": _("History: %(heading)s") % {"heading": heading},
            }
        return response

    def _ask_or_end(
        self, request: HttpRequest, chosen: Iterable[Session], **context: Any
    ) -> TemplateResponse | None:
        """Return the page that asks. None when it was answered, or when there is nothing to end."""
        ending = Ending.of(chosen, request=request)
        if not ending.sessions:
            ending.say_what_is_left(request)
            return None
        if "post" in request.POST:
            ending.carry_out(request)
            return None
        own_id = current_session_id(request)
        groups = owners(ending.sessions, own_id=own_id)
        request.current_app = self.admin_site.name
        return TemplateResponse(
            request,
            "admin/sessions_api/session/end_confirmation.html",
            {
                **self.admin_site.each_context(request),
                "title": ending.title,
                "opts": self.opts,
                "media": self.media,
                "ending": ending,
                "groups": groups[:USERS_SHOWN],
                "users": len(groups),
                "more_users": max(0, len(groups) - USERS_SHOWN),
                "ends_own": ending.includes(own_id),
                "action_checkbox_name": ACTION_CHECKBOX_NAME,
                **context,
            },
        )

    def _url(self, session: Session, page: str) -> str:
        return reverse(
            f"admin:sessions_api_session_{page}",
            args=[quote(session.pk)],
            current_app=self.admin_site.name,
        )


def _ticked(request: HttpRequest) -> list[UUID]:
    try:
        return [UUID(pk) for pk in request.POST.getlist(ACTION_CHECKBOX_NAME)]
    except ValueError as error:
        raise BadRequest("This is no session's id.") from error


def _permissions_to_delete() -> list[str]:
    """Return the permissions to delete users, also as a proxy or a child of the user model."""
    users = [model._meta for model in apps.get_models() if issubclass(model, get_user_model())]
    return [f"{opts.app_label}.{get_permission_codename('delete', opts)}" for opts in users]
