"""What tests of the pages for users share."""

import re
from html import unescape

from django.urls import reverse

from tests.helpers import browser_with_password

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:157.0) Gecko/20100101 Firefox/157.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)


def url(name, *args):
    """Return the URL of a page."""
    return reverse(f"sessions_api_account:{name}", args=args)


def browser(user, ip_address="203.0.113.7", user_agent=FIREFOX):
    """Return a browser that a user has signed in with by their password."""
    return browser_with_password(user, REMOTE_ADDR=ip_address, HTTP_USER_AGENT=user_agent)


def text_of(response):
    """Return what a page says, without its tags."""
    html = re.sub(r"<(style|script|title).*?</\1>", "", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub("<[^>]+>", " ", html)).split())


def links_of(response):
    """Return where a page leads to."""
    return re.findall('href="([^"]+)"', response.content.decode())
