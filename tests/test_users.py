"""The users behind sessions: what their authentication backends and the table say of them."""

import logging
from typing import Any, ClassVar

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.http import HttpRequest
from django.test import RequestFactory

from sessions_api import users
from sessions_api.models import Session
from sessions_api.users import Backends, authentication_method
from tests.factories import UserFactory
from tests.user_models import hiding, users_keyed_by

POST = RequestFactory().post("/")
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


def user_of(backend, **fields):
    user = UserFactory.build(**fields)
    user.backend = backend
    return user


@pytest.mark.parametrize(
    ("backend", "method"),
    [
        (MODEL_BACKEND, "password"),
        ("django.contrib.auth.backends.AllowAllUsersModelBackend", "password"),
        ("django.contrib.auth.backends.RemoteUserBackend", "remote_user"),
        ("django.contrib.auth.backends.BaseBackend", ""),
        (f"{__name__}.MagicLinkBackend", ""),
        (f"{__name__}.MagicModelBackend", ""),
        (f"{__name__}.AnyModelBackend", "password"),
        (f"{__name__}.CertificateBackend", ""),
        (f"{__name__}.AnyBackend", ""),
        (f"{__name__}.DirectoryPasswordBackend", "password"),
    ],
)
def test_a_backend_tells_what_it_goes_by(settings, backend, method):
    settings.AUTHENTICATION_BACKENDS = [backend]
    user = user_of(backend, password=make_password("x"))
    assert authentication_method(user, POST) == method


@pytest.mark.parametrize(
    ("backend", "method"),
    [(MODEL_BACKEND, ""), (f"{__name__}.DirectoryPasswordBackend", "password")],
)
def test_a_user_without_a_password_may_have_one_elsewhere(settings, backend, method):
    settings.AUTHENTICATION_BACKENDS = [backend]
    assert authentication_method(user_of(backend, password=make_password(None)), POST) == method


BASIC: Any = {"HTTP_AUTHORIZATION": "basic dXNlcjpw"}


@pytest.mark.parametrize(
    ("request_", "method"),
    [
        (None, ""),
        (HttpRequest(), ""),
        (RequestFactory().get("/"), ""),
        (RequestFactory().head("/"), ""),
        (RequestFactory().post("/"), "password"),
        (RequestFactory().put("/"), "password"),
        (RequestFactory().get("/", **BASIC), "password"),
        (RequestFactory().get("/", HTTP_AUTHORIZATION="Bearer x"), ""),
    ],
    ids=["none", "bare", "GET", "HEAD", "POST", "PUT", "GET with Basic", "GET with Bearer"],
)
def test_a_password_comes_in_a_request_that_can_carry_one(request_, method):
    user = user_of(MODEL_BACKEND, password=make_password("x"))
    assert authentication_method(user, request_) == method


@pytest.mark.parametrize(
    ("path", "name"), [(MODEL_BACKEND, ""), (f"{__name__}.AnyBackend", "any"), ("gone.Backend", "")]
)
def test_some_backends_have_a_name(settings, path, name):
    settings.AUTHENTICATION_BACKENDS = [MODEL_BACKEND, f"{__name__}.AnyBackend"]
    assert users.backend_name(path) == name


@pytest.mark.parametrize("backend", ["", "some.site.Backend"])
def test_a_backend_that_the_site_does_not_use_tells_nothing(backend):
    assert authentication_method(user_of(backend), POST) == ""


def test_a_user_who_was_not_authenticated_tells_nothing():
    assert authentication_method(UserFactory.build(), POST) == ""


class MagicLinkBackend:
    """Takes the key from a link in an e-mail."""

    def authenticate(self, request, key=None):
        """Know nobody."""


class MagicModelBackend(ModelBackend):
    """The same for users of Django's table."""

    def authenticate(self, request, key=None, **kwargs):  # type: ignore[override]
        """Know nobody."""


class AnyModelBackend(ModelBackend):
    """Takes whatever credentials a form has, as allauth's does."""

    def authenticate(self, request, **credentials):  # type: ignore[override]
        """Know nobody."""


class CertificateBackend(ModelBackend):
    """Takes the request alone, whose web server has checked a certificate."""

    def authenticate(self, request):  # type: ignore[override]
        """Know nobody."""


class AnyBackend(BaseBackend):
    """Takes whatever another site says, as those of social-auth do."""

    name = "any"

    def authenticate(self, *args, **kwargs):
        """Know nobody."""


class DirectoryPasswordBackend(BaseBackend):
    """Has the passwords elsewhere, as django-auth-ldap does."""

    def authenticate(self, request, username=None, password=None, **kwargs):
        """Know nobody."""


class DirectoryBackend(BaseBackend):
    """A backend with a directory of its own, which may be down. It counts how often it is asked."""

    asked: ClassVar[list[Any]] = []
    is_down = False

    def get_user(self, user_id):
        self.asked.append(user_id)
        if self.is_down:
            raise ConnectionError
        return get_user_model().objects.filter(pk=user_id).first()


DIRECTORY = f"{__name__}.DirectoryBackend"


@pytest.fixture
def directory(settings, monkeypatch):
    """Have the site's users come from a directory."""
    settings.AUTHENTICATION_BACKENDS = [DIRECTORY]
    monkeypatch.setattr(DirectoryBackend, "asked", [])
    return DirectoryBackend


@pytest.mark.parametrize(
    ("backends", "expected"),
    [
        ([MODEL_BACKEND], MODEL_BACKEND),
        (["tests.site.backends.VetoBackend", MODEL_BACKEND], MODEL_BACKEND),
        (["django.contrib.auth.backends.BaseBackend", MODEL_BACKEND], MODEL_BACKEND),
        ([DIRECTORY, MODEL_BACKEND], DIRECTORY),
        (["tests.site.backends.VetoBackend"], ""),
    ],
)
def test_the_first_backend_is_the_first_that_gives_users(settings, backends, expected):
    settings.AUTHENTICATION_BACKENDS = backends
    assert users.first_backend() == expected


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        (None, True),
        (UserFactory.build(is_active=False), True),
        (UserFactory.build(), False),
        (Session(), False),
    ],
    ids=["gone", "deactivated", "active", "of a model that deactivates nobody"],
)
def test_an_account_is_deactivated_or_gone(user, expected):
    assert users.is_deactivated(user) is expected


@pytest.mark.django_db
def test_a_user_is_stored_whatever_a_manager_leaves_out(alice):
    with hiding("alice"):
        assert not get_user_model()._default_manager.exists()
        assert users.stored(alice.pk) == alice
    assert users.stored(alice.pk + 1) is None
    assert users.stored(None) is None


@pytest.mark.django_db
def test_model_backend_gives_whom_the_default_manager_shows(alice):
    assert users.given_by_model_backend(alice) == [alice]
    with hiding("bob"):
        assert users.given_by_model_backend(alice) == []


def test_a_user_model_without_auth_hashes_has_no_digest():
    assert users.auth_digest_of(AnonymousUser()) == b""
    assert len(users.auth_digest_of(UserFactory.build(password="x"))) == 16


@pytest.mark.django_db
def test_model_backend_gives_active_users_in_one_query(django_assert_num_queries):
    active = UserFactory.create_batch(3)
    claims = [(MODEL_BACKEND, user.pk) for user in active]
    with django_assert_num_queries(1):
        backends = users.Backends(claims)
        assert [backends.user(*claim) for claim in claims] == active


@pytest.mark.django_db
def test_users_whom_model_backend_does_not_give_are_told_apart_without_another_query(
    alice, django_assert_num_queries
):
    deactivated = UserFactory.create(is_active=False)
    claims = [(MODEL_BACKEND, alice.pk), (MODEL_BACKEND, deactivated.pk)]
    with django_assert_num_queries(1):
        backends = users.Backends(claims)
        assert backends.user(MODEL_BACKEND, alice.pk) == alice
        assert backends.user(MODEL_BACKEND, deactivated.pk) is None
        assert backends.is_deactivated(deactivated.pk)


@pytest.mark.django_db
def test_a_user_who_is_gone_counts_as_deactivated(alice):
    pk = alice.pk
    alice.delete()
    backends = users.Backends([(MODEL_BACKEND, pk)])
    assert backends.user(MODEL_BACKEND, pk) is None
    assert backends.is_deactivated(pk)


@pytest.mark.django_db
def test_users_who_are_known_are_not_asked_for(alice, django_assert_num_queries):
    with django_assert_num_queries(0):
        backends = users.Backends([(MODEL_BACKEND, alice.pk)], known=[alice])
        assert backends.user(MODEL_BACKEND, alice.pk) is alice


@pytest.mark.django_db
def test_a_backend_of_the_sites_own_is_asked_once_for_each_user(alice, directory):
    bob = UserFactory.create()
    backends = users.Backends([(DIRECTORY, alice.pk), (DIRECTORY, bob.pk), (DIRECTORY, alice.pk)])
    assert backends.user(DIRECTORY, alice.pk) == alice
    assert backends.user(DIRECTORY, bob.pk) == bob
    assert sorted(directory.asked) == sorted([alice.pk, bob.pk])


@pytest.mark.django_db
def test_a_backend_that_does_not_answer_gives_nobody_and_deactivates_nobody(
    alice, directory, monkeypatch, caplog
):
    monkeypatch.setattr(directory, "is_down", True)
    backends = users.Backends([(DIRECTORY, alice.pk)])
    assert backends.user(DIRECTORY, alice.pk) is None
    assert not backends.is_deactivated(alice.pk)
    message = f"{DIRECTORY} does not answer for a user."
    assert caplog.record_tuples == [("sessions_api.users", logging.WARNING, message)]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["", "some.site.Backend", DIRECTORY])
def test_a_backend_that_the_site_does_not_have_gives_nobody(alice, path):
    backends = users.Backends([(path, alice.pk)])
    assert backends.user(path, alice.pk) is None
    assert not backends.is_deactivated(alice.pk)


@pytest.mark.django_db
def test_a_user_whom_the_site_hides_is_not_given_and_not_deactivated(alice):
    with hiding("alice"):
        backends = users.Backends([(MODEL_BACKEND, alice.pk)])
        assert backends.user(MODEL_BACKEND, alice.pk) is None
        assert not backends.is_deactivated(alice.pk)


class BorrowingBackend(BaseBackend):
    """Not a ModelBackend, but it gives users as one does."""

    get_user = ModelBackend.get_user
    user_can_authenticate = ModelBackend.user_can_authenticate


def test_a_backend_that_borrows_model_backends_get_user_is_asked_for_all_users_at_once(
    db, settings, django_assert_num_queries
):
    path = f"{__name__}.BorrowingBackend"
    settings.AUTHENTICATION_BACKENDS = [path]
    keys = [UserFactory.create().pk for _ in range(4)]
    with django_assert_num_queries(1):
        backends = Backends([(path, key) for key in keys])
    given = [backends.user(path, key) for key in keys]
    assert [user.pk for user in given if user is not None] == keys


class ReadsFromReplica:
    """A router that reads everything from a replica, which is not there at all."""

    def db_for_read(self, model, **hints):
        """Return the replica."""
        return "replica"


def test_who_has_a_name_is_asked_of_the_primary(db, settings):
    alice = UserFactory.create(username="alice", email="alice@example.com")
    settings.DATABASE_ROUTERS = [f"{__name__}.ReadsFromReplica"]
    assert users.keys_named("alice") == users.keys_named("Alice@Example.com") == {alice.pk}


def test_a_name_means_whoever_has_it_as_user_name_or_as_email_address(db):
    bob = UserFactory.create(username="bob", email="x@example.com")
    by_name = UserFactory.create(username="x@example.com", email="")
    UserFactory.create(username="alice", email="")
    assert users.keys_named("x@example.com") == {bob.pk, by_name.pk}
    assert users.keys_named("nobody") == users.keys_named("") == set()


@pytest.mark.parametrize(
    "text", [" alice ", "\u2003alice", "\uff41lice", " alice@example.com", "alice@example\uff0ecom"]
)
def test_a_name_means_whom_a_form_finds_by_it(db, text):
    alice = UserFactory.create(username="alice", email="alice@example.com")
    assert users.keys_named(text) == {alice.pk}


def test_of_all_who_share_an_email_address_ten_are_looked_for(db):
    sharing = UserFactory.create_batch(12, email="info@example.com")
    assert users.keys_named("info@example.com") == {user.pk for user in sharing[:10]}


def test_a_deactivated_account_has_a_name_too(db):
    gone = UserFactory.create(username="gone", is_active=False)
    assert users.keys_named("gone") == {gone.pk}


@pytest.mark.parametrize("text", ["x", "x@example.com", "\0", "\ud800@", "9" * 254])
@pytest.mark.parametrize("key", [models.IntegerField, models.UUIDField, models.CharField])
def test_whatever_the_users_are_named_by_no_text_is_an_error(db, key, text):
    options = {"primary_key": True, "db_column": "username", "max_length": 150}
    with users_keyed_by(key(**options), USERNAME_FIELD="key", EMAIL_FIELD="none"):
        assert users.keys_named(text) == set()
