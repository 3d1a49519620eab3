"""The clients the demo's users are or were signed in with, and how they have signed in."""

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from example_project.demo.people import Person
from sessions_api import lifecycle, validity
from sessions_api.models import Session

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
SAMSUNG_TV = (
    "Mozilla/5.0 (SMART-TV; Linux; Tizen 8.0) AppleWebKit/537.36 (KHTML, like Gecko) "
    "SamsungBrowser/7.0 Chrome/108.0.5359.1 TV Safari/537.36"
)
APP_ON_ANDROID = "okhttp/5.3.2"
CURL = "curl/8.17.0"


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One client of one user, with one IP address."""

    username: str
    ip_address: str
    user_agent: str
    days: float = 0
    """How many days ago the user has signed in."""
    used: float = 0
    """How many hours ago the session was last used."""
    label: str = ""
    way: str = "page"
    """How the user signs in: on the "page", there with a "code", by "sso", or for a "token"."""
    end: str = ""
    """How the session has ended: by "signing out", or from "elsewhere"."""


VISITS = (
    Visit(
        username="alice",
        ip_address="203.0.113.7",
        user_agent=CHROME_ON_WINDOWS,
        days=3,
        used=2,
        label="Work laptop",
    ),
    Visit(
        username="alice",
        ip_address="198.51.100.23",
        user_agent=SAFARI_ON_IPHONE,
        days=5,
        used=0.4,
    ),
    Visit(username="alice", ip_address="2001:db8::5", user_agent=FIREFOX_ON_LINUX, days=1, used=20),
    Visit(
        username="alice",
        ip_address="203.0.113.7",
        user_agent=APP_ON_ANDROID,
        days=2,
        used=5,
        label="Pixel",
        way="token",
    ),
    Visit(
        username="alice",
        ip_address="192.0.2.80",
        user_agent=CURL,
        days=6,
        used=9,
        label="Backup script",
        way="token",
    ),
    Visit(
        username="alice",
        ip_address="203.0.113.7",
        user_agent=CHROME_ON_ANDROID,
        days=6,
        used=50,
        end="signing out",
    ),
    Visit(
        username="alice",
        ip_address="198.51.100.199",
        user_agent=EDGE_ON_WINDOWS,
        days=4.2,
        used=100,
        end="elsewhere",
    ),
    Visit(username="bob", ip_address="203.0.113.94", user_agent=EDGE_ON_WINDOWS, days=2, used=1),
    Visit(username="bob", ip_address="198.51.100.180", user_agent=CHROME_ON_ANDROID, used=3),
    Visit(username="bob", ip_address="2001:db8:0:7::1f", user_agent=CHROME_ON_IPAD, days=4, used=8),
    Visit(username="bob", ip_address="203.0.113.94", user_agent=SAMSUNG_TV, days=6, used=30),
    Visit(
        username="carol",
        ip_address="192.0.2.53",
        user_agent=SAFARI_ON_MAC,
        days=1,
        used=4,
        way="code",
    ),
    Visit(
        username="dave",
        ip_address="203.0.113.120",
        user_agent=FIREFOX_ON_LINUX,
        days=2,
        used=6,
        way="sso",
    ),
    Visit(username="staff", ip_address="192.0.2.14", user_agent=SAFARI_ON_MAC, days=1, used=1),
)


def sign_in_missing_visits(person: Person) -> None:
    """Sign a person in with each of their clients that is missing."""
    for visit in VISITS:
        if visit.username == person.username and is_missing(visit):
            # Nobody needs to read of these new devices.
            quiet = {**settings.SESSIONS_API, "NEW_DEVICE_EMAIL": False}
            with override_settings(SESSIONS_API=quiet):
                make(visit, person)


def is_missing(visit: Visit) -> bool:
    """Tell whether no session is there of a visit, or none any more that is active."""
    user = User.objects.get(username=visit.username)
    sessions = Session.objects.for_user(user).filter(
        ip_address=visit.ip_address, user_agent=visit.user_agent
    )
    if visit.end:
        return not sessions.exclude(ended_at=None).exists()
    return not validity.active(sessions)


def make(visit: Visit, person: Person) -> None:
    """Sign in as the visit's client would, and have the session be as old as the visit says."""
    client = Client(headers={"user-agent": visit.user_agent}, REMOTE_ADDR=visit.ip_address)
    if visit.way == "token":
        body = {"username": visit.username, "password": person.password, "label": visit.label}
        answer = client.post(
            reverse("sessions_api:sessions"), body, content_type="application/json"
        )
        expect(answer.status_code, HTTPStatus.CREATED)
        session = Session.objects.get(pk=answer.json()["id"])
    else:
        session = sign_in(client, visit, person)
        lifecycle.rename(session, visit.label)
    if visit.end == "signing out":
        expect(client.post(reverse("logout")).status_code, HTTPStatus.FOUND)
    elif visit.end:
        lifecycle.end(session, by=session.user)
    make_older(session, visit)


def sign_in(client: Client, visit: Visit, person: Person) -> Session:
    """Sign in through the site's pages, and return the session."""
    credentials = {"username": visit.username, "password": person.password}
    page = "single_sign_on" if visit.way == "sso" else "login"
    expect(client.post(reverse(page), credentials).status_code, HTTPStatus.FOUND)
    if visit.way == "code":
        proof = {"password": person.password, "otp": person.totp_code()}
        expect(
            client.post(reverse("sessions_api_account:confirm"), proof).status_code,
            HTTPStatus.FOUND,
        )
    current = client.get(reverse("sessions_api:current-session"))
    expect(current.status_code, HTTPStatus.OK)
    return Session.objects.get(pk=current.json()["id"])


def make_older(session: Session, visit: Visit) -> None:
    """Move the times of a session back: nobody wants to wait for days to see a demo."""
    now = timezone.now()
    signed_in, used = now - timedelta(days=visit.days), now - timedelta(hours=visit.used)
    Session.objects.filter(pk=session.pk).update(
        created_at=signed_in,
        authenticated_at=signed_in,
        last_used=max(signed_in, used),
        **({"ended_at": max(signed_in, used)} if visit.end else {}),
    )


def expect(status: int, expected: HTTPStatus) -> None:
    """Raise RuntimeError where the site does not answer as it should."""
    if status != expected:
        raise RuntimeError(f"The site has answered HTTP {status}, not {expected}.")
