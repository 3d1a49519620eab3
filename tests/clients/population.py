"""People of the example site, with tokens: python -m tests.clients.population

Runs with the site's own settings on the site's own database, and prints whom it has made as JSON.
"""

import json
from copy import copy
from datetime import timedelta
from typing import Any

import django

PASSWORD = "a password of the tests"
HOW_MANY = 100
CROWD = 1_000
TOKEN_LIFETIME = timedelta(days=14)

DEVICES = (
    ("203.0.113.7", "Mozilla/5.0 (X11; Linux x86_64; rv:157.0) Gecko/20100101 Firefox/157.0"),
    ("2001:db8::5", 'backup/3.2 "nightly" (für alle)'),
    ("", ""),
)
"""IP addresses and user agents, of which either may be unknown."""


def main() -> None:
    """Make them, in one transaction."""
    django.setup()

    from django.conf import settings
    from django.contrib.auth.hashers import make_password
    from django.contrib.auth.models import User
    from django.db import transaction
    from django.test import override_settings

    password = make_password(PASSWORD)
    names = [*(f"person{number}" for number in range(HOW_MANY)), "crowd"]
    # Mails would be printed between.
    quiet = {**settings.SESSIONS_API, "NEW_DEVICE_EMAIL": False}
    with override_settings(SESSIONS_API=quiet), transaction.atomic():
        User.objects.bulk_create(
            User(username=name, email=f"{name}@example.com", password=password) for name in names
        )
        names += ["admin", "staff"]
        made = {user.username: described(user) for user in User.objects.filter(username__in=names)}
        multiply(made["crowd"]["pk"])
    print(json.dumps(made))  # noqa: T201


def described(user: Any) -> dict[str, Any]:
    """Return a user and tokens of theirs, one from each device. No two times of one are the same."""
    from django.test import RequestFactory

    from sessions_api import lifecycle
    from sessions_api.models import Session

    tokens = []
    for number, (address, user_agent) in enumerate(DEVICES):
        headers = {"User-Agent": user_agent} if user_agent else {}
        request = RequestFactory().get("/", REMOTE_ADDR=address, headers=headers)
        issued = lifecycle.issue_token(user, request=request, lifetime=TOKEN_LIFETIME)
        begun = issued.session.created_at - timedelta(hours=3 - number)
        Session.objects.filter(pk=issued.session.pk).update(
            created_at=begun,
            authenticated_at=begun + timedelta(minutes=1),
            last_used=begun + timedelta(minutes=30 - number),
        )
        tokens.append({"id": str(issued.session.pk), "secret": issued.token})
    return {"pk": user.pk, "username": user.username, "email": user.email, "tokens": tokens}


def multiply(user_id: int) -> None:
    """Make a user's sessions CROWD and one. Half of the new ones have begun at the same time."""
    from sessions_api import credentials
    from sessions_api.models import Session

    owned = Session.objects.filter(user_id=user_id)
    first, more = owned.earliest("created_at"), []
    for number in range(CROWD + 1 - owned.count()):
        session = copy(first)
        session.pk, session.key_digest = credentials.new_id(), credentials.digest(str(number))
        session.created_at -= timedelta(hours=1 if number % 2 else number)
        more.append(session)
    Session.objects.bulk_create(more)


if __name__ == "__main__":
    main()
