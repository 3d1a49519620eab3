"""Those who call, and the sessions that their calls are about."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from sessions_api import lifecycle, recent
from sessions_api.dialects.identifiers import uuid_of
from sessions_api.models import Session
from tests.factories import UserFactory
from tests.helpers import bearer, browser_of, browser_with_password, session_id
from tests.surfaces.calls import PAGES
from tests.surfaces.rules import PERMISSIONS, Caller, Target

IP_ADDRESS = "203.0.113.77"
"""Of each session that a call is about, and of no other."""


def credentials_of(who: str, *wrongs: str, **fields: Any) -> Iterator[Caller]:
    """Return a caller by cookie and by token, in each of the ways that something can be wrong."""
    for wrong in wrongs:
        for credential in ("cookie", "token"):
            yield Caller(who, credential, wrong=wrong, **fields)


def too_few() -> Iterator[frozenset[str]]:
    """Return no permission, each one alone, all but one, and each with the one to see."""
    yield frozenset()
    for one in sorted(PERMISSIONS):
        yield frozenset({one})
        yield PERMISSIONS - {one}
    for one in sorted(PERMISSIONS - {"view_session"}):
        yield frozenset({"view_session", one})


ANY_STATE = ("", "stale", "impersonated", "inactive", "ended")

OWNERS = [
    Caller("nobody", ""),
    *credentials_of("alice", *ANY_STATE, is_alice=True),
    *credentials_of("bob", ""),
    *credentials_of("staff", "", is_staff=True, permissions=PERMISSIONS),
    Caller("superuser", is_staff=True, is_superuser=True),
]
"""Those who call what is for users."""

STAFF = [
    Caller("nobody", ""),
    *credentials_of("alice", "", is_alice=True),
    Caller("bob with every permission", permissions=PERMISSIONS),
    *(
        Caller(f"staff with {' '.join(sorted(held)) or 'nothing'}", is_staff=True, permissions=held)
        for held in too_few()
    ),
    *credentials_of("staff", "", "stale", is_staff=True, permissions=PERMISSIONS),
    *(
        Caller("staff", wrong=wrong, is_staff=True, permissions=PERMISSIONS)
        for wrong in ("impersonated", "inactive", "ended")
    ),
    Caller("superuser", is_staff=True, is_superuser=True),
    Caller("superuser", "token", wrong="stale", is_staff=True, is_superuser=True),
]
"""Those who call what is for staff."""


class World:
    """A caller, the session that their call is about, and whose it is."""

    def __init__(self, caller: Caller, target: Target) -> None:
        self.caller = caller
        alice = UserFactory.create(username="alice")
        self.user = alice if caller.is_alice else self._user_of(caller)
        self.client = Client(headers={"origin": "http://testserver"})
        self.current: Session | None = self._sign_in() if caller.credential else None
        self.session = self._session_about(target, alice)
        self.before = self.state()
        recent.clear()

    def _user_of(self, caller: Caller) -> User:
        user = UserFactory.create(is_staff=caller.is_staff, is_superuser=caller.is_superuser)
        # Where staff see users, too, the page of a user asks no more than the others do.
        names = [*caller.permissions, "view_user"]
        user.user_permissions.set(
            Permission.objects.filter(
                codename__in=names, content_type__app_label__in=["auth", "sessions_api"]
            )
        )
        return user

    def _sign_in(self) -> Session:
        """Sign the caller in, and have happen to their session what is wrong with it."""
        if self.caller.credential == "token":
            issued = lifecycle.issue_token(self.user, methods=["password"])
            self.client.defaults["HTTP_AUTHORIZATION"] = bearer(issued.token)["authorization"]
            session = issued.session
        else:
            browser = browser_with_password(self.user)
            self.client.cookies = browser.cookies
            session = Session.objects.get(pk=session_id(browser))
        rows = Session.objects.filter(pk=session.pk)
        if self.caller.wrong == "stale":
            rows.update(authenticated_at=timezone.now() - timedelta(hours=1))
        elif self.caller.wrong == "impersonated":
            rows.update(impersonator=UserFactory.create())
        elif self.caller.wrong == "inactive":
            User.objects.filter(pk=self.user.pk).update(is_active=False)
        elif self.caller.wrong == "ended":
            lifecycle.end(session)
        return session

    def _session_about(self, target: Target, alice: User) -> Session:
        if target is Target.CURRENT and self.current is not None:
            return self.current
        owner = {
            Target.SUPERUSERS: lambda: UserFactory.create(is_superuser=True),
            Target.OWN: lambda: self.user,
        }.get(target, lambda: alice)()
        pk = session_id(browser_of(owner))
        tomorrow = timezone.now() + timedelta(days=1)  # earlier than an extension
        Session.objects.filter(pk=pk).update(
            expires_at=tomorrow, ip_address=IP_ADDRESS, last_ip_address=IP_ADDRESS
        )
        return Session.objects.select_related("user").get(pk=pk)

    def state(self) -> dict[str, Any]:
        """Return what a call can change of the session."""
        fields = ("ended_at", "end_reason", "label", "expires_at")
        return dict(Session.objects.values(*fields).get(pk=self.session.pk))

    def ask(self, call: str, body: Any) -> Any:
        """Make a call, and return the response."""
        method, path = call.split()
        method = "GET" if method == "ANY" else method
        if path.startswith(PAGES):
            data = {name: self._filled(value, path) for name, value in (body or {}).items()}
            return getattr(self.client, method.lower())(self._filled(path, path), data)
        content = b"" if body is None else json.dumps(self._filled(body, path))
        return self.client.generic(
            method, self._filled(path, path), content, content_type="application/json"
        )

    def _filled(self, value: Any, path: str) -> Any:
        """Return a path or body with the session and its user in it, as the surface names them."""
        if isinstance(value, dict):
            return {name: self._filled(each, path) for name, each in value.items()}
        if isinstance(value, list):
            return [self._filled(each, path) for each in value]
        if not isinstance(value, str):
            return value
        is_vendors = not path.startswith(("/api/", PAGES))
        user = uuid_of(self.session.user_id) if is_vendors else self.session.user_id
        names = dict.fromkeys(("pk", "session", "session_id"), self.session.pk)
        return value.format(**names, user=user, user_id=user, identity_id=user)
