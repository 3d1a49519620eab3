"""A random life of a site, and what must be true after each of its steps.

The machine knows by its own book-keeping who is signed in: whoever has signed in and has met no act,
and no deadline. It does not ask our predicate, but presents each credential. After each step

- exactly those whose session stands are let in, whatever was presented before;
- exactly their sessions are listed as active, on every surface;
- no row of theirs has ended.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import override_settings
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from rest_framework.test import APIClient

from sessions_api import engines, lifecycle, validity
from sessions_api.dialects.identifiers import uuid_of
from sessions_api.models import Session
from sessions_api.validity import State
from tests.factories import UserFactory
from tests.random_life import site
from tests.random_life.people import Browser, Holder
from tests.random_life.site import Site

SESSION_AGE = timedelta(days=14)
TOKEN_AGE = timedelta(days=30)
IDLE = timedelta(hours=6)
COMMANDS = ("reconcile_sessions", "purge_sessions", "adopt_sessions")
MOST_BROWSERS, MOST_TOKENS = 5, 2
STEPS_OF_A_LIFE = 50
index = st.integers(0, 100)


@dataclass
class Standing:
    """A session that nothing has ended yet, as the machine knows it."""

    user: Any
    expires: datetime
    used: datetime


class Life(RuleBasedStateMachine):  # type: ignore[misc]  # hypothesis is not there for mypy
    """Users, browsers and tokens of one site, and all that may happen to them."""

    engine = "db"
    """The session engine of the site. See ``life_on``."""

    @initialize(is_strict=st.booleans(), is_idle=st.booleans())
    def open(self, *, is_strict: bool, is_idle: bool) -> None:
        self.idle = IDLE if is_idle else None
        options = {"STRICT": is_strict, "IDLE_TIMEOUT": self.idle}
        self.site = Site(self.engine, **options)
        self.users = [UserFactory.create(username=name) for name in ("alice", "bob", "carol")]
        self.staff = UserFactory.create(username="staff", is_staff=True, is_superuser=True)
        self.browsers: list[Browser] = []
        self.thieves: list[Browser] = []
        self.holders: list[Holder] = []
        self.standing: dict[UUID, Standing] = {}
        self.over: set[UUID] = set()
        self.keys = 0

    def teardown(self) -> None:
        if hasattr(self, "site"):
            self.site.close()

    # Signing in and out

    @rule(browser=index, user=index)
    def sign_in(self, browser: int, user: int) -> None:
        """Sign in, in a new browser or in one that somebody is signed in with."""
        chosen = self._browser(browser) or self._open_browser()
        owner = self.users[user % len(self.users)]
        before = chosen.session_id()
        if not User.objects.get(pk=owner.pk).is_active:
            return
        assert chosen.do(f"login:{owner.pk}") == 200
        self._end(before)
        self._begin(chosen.session_id(), owner, SESSION_AGE)

    @rule(user=index)
    def sign_in_in_a_new_browser(self, user: int) -> None:
        if len(self.browsers) < MOST_BROWSERS:
            self._open_browser()
            self.sign_in(len(self.browsers) - 1, user)

    @precondition(lambda self: len(self.holders) < MOST_TOKENS)
    @rule(user=index)
    def sign_in_for_a_token(self, user: int) -> None:
        owner = User.objects.get(pk=self.users[user % len(self.users)].pk)
        if owner.is_active:
            issued = lifecycle.issue_token(owner)
            self.holders.append(Holder(issued.token))
            self._begin(issued.session.pk, owner, TOKEN_AGE)

    @rule(browser=index, user=index)
    def fail_to_sign_in(self, browser: int, user: int) -> None:
        """Sign in to a page that answers with an error: the browser is told of no new key."""
        chosen, owner = self._browser(browser), self.users[user % len(self.users)]
        if chosen is None or not User.objects.get(pk=owner.pk).is_active:
            return
        before = chosen.session_id()
        assert chosen.do(f"login:{owner.pk}", status=500) == 500
        if not self.site.is_client_side:
            self._end(before)  # Django has given up the old key by then

    @rule(browser=index, step=st.sampled_from(["logout", "flush", "user,logout,write"]))
    def sign_out(self, browser: int, step: str) -> None:
        if chosen := self._browser(browser):
            session_id = chosen.session_id()
            assert chosen.do(step) == 200
            self._end(session_id)

    # Going on

    @rule(
        browser=index,
        steps=st.sampled_from(["user", "write", "read", "user,write", "cycle", "user,cycle,write"]),
    )
    def use(self, browser: int, steps: str) -> None:
        if chosen := self._browser(browser):
            session_id = chosen.session_id()
            assert chosen.do(steps) == 200
            if session_id is not None and steps not in ("user", "read"):
                self.standing[session_id].expires = timezone.now() + SESSION_AGE

    @precondition(lambda self: self.browsers)
    @rule(browser=index)
    def steal_the_cookie(self, browser: int) -> None:
        if (chosen := self._browser(browser)) and len(self.thieves) < MOST_BROWSERS:
            self.thieves.append(chosen.copy(100 + len(self.thieves)))

    @rule(browser=index, password=st.sampled_from(["another", "yet another"]))
    def change_ones_password(self, browser: int, password: str) -> None:
        chosen = self._browser(browser)
        session_id = chosen.session_id() if chosen is not None else None
        if chosen is None or session_id is None:
            return
        assert chosen.do(f"password:{password}") == 200
        owner = self.standing[session_id].user
        self._end_all(owner, but=session_id)
        self.standing[session_id].expires = timezone.now() + SESSION_AGE

    # Acts of others

    @rule(by=index, victim=index)
    def end_one_by_the_api(self, by: int, victim: int) -> None:
        """End a session of the caller's own, by cookie or token."""
        callers: list[Browser | Holder] = [*self.browsers, *self.holders]
        if not callers:
            return
        caller = callers[by % len(callers)]
        caller_id = caller.session_id()
        if caller_id is None:
            return
        owner = self.standing[caller_id].user
        own = [pk for pk, each in self.standing.items() if each.user.pk == owner.pk]
        chosen = own[victim % len(own)]
        if isinstance(caller, Browser):
            api = APIClient()
            api.force_authenticate(User.objects.get(pk=owner.pk))
            assert api.delete(f"/api/sessions/{chosen}/").status_code == 204
        else:
            assert caller.delete(f"/api/sessions/{chosen}/") == 204
        self._end(chosen)

    @rule(victim=index)
    def staff_end_one(self, victim: int) -> None:
        if self.standing:
            chosen = list(self.standing)[victim % len(self.standing)]
            api = APIClient()
            api.force_authenticate(self.staff)
            assert api.delete(f"/api/admin/sessions/{chosen}/").status_code == 204
            self._end(chosen)

    @rule(user=index)
    def staff_end_all_of_a_user(self, user: int) -> None:
        owner = self.users[user % len(self.users)]
        command("end_sessions", user=owner.username)
        self._end_all(owner)

    @rule(victim=index)
    def delete_a_row(self, victim: int) -> None:
        if self.standing:
            chosen = list(self.standing)[victim % len(self.standing)]
            Session.objects.get(pk=chosen).delete()
            self._end(chosen)

    @rule(user=index, seen=st.booleans())
    def deactivate(self, user: int, *, seen: bool) -> None:
        """Deactivate an account, by ``save()`` or behind our back, and activate it again."""
        owner = User.objects.get(pk=self.users[user % len(self.users)].pk)
        owner.is_active = False
        if seen:
            owner.save()
        else:
            User.objects.filter(pk=owner.pk).update(is_active=False)
        self._end_all(owner)
        self._present_all()
        if not seen:
            command("reconcile_sessions", may_stop=True, grace=0)
        User.objects.filter(pk=owner.pk).update(is_active=True)

    @rule(user=index)
    def change_a_password_behind_our_back(self, user: int) -> None:
        owner = self.users[user % len(self.users)]
        User.objects.filter(pk=owner.pk).update(password=make_password("a new one"))
        self._end_all(owner)

    @rule(user=index)
    def delete_a_user(self, user: int) -> None:
        owner = User.objects.get(pk=self.users.pop(user % len(self.users)).pk)
        self._end_all(owner)
        owner.delete()
        self.users.append(UserFactory.create())

    # Time

    @rule(
        duration=st.sampled_from([timedelta(seconds=30), timedelta(minutes=2), timedelta(hours=5)])
    )
    def time_passes(self, duration: timedelta) -> None:
        self.site.advance(duration)
        self._meet_deadlines()

    @rule(duration=st.sampled_from([timedelta(days=3), timedelta(days=13), timedelta(days=31)]))
    def much_time_passes(self, duration: timedelta) -> None:
        self.site.advance(duration)
        self._meet_deadlines()

    @rule()
    def restart(self) -> None:
        self.site.restart()

    @rule()
    def rotate_the_secret_key(self) -> None:
        self.keys += 1
        self.site.rotate_secret_key(self.keys)

    @rule(browser=index)
    def a_job_saves_a_session(self, browser: int) -> None:
        chosen = self._browser(browser)
        if chosen is None or self.site.is_client_side or self.site.engine == "file":
            return
        session_id = chosen.session_id()
        if session_id is not None and chosen.cookie is not None:
            session = engines.store_class()(chosen.cookie)
            session["job"] = "done"
            session.save()
            self.standing[session_id].expires = timezone.now() + SESSION_AGE

    # The commands, as they should run and as they should not

    @rule(name=st.sampled_from(COMMANDS))
    def run(self, name: str) -> None:
        """Run a command where it belongs. Without a canary it stops; it never ends who is alive."""
        options = {"grace": 0, "force": True} if name == "reconcile_sessions" else {}
        command(name, may_stop=True, **options)

    @rule(name=st.sampled_from(COMMANDS))
    def run_with_another_secret_key(self, name: str) -> None:
        with site.another_secret_key():
            self._run_in_vain(name)

    @precondition(lambda self: self.site.engine == "cache")
    @rule(name=st.sampled_from(COMMANDS), where=st.sampled_from(["another_cache", "failing_cache"]))
    def run_without_the_cache(self, name: str, where: str) -> None:
        with getattr(site, where)():
            self._run_in_vain(name)

    @rule(name=st.sampled_from(COMMANDS))
    def run_beside_a_replica_that_lags(self, name: str) -> None:
        """Have all that the command reads without saying where come from an empty replica."""
        options = {"grace": 0, "force": True} if name == "reconcile_sessions" else {}
        with override_settings(DATABASE_ROUTERS=[f"{site.__name__}.Router"]):
            command(name, may_stop=True, **options)

    @precondition(lambda self: not self.site.is_client_side)
    @rule(browser=index, name=st.sampled_from(COMMANDS))
    def a_value_becomes_unreadable(self, browser: int, name: str) -> None:
        chosen = self._browser(browser)
        session_id = chosen.session_id() if chosen is not None else None
        if chosen is None or session_id is None or chosen.cookie is None:
            return
        with site.unreadable(chosen.cookie):
            states = {pk: verdict.state for pk, verdict in self._verdicts().items()}
            expected = dict.fromkeys(self.standing, State.ACTIVE) | {session_id: State.UNKNOWN}
            assert {pk: states[pk] for pk in expected} == expected
            self.run(name)
            assert states == {pk: verdict.state for pk, verdict in self._verdicts().items()}

    # What must be true

    @invariant()
    def exactly_those_who_are_signed_in_are_let_in(self) -> None:
        if not hasattr(self, "site"):
            return
        self._meet_deadlines()
        verdicts = self._verdicts()
        active = {pk for pk, verdict in verdicts.items() if verdict.is_active}
        let_in = self._present_all()
        assert active == let_in, "what is listed is not what is let in"
        assert let_in == set(self.standing), "somebody is out without an act, or in in spite of one"
        ended = set(Session.objects.filter(ended_at__isnull=False).values_list("pk", flat=True))
        assert not ended & set(self.standing)
        assert not any(verdict.is_unknown for verdict in verdicts.values())

    @invariant()
    def every_surface_says_the_same(self) -> None:
        if not hasattr(self, "site"):
            return
        for user in self.users:
            own = {pk for pk, each in self.standing.items() if each.user.pk == user.pk}
            assert _listed(user, "/api/sessions/") == own
            assert _listed(self.staff, f"/api/admin/users/{user.pk}/sessions/") == own
            assert _listed_by_ory(self.staff, user) == own

    # Book-keeping

    def _begin(self, session_id: UUID | None, user: Any, age: timedelta) -> None:
        assert session_id is not None
        assert session_id not in self.over
        now = timezone.now()
        self.standing[session_id] = Standing(user, now + age, now)

    def _end(self, session_id: UUID | None) -> None:
        if session_id in self.standing:
            del self.standing[session_id]
            self.over.add(session_id)

    def _end_all(self, user: Any, but: UUID | None = None) -> None:
        for pk in [pk for pk, each in self.standing.items() if each.user.pk == user.pk]:
            if pk != but:
                self._end(pk)

    def _meet_deadlines(self) -> None:
        now = timezone.now()
        for pk, each in list(self.standing.items()):
            is_idle = self.idle is not None and now >= each.used + self.idle
            if now >= each.expires or is_idle:
                self._end(pk)

    def _browser(self, number: int) -> Browser | None:
        return self.browsers[number % len(self.browsers)] if self.browsers else None

    def _open_browser(self) -> Browser:
        self.browsers.append(Browser(len(self.browsers) + 1))
        return self.browsers[-1]

    def _present_all(self) -> set[UUID]:
        """Present each credential, those of thieves last. Returns whose sessions are let in."""
        everybody: list[Browser | Holder] = [*self.browsers, *self.holders, *self.thieves]
        found = {one.session_id() for one in everybody}
        let_in = {pk for pk in found if pk is not None}
        for pk in let_in & set(self.standing):
            self.standing[pk].used = timezone.now()
        return let_in

    def _verdicts(self) -> dict[UUID, validity.Verdict]:
        return validity.judge(Session.objects.known())

    def _run_in_vain(self, name: str) -> None:
        before = list(Session.objects.order_by("pk").values("pk", "ended_at"))
        options = {"grace": 0, "force": True} if name == "reconcile_sessions" else {}
        command(name, may_stop=True, **options)
        assert list(Session.objects.order_by("pk").values("pk", "ended_at")) == before


def live(engine: str, *, steps: int, **options: Any) -> None:
    """Live lives of so many steps in all on a session engine. Raises when something is not true.

    ``options`` are settings of hypothesis.
    """
    life = type(f"LifeOn{engine.title()}", (Life,), {"engine": engine})
    lives = settings(
        max_examples=max(1, steps // STEPS_OF_A_LIFE),
        stateful_step_count=STEPS_OF_A_LIFE,
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
        **options,
    )
    run_state_machine_as_test(life, settings=lives)


def command(name: str, *, may_stop: bool = False, **options: object) -> None:
    """Run a command. ``may_stop``: it may say that the canary is not there, or cannot be listed."""
    try:
        call_command(name, stdout=StringIO(), **options)
    except CommandError as stopped:
        if not (may_stop and stopped.returncode in (1, 4)):
            raise


def _listed(caller: Any, path: str) -> set[UUID]:
    api = APIClient()
    api.force_authenticate(User.objects.get(pk=caller.pk))
    page = api.get(path, {"page_size": 250}).json()
    assert page["next"] is None
    return {UUID(row["id"]) for row in page["results"]}


def _listed_by_ory(staff: Any, user: Any) -> set[UUID]:
    api = APIClient()
    api.force_authenticate(staff)
    rows = api.get(f"/ory/admin/identities/{uuid_of(user.pk)}/sessions?active=true").json()
    return {UUID(row["id"]) for row in rows}
