"""What workers do, on sites that have configured Django's tasks (Django 6.0 and later)."""

from django.tasks import task

from sessions_api.mail import message
from sessions_api.models import Session


@task
def send_new_device_mail(session_id: str, *, site_name: str, link: str, language: str) -> None:
    """Write to the user of a session, unless they are gone by now. See ``mail.message``."""
    session = Session.objects.on_primary().with_users().filter(pk=session_id).first()
    if session is not None:
        message.send(session, site_name=site_name, link=link, language=language)
