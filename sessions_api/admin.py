"""Sessions in Django's admin: read, and end. Nothing is added, edited or deleted there."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import get_permission_codename, get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from sessions_api import lifecycle, policy, validity
from sessions_api.models import Session, SessionQuerySet

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Session]
else:
    ModelAdmin = admin.ModelAdmin


class JudgedChangeList(ChangeList):
    """A page of sessions, judged once for all its rows."""

    def get_results(self, request: HttpRequest) -> None:
        """Read the page and attach to each session the verdict on it."""
        super().get_results(request)
        self.result_list = sessions = list(self.result_list)
        verdicts = validity.judge(sessions)
        for session in sessions:
            session.verdict = verdicts[session.pk]


@admin.register(Session)
class SessionAdmin(ModelAdmin):
    """Every session, the most recently used first."""

    list_display = (
        "user",
        "state",
        "device_in_words",
        "last_ip_address",
        "last_used",
        "authenticated_at",
    )
    list_select_related = ("user",)
    list_filter = ("kind", "device_type")
    ordering = ("-last_used", "-id")
    sortable_by = ()
    show_full_result_count = False
    actions = ("end_selected",)
    fields = (
        "user",
        "kind",
        "label",
        "state",
        ("device_type", "browser", "os", "device"),
        "user_agent",
        ("ip_address", "last_ip_address"),
        ("adopted", "ends_with_browser"),
        ("authenticated_at", "created_at", "last_used", "expires_at"),
        ("ended_at", "end_reason", "ended_by"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        """Leave out logins whose response is still on its way."""
        return Session.objects.on_primary().known()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return the change list that judges its rows."""
        return JudgedChangeList

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Refuse to filter by credentials, which would let them be guessed letter by letter."""
        field = lookup.partition("__")[0]
        if field in ("key_digest", "sealed_key", "auth_digest", "backend"):
            return False
        return super().lookup_allowed(lookup, value, request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: only a login makes a session."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Session | None = None) -> bool:
        """Refuse: a session is not edited."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Session | None = None) -> bool:
        """Refuse on our own pages; let staff who may delete users delete theirs with them."""
        match = request.resolver_match
        if match is None or (match.url_name or "").startswith("sessions_api_session_"):
            return False
        users = get_user_model()._meta
        may_delete_users = f"{users.app_label}.{get_permission_codename('delete', users)}"
        return bool(request.user.has_perm(may_delete_users))

    def has_end_permission(self, request: HttpRequest) -> bool:
        """Tell whether the action to end sessions is offered."""
        return policy.may_end_any(request.user)

    @admin.display(description=_("device"))
    def device_in_words(self, session: Session) -> str:
        """Return the owner's label, or what the user agent says of the device."""
        words = " · ".join(filter(None, (session.browser, session.os, session.device)))
        return session.label or words or "-"

    @admin.display(description=_("state"))
    def state(self, session: Session) -> str:
        """Return the predicate's verdict in words."""
        verdict = getattr(session, "verdict", None) or validity.judge([session])[session.pk]
        if verdict is validity.ACTIVE:
            return str(verdict.state.label)
        reason = verdict.reason.label if verdict.reason else verdict.state.label
        if verdict == validity.UNANSWERED:
            reason = _("its authentication backend does not answer")
        return _("not active: %(reason)s") % {"reason": reason}

    @admin.action(description=_("End selected sessions"), permissions=["end"])
    def end_selected(self, request: HttpRequest, queryset: SessionQuerySet) -> None:
        """End the selected sessions that the staff user may end."""
        allowed = policy.endable_by(request.user, queryset)
        left_alone = queryset.count() - allowed.count()
        if ended := lifecycle.end_many(allowed, by=request.user):
            message = ngettext("%(count)d session ended.", "%(count)d sessions ended.", ended)
            self.message_user(request, message % {"count": ended}, messages.SUCCESS)
        if left_alone:
            message = ngettext(
                "A superuser's session was left alone.",
                "%(count)d sessions of superusers were left alone.",
                left_alone,
            )
            self.message_user(request, message % {"count": left_alone}, messages.WARNING)
