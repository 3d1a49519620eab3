"""Tags for the site's own templates: ``{% load sessions_api %}``."""

from typing import TYPE_CHECKING, Any

from django import template
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.middleware.csrf import get_token
from django.urls import reverse

from sessions_api import description
from sessions_api.conf import conf
from sessions_api.tracking import keep_alive, notice
from sessions_api.tracking.current import current_session_id

if TYPE_CHECKING:
    from django.http import HttpRequest

register = template.Library()


def keep_out_of_caches(request: "HttpRequest") -> None:
    """Have Django's ``cache_page`` keep no copy of a page that is for one person alone."""
    request._cache_update_cache = False  # type: ignore[attr-defined]  # the stubs do not know it


WARNINGS = range(20, 3600)
"""In seconds. WCAG 2.2, success criterion 2.2.1, gives people 20 at least to ask for more time."""


@register.simple_tag(takes_context=True)
def session_end_message(context: template.Context) -> str:
    """Return why the user was signed out, such as "You were signed out from another device.", or "".

    For the page for signing in. It is said once, and within a minute. The reason comes from the row of
    the session that this browser has had.
    """
    request: HttpRequest | None = context.get("request")
    word = "" if request is None else notice.read(request)
    if request is not None and word:
        keep_out_of_caches(request)
    return str(description.END_MESSAGES.get(word, ""))


@register.inclusion_tag("sessions_api/session_timer.html", takes_context=True)
def session_timer(context: template.Context, warning: int = 120) -> dict[str, Any]:
    """Warn the user before their session ends, and keep it alive when they ask for it.

    ``warning`` is how many seconds before the end, from 20 up to an hour; half of IDLE_TIMEOUT is the
    most. Nothing where nobody is signed in by a session. Takes no query. The API has to be mounted.
    Raises TemplateSyntaxError.
    """
    if warning not in WARNINGS:
        raise template.TemplateSyntaxError(
            "session_timer: warn between 20 seconds and an hour before the end."
        )
    request: HttpRequest | None = context.get("request")
    left = None if request is None else keep_alive.seconds_left(request)
    if request is None or left is None:
        return {"is_shown": False}
    keep_out_of_caches(request)
    if conf.IDLE_TIMEOUT is not None:
        warning = min(warning, int(conf.IDLE_TIMEOUT.total_seconds() / 2))
    return {
        "is_shown": True,
        "session_id": current_session_id(request),
        "seconds_left": max(0, int(left)),
        "warning": warning,
        "status_url": reverse("sessions_api:session-status"),
        "keep_alive_url": reverse("sessions_api:keep-alive"),
        "login_url": redirect_to_login(request.get_full_path()).url,
        "csrf_token": get_token(request),
        "csrf_header": settings.CSRF_HEADER_NAME.removeprefix("HTTP_").replace("_", "-"),
    }
