"""How the mail is sent: it never holds up or fails a sign-in.

Where the site has configured Django's tasks, a worker sends it. Otherwise this process does, once the
browser has its response.
"""

import logging
from functools import partial

from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.http import HttpRequest
from django.utils import translation

from sessions_api import acts
from sessions_api.mail import link, message
from sessions_api.models import Session

_NOWHERE = {"site_name": "", "link": ""}

_logger = logging.getLogger("sessions_api.mail")


def tell_of_new_device(session: Session, request: HttpRequest | None) -> None:
    """Have the user of a session written to, which a request has signed in from a new device.

    The site is called, and reached, as in Django's own mail for a password reset. Where the request
    does not say how, the mail has neither a name nor a link.
    """
    told = {
        **_site(session, request),
        "language": translation.get_language() or settings.LANGUAGE_CODE,
    }
    if not _hand_over(session, told):
        send = partial(_send, session, told)
        if not acts.after_response(send):
            send()


def _site(session: Session, request: HttpRequest | None) -> dict[str, str]:
    if request is None:
        return _NOWHERE
    try:
        site, path = get_current_site(request), link.path_of(session)
        scheme = "https" if request.is_secure() else "http"
        url = "" if path is None else f"{scheme}://{site.domain}{path}"
        return {"site_name": str(site.name), "link": url}
    except Exception:
        _logger.exception("The mail about session %s has no link.", session.pk)
        return _NOWHERE


def _hand_over(session: Session, told: dict[str, str]) -> bool:
    """Hand the mail over to a worker. False where there is none, or its queue fails."""
    if not settings.is_overridden("TASKS"):  # type: ignore[misc]  # the stubs do not know it
        return False
    try:
        from django.tasks import DEFAULT_TASK_BACKEND_ALIAS, task_backends
        from django.tasks.backends.immediate import ImmediateBackend

        from sessions_api.mail.tasks import send_new_device_mail

        if isinstance(task_backends[DEFAULT_TASK_BACKEND_ALIAS], ImmediateBackend):
            return False
        send_new_device_mail.enqueue(str(session.pk), **told)
    except Exception:
        _logger.exception("The mail about session %s could not be handed to a worker.", session.pk)
        return False
    return True


def _send(session: Session, told: dict[str, str]) -> None:
    try:
        message.send(session, **told)
    except Exception:
        _logger.exception("The mail about session %s could not be sent.", session.pk)
