"""The mail about a sign-in from a new device, and the page that its link leads to."""

import logging
import re
from contextvars import Context
from typing import Any, ClassVar

import django
import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from django.test import Client, RequestFactory
from django.urls import include, path
from django.utils import timezone, translation

from sessions_api import engines, lifecycle
from sessions_api.mail import link
from sessions_api.middleware import SessionsMiddleware
from sessions_api.models import EndReason, Session
from tests.factories import PASSWORD
from tests.helpers import (
    CURRENT,
    FIREFOX,
    bearer,
    browser_with_password,
    later,
    name_in_new_process,
    session_of,
)
from tests.secrecy import forms

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.site.urls_with_pages"),
]

LYON = "tests.mail.test_new_device.in_lyon"


def in_lyon(request, ip_address):
    """Tell where every client is, for LOCATION."""
    return ("FR", "Rhône", "Lyon")


class WithoutReset:
    """The URLs of a site on which nobody can reset their password."""

    urlpatterns: ClassVar[list[object]] = [
        path("account/sessions/", include("sessions_api.account.urls")),
    ]


class BrokenBackend(EmailBackend):
    """A mail server that does not answer."""

    def send_messages(self, messages):
        raise ConnectionRefusedError


class SlowBackend(EmailBackend):
    """A mail server, whose callers note whether the browser had its response by then."""

    finished: list[bool] = []

    def send_messages(self, messages):
        self.finished.append(responded[-1] if responded else False)
        return super().send_messages(messages)


responded: list[bool] = []


@pytest.fixture(autouse=True)
def writes(settings):
    """Have the site write about new devices."""
    settings.SESSIONS_API = {**settings.SESSIONS_API, "NEW_DEVICE_EMAIL": True, "LOCATION": LYON}


def browser(user, ip_address="203.0.113.7", **defaults):
    """Return a new browser that a user has signed in with."""
    return browser_with_password(
        user, headers={"user-agent": FIREFOX}, REMOTE_ADDR=ip_address, **defaults
    )


def only_mail() -> Any:
    """Return the only mail that was sent, in text and HTML."""
    (message,) = mail.outbox
    return message


def use_mailer(settings, backend):
    """Have the site send its mails by a backend."""
    dotted = f"{__name__}.{backend.__name__}"
    if django.VERSION >= (6, 1):
        settings.MAILERS = {"default": {"BACKEND": dotted}}
    else:
        settings.EMAIL_BACKEND = dotted


def mailed(user, **kwargs):
    """Return a browser that is a new device, and the mail about it."""
    browser(user)
    del mail.outbox[:]
    client = browser(user, **kwargs)
    return client, only_mail()


def link_in(message):
    (found,) = re.findall(r"^https?://\S+$", message.body, re.MULTILINE)
    return found.removeprefix("http://testserver")


def test_the_first_sign_in_is_silent_and_the_next_device_is_told_of(alice):
    browser(alice)
    assert mail.outbox == []
    browser(alice)
    message = only_mail()
    assert message.to == [alice.email]
    assert message.subject == "New sign-in to your account at testserver"
    for text in (message.body, message.alternatives[0][0]):
        zone = str(timezone.localtime().tzname())
        for words in ("Firefox 157 on Linux", "203.0.113.7 (Lyon, FR)", zone):
            assert words in text
    assert message.alternatives[0][1] == "text/html"
    assert link_in(message) in message.alternatives[0][0]


def test_the_text_escapes_nothing_and_the_html_everything(alice, settings):
    settings.SESSIONS_API = {**settings.SESSIONS_API, "LOCATION": "tests.mail.test_new_device.odd"}
    _, message = mailed(alice)
    assert "<b>R&D</b>" in message.body
    assert "&lt;b&gt;R&amp;D&lt;/b&gt;" in message.alternatives[0][0]


def odd(request, ip_address):
    """Tell of a place whose name would spoil HTML."""
    return ("", "", "<b>R&D</b>")


@pytest.mark.parametrize("ip_address", ["2001:db8::1", "203.0.113.9"])
def test_the_mail_tells_where_from(alice, ip_address):
    _, message = mailed(alice, ip_address=ip_address)
    assert f"{ip_address} (Lyon, FR)" in message.body


def test_the_mail_has_no_credential(alice):
    client, message = mailed(alice)
    secrets = [client.cookies["sessionid"].value, client.cookies["sessionid_device"].value]
    for secret in secrets:
        for form in forms(secret):
            assert form not in message.body
            assert form not in message.alternatives[0][0]


def test_a_user_without_an_address_gets_none(alice):
    alice.email = ""
    alice.save()
    browser(alice)
    browser(alice)
    assert mail.outbox == []


def test_nobody_is_written_to_unless_the_site_says_so(alice, settings):
    settings.SESSIONS_API = {**settings.SESSIONS_API, "NEW_DEVICE_EMAIL": False}
    browser(alice)
    browser(alice)
    assert mail.outbox == []


def test_the_subject_is_one_line(alice, settings):
    templates = {"sessions_api/email/new_device_subject.txt": "Two\nlines {{ site_name }}\n\n"}
    locmem = ("django.template.loaders.locmem.Loader", templates)
    loaders = [locmem, "django.template.loaders.app_directories.Loader"]
    (engine,) = settings.TEMPLATES
    options = {**engine["OPTIONS"], "loaders": loaders}
    settings.TEMPLATES = [{**engine, "APP_DIRS": False, "OPTIONS": options}]
    _, message = mailed(alice)
    assert message.subject == "Two lines testserver"


def test_the_mail_is_in_the_language_of_the_page(alice, settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django.middleware.locale.LocaleMiddleware"]
    client = Client(headers={"user-agent": FIREFOX, "accept-language": "de"})
    browser(alice)
    del mail.outbox[:]
    with translation.override(None):  # the middleware leaves its language behind
        client.post(f"/do/login:{alice.pk}/")
    message = only_mail()
    assert '<html lang="de">' in message.alternatives[0][0]


def test_a_mail_server_that_is_broken_fails_no_sign_in(alice, settings, caplog):
    use_mailer(settings, BrokenBackend)
    browser(alice)
    with caplog.at_level(logging.ERROR, "sessions_api"):
        client = browser(alice)
    assert client.get("/do/user/").content.decode() == alice.username
    row = session_of(client)
    assert [record.getMessage() for record in caplog.records] == [
        f"The mail about session {row.pk} could not be sent."
    ]


def test_the_mail_is_sent_once_the_browser_has_its_response(alice, settings, monkeypatch):
    use_mailer(settings, SlowBackend)
    responded.clear()
    SlowBackend.finished.clear()
    browser(alice)
    # The outermost middleware is done before the response is sent and closed.
    settings.MIDDLEWARE = ["tests.mail.test_new_device.noting", *settings.MIDDLEWARE]
    browser(alice)
    assert SlowBackend.finished == [True]


def noting(get_response):
    """Return a middleware that notes when the response is complete."""

    def middleware(request):
        responded.append(False)
        response = get_response(request)
        responded.append(True)
        return response

    return middleware


def test_a_sign_in_that_is_rolled_back_is_not_written_about(alice):
    browser(alice)
    request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.7", headers={"user-agent": FIREFOX})
    with transaction.atomic():
        lifecycle.issue_token(alice, request=request)
        transaction.set_rollback(True)
    assert mail.outbox == []
    lifecycle.issue_token(alice, request=request)
    assert len(mail.outbox) == 1


def test_the_mail_is_sent_by_a_server_that_runs_the_view_in_a_task_of_its_own(alice):
    """As Django 5.2 under ASGI: what the view's context has got is gone when the response is closed."""
    browser(alice)
    request = RequestFactory().post(
        f"/do/password_login:{alice.username}|{PASSWORD}/",
        REMOTE_ADDR="203.0.113.7",
        headers={"user-agent": FIREFOX},
    )
    vars(request)["_dont_enforce_csrf_checks"] = True
    response = Context().run(get_wsgi_application().get_response, request)
    assert response.status_code == 200
    assert mail.outbox == []
    response.close()
    assert len(mail.outbox) == 1


def test_a_request_that_is_stopped_is_written_about(alice):
    browser(alice)

    def stopped(request):
        lifecycle.issue_token(alice, request=request)
        raise SystemExit

    request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.7", headers={"user-agent": FIREFOX})
    request.session, request.user = engines.store_class()(), AnonymousUser()
    vars(request)["auser"] = None
    with pytest.raises(SystemExit):
        SessionsMiddleware(stopped)(request)
    assert len(mail.outbox) == 1


def test_a_label_is_not_in_the_mail(alice):
    browser(alice)
    label = "x\n\nhttps://evil.example/"
    body = {"username": alice.username, "password": PASSWORD, "label": label}
    response = Client(headers={"user-agent": FIREFOX}).post(
        "/api/sessions/", body, content_type="application/json"
    )
    assert response.status_code == 201
    message = only_mail()
    assert "evil" not in f"{message.body}{message.alternatives[0][0]}"


@pytest.mark.parametrize(
    ("agent", "shown"),
    [
        ("evil.example/2", "evil example 2"),
        ("www.evil-example.com/1", "www evil-example com 1"),
        (FIREFOX, "Firefox 157 on Linux"),
        ("curl/8.5.0", "curl 8"),
    ],
)
def test_no_mail_program_makes_a_link_of_a_user_agent(alice, agent, shown):
    browser(alice)
    browser_with_password(alice, headers={"user-agent": agent})
    message = only_mail()
    assert f"Device: {shown}\n" in message.body


def test_a_host_that_is_not_allowed_takes_the_name_and_the_link_and_not_the_mail(
    alice, settings, caplog
):
    browser(alice)
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if "CommonMiddleware" not in each]
    browser(alice, HTTP_HOST="evil.example")
    message = only_mail()
    assert message.subject == "New sign-in to your account"
    assert "http" not in message.body
    assert "evil" not in f"{message.body}{message.alternatives[0][0]}"


class TestPage:
    """Where the link leads: "this was not me"."""

    def test_it_shows_which_device_and_asks(self, alice):
        client, message = mailed(alice)
        page = Client().get(link_in(message))
        html = page.content.decode()
        assert page.status_code == 200
        for words in ("Firefox 157 on Linux", "203.0.113.7 (Lyon, FR)", "This was not me"):
            assert words in html
        assert page.headers["Referrer-Policy"] == "same-origin"
        assert "no-store" in page.headers["Cache-Control"]
        assert session_of(client).ended_at is None  # reading changes nothing
        Client().head(link_in(message))
        assert session_of(client).ended_at is None

    def test_it_ends_the_session_and_its_tokens_and_forgets_the_device(self, alice):
        client, message = mailed(alice)
        row = session_of(client)
        made = client.post("/api/sessions/tokens/", {}, content_type="application/json").json()
        answer = Client().post(link_in(message), follow=True)
        assert answer.status_code == 200
        assert "signed out and forgotten" in answer.content.decode()
        row.refresh_from_db()
        assert (row.end_reason, row.ended_by) == (EndReason.REVOKED, alice)
        assert Client().get(CURRENT, headers=bearer(made["token"])).status_code == 401
        assert client.get("/do/user/").content == b""
        assert len(mail.outbox) == 1
        client.post(f"/do/login:{alice.pk}/")
        assert len(mail.outbox) == 2

    def test_it_leaves_the_users_other_sessions_alone(self, alice):
        own = browser(alice)
        del mail.outbox[:]
        browser(alice)
        Client().post(link_in(mail.outbox[0]))
        assert own.get("/do/user/").content.decode() == alice.username
        assert session_of(own).device_digest != b""

    def test_it_ends_what_has_taken_the_place_of_the_session(self, alice):
        client, message = mailed(alice)
        client.post(f"/do/login:{alice.pk}/")
        assert client.get("/do/user/").content.decode() == alice.username
        Client().post(link_in(message))
        assert client.get("/do/user/").content == b""

    def test_tokens_end_of_a_session_that_was_signed_out(self, alice):
        client, message = mailed(alice)
        made = client.post("/api/sessions/tokens/", {}, content_type="application/json").json()
        client.get("/do/logout/")
        Client().post(link_in(message))
        assert Client().get(CURRENT, headers=bearer(made["token"])).status_code == 401

    def test_it_works_once(self, alice):
        client, message = mailed(alice)
        Client().post(link_in(message))
        client.post(f"/do/login:{alice.pk}/")
        again = Client().post(link_in(message), follow=True)
        assert "signed out and forgotten" in again.content.decode()
        assert client.get("/do/user/").content.decode() == alice.username

    def test_it_takes_a_csrf_token(self, alice):
        client, message = mailed(alice)
        assert Client(enforce_csrf_checks=True).post(link_in(message)).status_code == 403
        assert session_of(client).ended_at is None

    def test_a_thief_cannot_disarm_it_by_a_new_password(self, alice):
        thief, message = mailed(alice)
        thief.post(f"/do/password_login:{alice.username}|{PASSWORD}/")
        assert mail.outbox == [message]
        thief.get("/do/password:stolen/")
        page = Client().post(link_in(message), follow=True)
        assert "signed out and forgotten" in page.content.decode()
        assert name_in_new_process(thief) == ""

    def test_a_thief_cannot_save_tokens_by_signing_in_again(self, alice):
        thief, message = mailed(alice)
        made = thief.post("/api/sessions/tokens/", {}, content_type="application/json").json()
        del thief.cookies["sessionid_device"]
        thief.post(f"/do/password_login:{alice.username}|{PASSWORD}/")
        Client().post(link_in(message))
        assert Client().get(CURRENT, headers=bearer(made["token"])).status_code == 401

    def test_it_asks_nobody_to_sign_in(self, alice, settings):
        client, message = mailed(alice)
        required = "django.contrib.auth.middleware.LoginRequiredMiddleware"
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, required]
        assert Client().get(link_in(message)).status_code == 200
        Client().post(link_in(message))
        assert name_in_new_process(client) == ""

    def test_it_says_where_the_sign_in_was_from(self, alice):
        client, message = mailed(alice)
        with later(minutes=5):
            client.get("/do/user/", REMOTE_ADDR="198.51.100.99")
        assert session_of(client).last_ip_address == "198.51.100.99"
        html = Client().get(link_in(message)).content.decode()
        assert "203.0.113.7" in html
        assert "198.51.100.99" not in html

    @pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
    def test_it_takes_no_other_method(self, alice, method):
        client, message = mailed(alice)
        answer = getattr(Client(), method)(link_in(message))
        assert answer.status_code in (200, 405)
        assert session_of(client).ended_at is None

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda link: f"{link[:-2]}/",
            lambda link: link.replace("/new-device/", "/new-device/x"),
        ],
        ids=["cut", "longer"],
    )
    def test_a_link_that_is_forged_is_not_found(self, alice, spoil):
        client, message = mailed(alice)
        forged = spoil(link_in(message))
        assert Client().get(forged).status_code == 404
        Client().post(forged)
        assert session_of(client).ended_at is None

    def test_a_link_whose_session_is_purged_is_not_found(self, alice):
        _, message = mailed(alice)
        Session.objects.all().delete()
        page = Client().get(link_in(message))
        assert page.status_code == 404
        assert "leads to no session" in page.content.decode()

    def test_a_link_outlives_a_change_of_the_secret_key(self, alice, settings):
        _, message = mailed(alice)
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another one"
        Client().post(link_in(message))
        newest = Session.objects.for_user(alice).order_by("created_at").last()
        assert newest is not None
        assert newest.ended_at is not None

    def test_without_the_page_the_mail_has_no_link(self, alice, settings):
        settings.ROOT_URLCONF = "tests.site.urls"
        browser(alice)
        browser(alice)
        (message,) = mail.outbox
        assert "http" not in message.body
        assert "change your password now" in message.body

    def test_it_offers_the_sites_password_reset(self, alice, settings):
        _, message = mailed(alice)
        page = link_in(message)
        assert '<a href="/reset/">Reset your password</a>' in Client().get(page).content.decode()
        Client().post(page)
        assert '<a href="/reset/">Reset your password</a>' in Client().get(page).content.decode()
        settings.ROOT_URLCONF = WithoutReset
        assert "Reset your password" not in Client().get(page).content.decode()


if django.VERSION >= (6,):

    def queued() -> Any:
        """Return what the queue has got, which keeps it."""
        from django.tasks import task_backends

        return vars(task_backends["default"])["results"]

    class TestTasks:
        """On a site with workers."""

        DUMMY = {"default": {"BACKEND": "django.tasks.backends.dummy.DummyBackend"}}

        def test_a_worker_sends_the_mail(self, alice, settings):
            from django.utils.module_loading import import_string

            settings.TASKS = self.DUMMY
            browser(alice)
            client = browser(alice)
            assert mail.outbox == []
            (result,) = queued()
            task = import_string(result.task.module_path)
            task.func(*result.args, **result.kwargs)
            (message,) = mail.outbox
            assert link_in(message)
            assert str(session_of(client).pk) == result.args[0]

        def test_a_worker_finds_that_the_user_is_gone(self, alice, settings):
            settings.TASKS = self.DUMMY
            browser(alice)
            browser(alice)
            get_user_model().objects.all().delete()
            (result,) = queued()
            result.task.func(*result.args, **result.kwargs)
            assert mail.outbox == []

        def test_a_queue_that_fails_leaves_the_mail_to_the_process(self, alice, settings, caplog):
            settings.TASKS = {"default": {"BACKEND": "tests.site.tasks.FailingBackend"}}
            browser(alice)
            with caplog.at_level(logging.ERROR, "sessions_api"):
                client = browser(alice)
            assert client.get("/do/user/").content.decode() == alice.username
            assert len(mail.outbox) == 1
            assert "could not be handed to a worker" in caplog.text

        def test_a_backend_that_works_at_once_is_no_worker(self, alice, settings):
            immediate = "django.tasks.backends.immediate.ImmediateBackend"
            settings.TASKS = {"default": {"BACKEND": immediate}}
            browser(alice)
            browser(alice)
            assert len(mail.outbox) == 1


def test_the_path_is_signed_and_names_its_session(alice):
    browser(alice)
    row = Session.objects.get()
    found = link.path_of(row)
    assert found is not None
    token = found.strip("/").rpartition("/")[2]
    assert link.session_of(token) == row
    assert link.session_of(token[:-1]) is None
