"""How tests use the admin, and read what it says."""

import re
from html import unescape

from django.contrib.messages import get_messages
from django.urls import reverse

from tests.factories import UserFactory

CHANGELIST = reverse("admin:sessions_api_session_changelist")


def detail(session):
    return reverse("admin:sessions_api_session_change", args=[session.pk])


def end(session):
    return reverse("admin:sessions_api_session_end", args=[session.pk])


def history(session):
    return reverse("admin:sessions_api_session_history", args=[session.pk])


def superuser(**fields):
    return UserFactory.create(is_superuser=True, is_staff=True, **fields)


def html_of(response):
    assert response.status_code == 200
    return unescape(response.content.decode())


def choose(browser, *sessions, path=CHANGELIST, **data):
    """Tick sessions and run the action that ends them."""
    selected = [str(session.pk) for session in sessions]
    data = {"action": "end_selected", "index": "0", "_selected_action": selected, **data}
    return browser.post(path, data, follow=True)


def end_selected(browser, *sessions, follow=True, path=CHANGELIST):
    """Answer yes to whether these sessions are to be ended."""
    selected = [str(session.pk) for session in sessions]
    data = {"action": "end_selected", "_selected_action": selected, "post": "yes"}
    return browser.post(path, data, follow=follow)


def said(response):
    return [(message.level_tag, str(message)) for message in get_messages(response.wsgi_request)]


def states(html):
    """Return what the state column says, row by row."""
    cell = r'<td class="field-state[^"]*"><span class="session-state [^"]*">([^<]*)</span></td>'
    return re.findall(cell, html)


def listed(response):
    """Return the ids of the sessions of a list, from top to bottom."""
    return re.findall(r'name="_selected_action" value="([^"]*)"', html_of(response))


def values_under(html, *labels):
    """Return what the page of a session says under these labels."""
    patterns = (rf'>{label}:</\w+>\s*<div class="readonly">(.*?)</div>' for label in labels)
    found = (re.findall(pattern, html, re.DOTALL) for pattern in patterns)
    return [re.sub("<[^>]*>", "", value) for (value,) in found]
