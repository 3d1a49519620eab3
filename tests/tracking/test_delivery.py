"""Whether the browser gets the engine session of a request."""

import pytest
from django.http import HttpResponse

from sessions_api import credentials, engines, recent, validity
from sessions_api.tracking import delivery
from sessions_api.tracking.state import RequestState
from tests.factories import PASSWORD, SessionFactory
from tests.helpers import name_of, returning_browser, use_engine

pytestmark = pytest.mark.django_db(transaction=True)


def fail_on_request(get_response):
    """Answer 500 in the view's place to whom asks for it."""

    def middleware(request):
        response = get_response(request)
        return HttpResponse(status=500) if "X-Fail" in request.headers else response

    return middleware


def test_a_reauthentication_whose_answer_gets_lost_is_not_listed_twice(alice, engine, settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.fail_on_request"]
    client = returning_browser(alice)
    proof, path = {"password": PASSWORD}, "/api/sessions/current/reauthenticate/"
    assert client.post(path, proof, headers={"X-Fail": "1"}).status_code == 500
    recent.clear()
    is_signed_in = bool(name_of(client))
    assert is_signed_in is (engine == "signed_cookies")
    assert len(validity.active_sessions(alice)) == is_signed_in


@pytest.fixture
def session():
    """Return an engine session that holds something and is saved."""
    store = engines.store_class()()
    store["count"] = 1
    store.save()
    store.modified = False
    return store


@pytest.mark.parametrize(
    ("changes", "status", "expected"),
    [
        ({}, 200, False),
        ({"modified": True}, 200, True),
        ({"modified": True}, 404, True),
        ({"modified": True}, 499, True),
        ({"modified": True}, 500, False),
        ({"modified": True}, 503, False),
    ],
)
def test_a_session_is_sent_when_it_was_modified_and_no_server_error(
    session, changes, status, expected
):
    for name, value in changes.items():
        setattr(session, name, value)
    assert delivery.is_sent(session, HttpResponse(status=status)) is expected


def test_an_empty_session_is_not_sent():
    store = engines.store_class()()
    store.modified = True
    assert not delivery.is_sent(store, HttpResponse())


@pytest.mark.parametrize(("status", "expected"), [(200, True), (500, False)])
def test_a_site_that_saves_every_request_sends_what_was_not_modified(
    session, settings, status, expected
):
    settings.SESSION_SAVE_EVERY_REQUEST = True
    assert delivery.is_sent(session, HttpResponse(status=status)) is expected


def test_a_key_is_gone_when_the_engine_does_not_hold_it(session):
    assert not delivery.is_gone(session.session_key)
    assert not delivery.is_gone(None)
    session.delete(session.session_key)
    assert delivery.is_gone(session.session_key)


def test_a_signed_cookie_is_never_gone_from_its_browser(settings):
    use_engine(settings, "signed_cookies")
    assert not delivery.is_gone("a cookie")
    store = engines.store_class()("a cookie")
    assert delivery.key_digest_of(store) is None


def test_the_digest_is_that_of_the_key_in_use(session):
    assert delivery.key_digest_of(session) == credentials.digest(session.session_key)
    assert delivery.key_digest_of(engines.store_class()()) is None


@pytest.mark.parametrize(
    ("status", "is_presented", "has_row", "is_kept"),
    [
        (200, False, False, True),
        (500, True, False, True),
        (500, False, True, True),
        (500, False, False, False),
    ],
    ids=[
        "the browser gets it",
        "the browser has it",
        "it is another session",
        "nobody gets it",
    ],
)
def test_a_new_key_that_nobody_gets_is_deleted(session, status, is_presented, has_row, is_kept):
    key = session.session_key
    if has_row:
        SessionFactory.create(key_digest=credentials.digest(key))
    state = RequestState(session=session, key=key if is_presented else "another key")
    delivery.drop_unsent_key(state, session, HttpResponse(status=status))
    assert (engines.payload_of(key) is not None) is is_kept
