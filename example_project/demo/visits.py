"""The browsers the demo's users are signed in with, and how they sign in."""

from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client, override_settings
from django.urls import reverse

from example_project.demo.people import Person
from sessions_api import validity

CHROME_ON_WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/156.0.0.0 Safari/537.36"
)
EDGE_ON_WINDOWS = f"{CHROME_ON_WINDOWS} Edg/156.0.0.0"
CHROME_ON_ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/156.0.0.0 Mobile Safari/537.36"
)
CHROME_ON_IPAD = (
    "Mozilla/5.0 (iPad; CPU OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "CriOS/156.0.8078.79 Mobile/15E148 Safari/604.1"
)
SAFARI_ON_IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1"
)
SAFARI_ON_MAC = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/26.1 Safari/605.1.15"
)
FIREFOX_ON_LINUX = "Mozilla/5.0 (X11; Linux x86_64; rv:157.0) Gecko/20100101 Firefox/157.0"


@dataclass(frozen=True)
class Visit:
    """One browser of one user, with one IP address."""

    username: str
    ip_address: str
    user_agent: str


VISITS = (
    Visit("alice", "203.0.113.7", CHROME_ON_WINDOWS),
    Visit("alice", "198.51.100.23", SAFARI_ON_IPHONE),
    Visit("alice", "2001:db8::5", FIREFOX_ON_LINUX),
    Visit("bob", "203.0.113.94", EDGE_ON_WINDOWS),
    Visit("bob", "198.51.100.180", CHROME_ON_ANDROID),
    Visit("bob", "2001:db8:0:7::1f", CHROME_ON_IPAD),
    Visit("staff", "192.0.2.14", SAFARI_ON_MAC),
)


def sign_in_missing_visits(person: Person) -> None:
    """Sign a person in with each of their browsers that is not signed in."""
    user = User.objects.get(username=person.username)
    signed_in = {
        (session.ip_address, session.user_agent) for session in validity.active_sessions(user)
    }
    for visit in VISITS:
        is_missing = (visit.ip_address, visit.user_agent) not in signed_in
        if visit.username == person.username and is_missing:
            # Nobody needs to read of these new devices.
            quiet = {**settings.SESSIONS_API, "NEW_DEVICE_EMAIL": False}
            with override_settings(SESSIONS_API=quiet):
                sign_in(visit, password=person.password)


def sign_in(visit: Visit, *, password: str) -> None:
    """Sign in through the site's login page, as the visit's browser would."""
    browser = Client(
        enforce_csrf_checks=True,
        headers={"user-agent": visit.user_agent},
        REMOTE_ADDR=visit.ip_address,
    )
    login_page = reverse("login")
    browser.get(login_page)
    response = browser.post(
        login_page,
        {
            "username": visit.username,
            "password": password,
            "csrfmiddlewaretoken": browser.cookies["csrftoken"].value,
        },
    )
    if response.status_code != HTTPStatus.FOUND:
        raise RuntimeError(f"{visit.username} could not sign in: HTTP {response.status_code}")
