"""A user's sessions on the site's own admin page of that user."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.utils import flatten, flatten_fieldsets, quote, unquote
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from sessions_api import lifecycle, policy, revocation, validity
from sessions_api.admin import words
from sessions_api.admin.ending import Owned
from sessions_api.models import Session, SessionQuerySet
from sessions_api.tracking.current import current_session_id

if TYPE_CHECKING:
    from django.contrib.admin.options import _FieldsetSpec

    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = object

FIELD = "sessions_link"


class SessionsLinkMixin(ModelAdmin):
    """Puts a user's sessions, and a link to end them all, on the page of that user.

    Name it before the site's own base: ``class UserAdmin(SessionsLinkMixin, BaseUserAdmin)``. Staff
    who may not see sessions do not see it.
    """

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.end_sessions_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_end_sessions"
        return [path("<path:object_id>/end-sessions/", view, name=name), *super().get_urls()]

    def get_object(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> AbstractBaseUser | None:
        # Noted on the user, since a displayed field is not told who is looking.
        user = super().get_object(request, *args, **kwargs)
        if user is not None:
            user.sessions_viewer = request.user
        return user

    def get_readonly_fields(
        self, request: HttpRequest, obj: AbstractBaseUser | None = None
    ) -> list[str] | tuple[str, ...]:
        """Add the user's sessions for staff who may see them, but not for a new user."""
        fields = super().get_readonly_fields(request, obj)
        is_shown = obj is not None and policy.may_view_any(request.user)
        if (FIELD in fields) == is_shown:
            return fields
        return (*fields, FIELD) if is_shown else tuple(name for name in fields if name != FIELD)

    def get_fieldsets(
        self, request: HttpRequest, obj: AbstractBaseUser | None = None
    ) -> "_FieldsetSpec":
        """Add the user's sessions at the end, unless the site has placed them.

        Where they are not shown they are removed, or Django would look for a form field.
        """
        fieldsets = super().get_fieldsets(request, obj)
        is_placed = FIELD in flatten_fieldsets(fieldsets)
        is_shown = FIELD in self.get_readonly_fields(request, obj)
        if is_placed == is_shown:
            return fieldsets
        if is_placed:
            return _without_sessions(fieldsets)
        return (*fieldsets, (pgettext_lazy("login sessions", "Sessions"), {"fields": (FIELD,)}))

    @admin.display(description=pgettext_lazy("login sessions", "sessions"))
    def sessions_link(self, user: AbstractBaseUser) -> str:
        """Return how many sessions are active, with links to see and to end them.

        Empty for a new user, in a list, and for staff who may not see sessions.
        """
        viewer = getattr(user, "sessions_viewer", None)
        if viewer is None or not policy.may_view_any(viewer):
            return ""
        list_url = None
        if self.admin_site.is_registered(Session):
            sessions = reverse(
                "admin:sessions_api_session_changelist", current_app=self.admin_site.name
            )
            list_url = f"{sessions}?{urlencode({'user': user.pk})}"
        may_end = policy.may_end_all_of(viewer, user)
        context = {
            "count": len(validity.active_sessions(user)),
            "list_url": list_url,
            "end_url": self._url(user, "end_sessions") if may_end else None,
        }
        return render_to_string("admin/sessions_api/sessions_link.html", context)

    def end_sessions_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, and then end all sessions of a user. 403 where staff may not, 404 for no user."""
        if not policy.may_view_any(request.user):
            raise PermissionDenied
        user = self.get_object(request, unquote(object_id))
        if not self.has_view_or_change_permission(request, user):
            raise PermissionDenied
        if user is None:
            raise Http404
        if not policy.may_end_all_of(request.user, user):
            raise PermissionDenied
        if revocation.lacks_proof(request, Session.objects.on_primary().for_user(user)):
            return self._ask_for_proof(request, user)
        if request.method == "POST":
            return self._end_sessions(request, user)
        return self._ask_about_sessions(request, user)

    def _ask_for_proof(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        text = _("No session has ended: ending others of your own takes a recent sign-in.")
        messages.warning(request, format_html("{} {}", text, words.remedy(request)))
        return HttpResponseRedirect(self._url(user, "change"))

    def _end_sessions(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        def end(sessions: SessionQuerySet) -> None:
            lifecycle.end_many(sessions, by=request.user)
            with override(None):
                self.log_change(request, user, "Ended all sessions.")

        is_own = user.pk == request.user.pk
        revocation.end_by(request, Session.objects.for_user(user), end, signs_out=is_own)
        message = _("All sessions of %(user)s have ended.") % {"user": user}
        messages.success(request, message)
        return HttpResponseRedirect(self._url(user, "change"))

    def _ask_about_sessions(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        active = validity.active_sessions(user)
        owned = Owned.of(user, active, own_id=current_session_id(request))
        request.current_app = self.admin_site.name
        return TemplateResponse(
            request,
            "admin/sessions_api/end_user_sessions.html",
            {
                **self.admin_site.each_context(request),
                "title": _("End all sessions of %(user)s") % {"user": user},
                "opts": self.opts,
                "media": self.media,
                "original": user,
                "group": owned,
                "ends_own": user.pk == request.user.pk,
                "user_url": self._url(user, "change"),
            },
        )

    def _url(self, user: AbstractBaseUser, page: str) -> str:
        return reverse(
            f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}",
            args=[quote(user.pk)],
            current_app=self.admin_site.name,
        )


def _without_sessions(fieldsets: "_FieldsetSpec") -> "_FieldsetSpec":
    """Return the fieldsets without the user's sessions, and without a fieldset of nothing else."""
    kept: list[Any] = []
    for heading, options in fieldsets:
        if FIELD not in flatten(options["fields"]):
            kept.append((heading, options))
        elif fields := _without_field(options["fields"]):
            kept.append((heading, {**options, "fields": fields}))
    return tuple(kept)


def _without_field(fields: Sequence[str | Sequence[str]]) -> list[Any]:
    """Return the fields without ours. The fields of one line are a tuple or list of their own."""
    lines = [line if isinstance(line, str) else _without_field(line) for line in fields]
    return [line for line in lines if line and line != FIELD]
