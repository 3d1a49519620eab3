"""Which session a request belongs to."""

import pytest
from django.test import Client, RequestFactory

from sessions_api import recent, tracking
from sessions_api.models import Session
from sessions_api.tracking import current
from tests.factories import UserFactory
from tests.helpers import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_session_of_a_request_is_known(rf: RequestFactory):
    client = signed_in(UserFactory.create())
    session = Session.objects.get()
    assert client.get("/do/user,current/").status_code == 200
    request = client.get("/do/user/").wsgi_request
    assert current.current_session_id(request) == session.pk
    assert tracking.current_session(request) == session
    recent.clear()
    assert tracking.current_session(client.get("/do/user/").wsgi_request) == session


def test_the_session_of_a_login_is_known_in_its_own_request():
    user = UserFactory.create()
    request = Client().get(f"/do/login:{user.pk},current/").wsgi_request
    assert tracking.current_session(request) == Session.objects.get()


def test_an_anonymous_request_has_no_session_of_ours(rf):
    request = Client().get("/do/user/").wsgi_request
    assert tracking.current_session(request) is None
    bare = rf.get("/")
    bare.user = UserFactory.create()
    assert tracking.current_session(bare) is None
