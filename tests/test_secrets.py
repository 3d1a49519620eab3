"""Nothing that the site says, stores or tells works as a cookie or a token.

A site is used in every way there is, on each engine; then each string that it gave away is presented
to it as a cookie and as a token, while the sessions are alive. A scenario of its own, and not the
whole suite: elsewhere tests write secrets where they please, and empty the tables when they end.
"""

import base64
import json
import logging
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import user_logged_in
from django.core import signing
from django.core.management import CommandError, call_command
from django.urls import reverse
from rest_framework.settings import api_settings

from sessions_api import lifecycle
from sessions_api.dialects.identifiers import uuid_of
from sessions_api.models import Session
from sessions_api.signals import session_ended, session_started
from tests.factories import PASSWORD, UserFactory
from tests.helpers import CURRENT, REAUTHENTICATE, SESSIONS, later
from tests.secrecy import Harvest, Recorder, dump, listening, works

pytestmark = pytest.mark.django_db(transaction=True)

STAFF = "/api/admin/sessions/"
HTML = {"accept": "text/html"}


@pytest.fixture
def harvest(engine, monkeypatch):
    """Return what is to be filled, on each engine."""
    rates = {"sessions_api_user_name": "20/min", "sessions_api_ip_address": None}
    monkeypatch.setattr(api_settings, "DEFAULT_THROTTLE_RATES", rates)
    return Harvest()


def post(client, path, body, **headers):
    return client.post(path, json.dumps(body), content_type="application/json", headers=headers)


def sign_in_for_a_token(harvest, name="alice", password=PASSWORD, **body):
    """Sign in for a token, and return the answer and what presents the token."""
    body = {"username": name, "password": password, **body}
    answer = post(Recorder(harvest), SESSIONS, body)
    token = answer.json().get("token")
    return answer, {"authorization": f"Bearer {token}"}


def recorded_browser_of(harvest, user, **environ):
    browser = Recorder(harvest, **environ)
    browser.get(f"/do/password_login:{user.username}|{PASSWORD}/")
    return browser


class Site:
    """A site in use: alice and the staff, who stay signed in."""

    def __init__(self, harvest):
        self.harvest = harvest
        self.alice = UserFactory.create(username="alice")
        self.root = UserFactory.create(username="root", is_staff=True, is_superuser=True)
        self.browser = recorded_browser_of(
            harvest, self.alice, HTTP_USER_AGENT="Mozilla/5.0 Firefox/146.0"
        )
        self.staff = recorded_browser_of(harvest, self.root)
        answer, self.bearer = sign_in_for_a_token(harvest, label="Pixel")
        self.token_id = answer.json()["id"]

    def be_used(self):
        """Go through all that there is to see and to do."""
        self.own_calls()
        self.refusals()
        self.reauthentication()
        self.staff_calls()
        self.dialects()
        if apps.is_installed("django.contrib.admin"):
            self.admin_pages()
        self.errors()
        self.ends()
        self.commands()

    def own_calls(self):
        client = Recorder(self.harvest)
        for caller, headers in ((client, self.bearer), (self.browser, {})):
            for path in (SESSIONS, CURRENT, f"{SESSIONS}?page_size=1", f"{SESSIONS}?state=all"):
                answer = caller.get(path, headers=headers)
                caller.get(path, headers=headers | HTML)
                if isinstance(following := answer.json().get("next"), str):
                    caller.get(following, headers=headers)
            own = f"{SESSIONS}{self.token_id}/"
            for label in ("Work", "x" * 101, "<script>"):
                body = json.dumps({"label": label})
                caller.patch(own, body, content_type="application/json", headers=headers)
        with later(minutes=5):
            elsewhere: Any = {"REMOTE_ADDR": "198.51.100.9", "HTTP_USER_AGENT": "curl/8"}
            self.browser.get("/do/user,write/", **elsewhere)
            client.get(CURRENT, headers=self.bearer, **elsewhere)

    def refusals(self):
        _, other = sign_in_for_a_token(self.harvest)
        token = other["authorization"].partition(" ")[2]
        client = Recorder(self.harvest)
        for headers in (
            {},
            {"authorization": "Bearer eyJhbGciOi.J9.x"},
            {"authorization": f"Bearer {token[:-1]}0"},
            {"authorization": f"Token {token}"},
            {"x-session-token": token, **self.bearer},
        ):
            client.get(CURRENT, headers=headers)
            client.get(CURRENT, headers=headers | HTML)
        client.get(f"{SESSIONS}?token={token[:20]}", headers=self.bearer)
        for path in (
            "?cursor=x",
            "?state=x",
            "?unknown=1",
            "00000000-0000-7000-8000-000000000000/",
        ):
            client.get(f"{SESSIONS}{path}", headers=self.bearer)
        client.post(SESSIONS, b"{", content_type="application/json")
        post(client, SESSIONS, {"username": "alice", "password": {}, "label": "x" * 101})
        for _ in range(21):
            answer, _ = sign_in_for_a_token(self.harvest, "mallory", "wrong")
        assert answer.status_code == 429

    def reauthentication(self):
        client = Recorder(self.harvest)
        post(client, REAUTHENTICATE, {"password": "wrong"}, **self.bearer)
        answer = post(client, REAUTHENTICATE, {"password": PASSWORD}, **self.bearer)
        self.bearer = {"authorization": f"Bearer {answer.json()['token']}"}
        post(self.browser, REAUTHENTICATE, {"password": "wrong"})
        assert post(self.browser, REAUTHENTICATE, {"password": PASSWORD}).status_code == 200
        self.browser.get("/do/cycle/")
        self.browser.get(f"/do/password:{PASSWORD}/")
        # That has ended the token.
        _, self.bearer = sign_in_for_a_token(self.harvest, label="Pixel")

    def staff_calls(self):
        one = Session.objects.not_ended().filter(user=self.alice, kind="browser").first()
        assert one is not None
        for query in ("", "?state=all", "?search=ali", "?kind=token", "?ip=127.0.0.1"):
            self.staff.get(f"{STAFF}{query}")
        self.staff.get(STAFF, headers=HTML)
        self.staff.get(f"{STAFF}{one.pk}/")
        self.staff.get(f"/api/admin/users/{self.alice.pk}/sessions/")
        post(self.staff, f"{STAFF}{one.pk}/extend/", {})
        for body in ({}, {"all": True, "dry_run": True}, {"browser": "curl"}, {"ip": "x"}):
            post(self.staff, f"{STAFF}end/", body)
        Recorder(self.harvest).get(STAFF, headers=self.bearer)

    def dialects(self):
        answer, bearer = sign_in_for_a_token(self.harvest)
        uuid, pk = uuid_of(self.alice.pk), answer.json()["id"]
        for client, headers in (
            (self.browser, {}),
            (self.staff, {}),
            (Recorder(self.harvest), bearer),
        ):
            for path in (
                "/ory/sessions",
                "/ory/sessions/whoami",
                "/ory/admin/sessions?expand=identity&expand=devices",
                f"/ory/admin/sessions/{pk}?expand=devices",
                f"/ory/admin/identities/{uuid}/sessions",
                f"/hanko/users/{uuid}/sessions",
                "/hanko/sessions/validate",
                f"/torii/api/server/v1/users/{uuid}/sessions",
                "/torii/_torii/users/me/sessions",
                "/flashback/sessions",
            ):
                client.get(path, headers=headers)
        token = answer.json()["token"]
        for body in ({"session_token": token}, {"session_token": token[:-1]}, {}):
            post(self.browser, "/hanko/sessions/validate", body)
        post(Recorder(self.harvest), f"/flashback/sessions/{pk}/heartbeat", {}, **bearer)
        self.staff.delete(f"/hanko/users/{uuid}/sessions/{pk}")

    def admin_pages(self):
        login = Recorder(self.harvest)
        form = {"username": "root", "password": "wrong"}
        login.post("/admin/login/", form)
        login.post("/admin/login/", {**form, "password": PASSWORD})
        victim, _ = sign_in_for_a_token(self.harvest, label="<i>to be ended</i>")
        recorded_browser_of(self.harvest, self.alice)
        for session in Session.objects.all():
            detail = reverse("admin:sessions_api_session_change", args=[session.pk])
            for page in (
                detail,
                f"{detail}end/",
                f"{detail[:-7]}history/",
                f"{detail[:-7]}delete/",
            ):
                self.staff.get(page)
        end = reverse("admin:sessions_api_session_end", args=[victim.json()["id"]])
        self.staff.post(end, {"post": "yes"}, follow=True)
        changelist = reverse("admin:sessions_api_session_changelist")
        for query in ("", "?q=ali", f"?user={self.alice.pk}"):
            self.staff.get(changelist + query)
        newest = Session.objects.not_ended().filter(user=self.alice).latest("created_at")
        chosen = {"action": "end_selected", "_selected_action": [str(newest.pk)]}
        self.staff.post(changelist, {**chosen, "index": "0"})
        self.staff.post(changelist, {**chosen, "post": "yes"}, follow=True)
        self.staff.get(reverse("admin:auth_user_change", args=[self.alice.pk]))
        self.staff.get("/admin/")

    def errors(self):
        def fail(**kwargs):
            raise RuntimeError("A receiver fails.")

        for signal in (session_started, session_ended, user_logged_in):
            signal.connect(fail)
        try:
            body = {"username": "alice", "password": PASSWORD}
            assert post(Recorder(self.harvest), SESSIONS, body).status_code == 500
            recorded_browser_of(self.harvest, self.alice)
        finally:
            for signal in (session_started, session_ended, user_logged_in):
                signal.disconnect(fail)
        recorded_browser_of(self.harvest, self.alice).get("/do/user,write,logout,fail:boom/")
        self.browser.get("/do/user,write,fail:boom/")

    def ends(self):
        answer, bearer = sign_in_for_a_token(self.harvest)
        client = Recorder(self.harvest)
        path = f"{SESSIONS}{answer.json()['id']}/"
        for _ in range(2):
            client.delete(path, headers=self.bearer)
        client.get(CURRENT, headers=bearer)
        _, bearer = sign_in_for_a_token(self.harvest)
        client.delete(CURRENT, headers=bearer)
        _, bearer = sign_in_for_a_token(self.harvest)
        with later(days=31):
            client.get(CURRENT, headers=bearer)
        for steps in ("logout", "flush", "clear", f"login:{self.alice.pk}"):
            browser = recorded_browser_of(self.harvest, self.alice)
            browser.get(f"/do/user,{steps}/")
            browser.get("/do/user/")
        bob = UserFactory.create(username="bob")
        _, bearer = sign_in_for_a_token(self.harvest, "bob")
        browser = recorded_browser_of(self.harvest, bob)
        bob.is_active = False
        bob.save()
        browser.get("/do/user/")
        client.get(CURRENT, headers=bearer)
        client.delete(SESSIONS, headers=self.bearer)
        self.browser = recorded_browser_of(self.harvest, self.alice)

    def commands(self):
        for name, *arguments in (
            ("end_sessions", "--user=bob"),
            ("end_sessions", "--browser=none", "--dry-run"),
            ("purge_sessions",),
            ("reconcile_sessions",),
            ("adopt_sessions",),
            ("create_token", "nobody"),
        ):
            out = StringIO()
            try:
                call_command(name, *arguments, stdout=out, stderr=out)
            except CommandError as error:
                self.harvest.add(f"command {name}", str(error))
            self.harvest.add(f"command {name}", out.getvalue())


@pytest.fixture
def site(harvest):
    """Return a site that has been used in every way, and what it has said."""
    with listening(harvest):
        site = Site(harvest)
        site.be_used()
    dump(harvest)
    return site


def test_nothing_that_a_site_gives_away_lets_anybody_in(site, harvest):
    alive = {site.browser.cookies["sessionid"].value, site.bearer["authorization"][7:]}
    assert {secret for secret in harvest.secrets if works(secret)} >= alive
    assert {where.split()[0] for where in harvest.texts} >= {
        *("GET", "POST", "PATCH", "DELETE", "log", "signal", "table", "command")
    }
    assert harvest.leaks() == set()


def as_base64(secret):
    return base64.urlsafe_b64encode(secret.encode()).decode().rstrip("=")


HIDDEN: dict[str, Callable[[str], str]] = {
    "bare": str,
    "base64": as_base64,
    "assigned": lambda secret: f"key={secret};",
    "JSON": lambda secret: json.dumps({"a": [{"b": secret}]}),
    "repr": lambda secret: repr({"session_key": secret}),
    "packed": lambda secret: signing.dumps([secret] * 9, compress=True),
    "address": lambda secret: f"/api/?token={secret}&next=1",
    "HTML": lambda secret: f"<input value={secret}>",
}

on_one_engine = pytest.mark.parametrize("engine", ["db"], indirect=True)


@on_one_engine
@pytest.mark.parametrize("is_known", [True, False], ids=["handed out", "never handed out"])
@pytest.mark.parametrize("how", HIDDEN)
def test_a_secret_that_is_given_away_is_found(harvest, how, is_known):
    alice = UserFactory.create()
    token = lifecycle.issue_token(alice).token
    cookie = recorded_browser_of(harvest, alice).cookies["sessionid"].value
    for secret in (token, cookie):
        given_away = Harvest()
        given_away.secrets = {secret} if is_known else set()
        with listening(given_away):
            logging.getLogger("a.site").debug("Look: %s", HIDDEN[how](secret))
        assert ("log a.site", secret) in given_away.leaks()


@on_one_engine
def test_a_secret_in_an_attribute_of_what_a_signal_tells_is_found(harvest):
    session, token = lifecycle.issue_token(UserFactory.create())
    vars(session.user)["note"] = {"kept": [token]}
    with listening(harvest):
        session_started.send_robust(Session, session=session)
    assert ("signal session_started", token) in harvest.leaks()
