"""How tests call the API without a browser."""

import json

import pytest
from django.test import Client

from sessions_api import credentials
from sessions_api.models import Session
from tests.factories import PASSWORD
from tests.helpers import DJANGOS_ENGINES, FIREFOX, SESSIONS, session_id, signed_in
from tests.secrecy import forms


def post(path, body, client=None, **headers):
    """Send JSON, from a client that has no CSRF token unless another is given."""
    client = client or Client(enforce_csrf_checks=True)
    return client.post(path, json.dumps(body), content_type="application/json", headers=headers)


def sign_in(username="alice", password=PASSWORD, **body):
    """Sign in for a token."""
    return post(SESSIONS, {"username": username, "password": password, **body})


def guess(username, times=1, **environ):
    """Try wrong passwords for a user name, and return the answers' statuses."""
    body, client = {"username": username, "password": "wrong"}, Client(**environ)
    return [post(SESSIONS, body, client).status_code for _ in range(times)]


def on_each_engine(test):
    """Run a test on each of Django's engines, with transactions that are committed."""
    on_engines = pytest.mark.parametrize("engine", DJANGOS_ENGINES, indirect=True)
    return pytest.mark.django_db(transaction=True)(on_engines(test))


def browser_with_csrf(user, **headers):
    """Return a browser that has signed in, and that needs CSRF tokens."""
    headers = {"user-agent": FIREFOX, **headers}
    return signed_in(user, enforce_csrf_checks=True, headers=headers)


def row(client_or_pk):
    """Return the row of a browser's session, or the one with an id."""
    pk = session_id(client_or_pk) if isinstance(client_or_pk, Client) else client_or_pk
    return Session.objects.get(pk=pk)


def path_of(client_or_id):
    """Return the path of a browser's session, or of the one with an id."""
    pk = session_id(client_or_id) if isinstance(client_or_id, Client) else client_or_id
    return f"{SESSIONS}{pk}/"


def csrf(client):
    """Return the headers by which a page of the site proves that it is one."""
    return {"x-csrftoken": client.cookies["csrftoken"].value}


def delete(client, path):
    """Send DELETE as a page of the site would."""
    return client.delete(path, headers=csrf(client))


def listed(client):
    """Return the ids on the first page of the caller's own sessions."""
    response = client.get(SESSIONS)
    assert response.status_code == 200
    return [item["id"] for item in response.json()["results"]]


def secrets_of(client, settings):
    """Return every form of a credential that there is of a browser's session."""
    session = row(client)
    auth_hash = session.user.get_session_auth_hash()
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    return [
        form
        for secret in (
            cookie,
            credentials.digest(cookie),
            session.key_digest,
            session.sealed_key,
            session.auth_digest,
            auth_hash,
            session.user.password,
            settings.SECRET_KEY,
        )
        if secret
        for form in forms(secret)
    ]
