"""What the pages for users have in common: for whom they are, and what they look like."""

import logging
from typing import Any
from uuid import UUID

from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import redirect_to_login
from django.db import InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.template import Engine, TemplateDoesNotExist
from django.template.loader_tags import BlockNode, ExtendsNode
from django.urls import NoReverseMatch, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.generic.base import ContextMixin, View

from sessions_api import step_up
from sessions_api.decorators import not_atomic
from sessions_api.exceptions import ReauthenticationRequired
from sessions_api.models import Session, SessionQuerySet
from sessions_api.tracking.current import current_session_id

logger = logging.getLogger("sessions_api.account")

SITES_OWN = "base.html"
STANDALONE = "sessions_api/account/standalone.html"


def base_template() -> str:
    """Return the name of the template that pages extend: the site's own where it has room for them.

    That is a ``base.html`` with a block ``content``, in it or in one that it extends.
    """
    try:
        nodes = Engine.get_default().get_template(SITES_OWN).nodelist
    except TemplateDoesNotExist:
        return STANDALONE
    blocks = nodes.get_nodes_by_type(BlockNode)
    has_room = any(isinstance(block, BlockNode) and block.name == "content" for block in blocks)
    return SITES_OWN if has_room or nodes.get_nodes_by_type(ExtendsNode) else STANDALONE


class PageMixin(ContextMixin):
    """A page that looks like the site's own."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **kwargs, base_template=base_template(), makes_tokens=makes_tokens()
        )


def makes_tokens() -> bool:
    """Tell whether users can make tokens: where the API that takes them is there."""
    try:
        reverse("sessions_api:session-tokens")
    except NoReverseMatch:
        return False
    return True


@method_decorator([not_atomic, csrf_protect, never_cache], name="dispatch")
class OwnPage(PageMixin, LoginRequiredMixin, View):
    """A page about the user's own sessions.

    Who has to prove first who they are is led to the page for that. 503 while the table of sessions
    cannot be used.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            refused = self.refuse() if request.user.is_authenticated else None
            return refused or super().dispatch(request, *args, **kwargs)
        except ReauthenticationRequired:
            page = step_up.confirmation_url(request.get_full_path())
            if page is None:
                return redirect_to_login(request.get_full_path())
            return HttpResponseRedirect(page)
        except (OperationalError, InternalError, InterfaceError):
            logger.exception("The database cannot be used.")
            context = {"base_template": base_template()}
            return render(request, "sessions_api/account/unavailable.html", context, status=503)

    def refuse(self) -> HttpResponseBase | None:
        """Return the answer to users who may not see the page, or None."""
        return None

    def get_queryset(self) -> SessionQuerySet:
        """Return the user's sessions, and those by which somebody acts as them."""
        own = Session.objects.on_primary().seen_by(self.request.user).known()
        return own.select_related("user", "impersonator")

    def get_session(self) -> Session:
        """Return the session that the URL names. 404 for that of somebody else."""
        session = self.get_queryset().filter(pk=self.kwargs["pk"]).first()
        if session is None:
            raise Http404
        return session

    @property
    def current_id(self) -> UUID | None:
        """Return the id of the session that has made the request."""
        return current_session_id(self.request)
