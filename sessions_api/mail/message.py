"""What the mail says."""

import re
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation

from sessions_api import description
from sessions_api.models import Session


def send(session: Session, *, site_name: str, link: str, language: str) -> None:
    """Write to the user of a session, in a language, if they have an e-mail address.

    ``link`` is the URL of the page that ends the session, or "". Raises whatever the site's e-mail
    backend and templates do.
    """
    user: Any = session.user
    address = getattr(user, user.get_email_field_name(), "")
    if not address:
        return
    begun = session.created_at
    context = {
        "session": session,
        "user": user,
        "time": timezone.localtime(begun) if settings.USE_TZ else begun,
        "site_name": site_name,
        "link": link,
    }
    with translation.override(language):
        context |= {
            "device": _unlinkable(description.device_alone(session)),
            "place": description.place_at_sign_in(session),
        }
        subject = render_to_string("sessions_api/email/new_device_subject.txt", context)
        text = render_to_string("sessions_api/email/new_device.txt", context)
        html = render_to_string("sessions_api/email/new_device.html", context)
    # A header is one line.
    mail = EmailMultiAlternatives(" ".join(subject.split()), text, to=[address])
    mail.attach_alternative(html, "text/html")
    mail.send()


def _unlinkable(name: str) -> str:
    """Return a name of which no mail program makes a link. Whoever signs in has chosen it."""
    return re.sub(r"[./:](?=\w*[A-Za-z])", " ", name)
