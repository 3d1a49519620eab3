"""What takes a recent proof of who one is, in the API and in a view of the site."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from sessions_api import lifecycle
from sessions_api.authentication import SessionTokenAuthentication
from sessions_api.models import EndReason, Session
from sessions_api.permissions import RecentlyAuthenticated
from tests.api.clients import post, sign_in
from tests.factories import PASSWORD
from tests.helpers import REAUTHENTICATE, SESSIONS, bearer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stale(alice, settings):
    """Return a token whose owner proved long ago who they are, on a site that minds."""
    settings.SESSIONS_API = {**settings.SESSIONS_API, "REAUTHENTICATION_AGE": 600}
    token = sign_in().json()["token"]
    Session.objects.update(authenticated_at=timezone.now() - timedelta(minutes=11))
    return token


def test_ending_others_asks_for_a_recent_proof(alice, stale):
    other = lifecycle.issue_token(alice).session
    for path in (SESSIONS, f"{SESSIONS}?include_current=true", f"{SESSIONS}{other.pk}/"):
        response = Client().delete(path, headers=bearer(stale))
        assert response.status_code == 403
        assert response.json() == {
            "detail": "Confirm who you are first.",
            "code": "reauthentication_required",
            "methods": ["password"],
        }
    other.refresh_from_db()
    assert other.ended_at is None
    fresh = post(REAUTHENTICATE, {"password": PASSWORD}, **bearer(stale)).json()["token"]
    assert Client().delete(f"{SESSIONS}{other.pk}/", headers=bearer(fresh)).status_code == 204


def test_ending_ones_own_session_never_does(alice, stale):
    pk = Session.objects.get().pk
    assert Client().delete(SESSIONS, headers=bearer(stale)).json() == {"ended": 0}
    assert (
        Client().delete(f"{SESSIONS}{str(pk).upper()}/", headers=bearer(stale)).status_code == 204
    )
    assert Session.objects.get().end_reason == EndReason.LOGOUT


def test_an_adopted_session_has_proved_nothing_yet(alice, stale):
    lifecycle.issue_token(alice)
    Session.objects.update(authenticated_at=None)
    assert Client().delete(SESSIONS, headers=bearer(stale)).status_code == 403


def test_reading_and_naming_ask_for_nothing(alice, stale):
    pk = Session.objects.get().pk
    assert Client().get(SESSIONS, headers=bearer(stale)).status_code == 200
    response = Client().patch(
        f"{SESSIONS}{pk}/", '{"label": "x"}', content_type="application/json", headers=bearer(stale)
    )
    assert response.status_code == 200


class ChangeEmail(APIView):
    """A view of the site's own."""

    authentication_classes = (SessionTokenAuthentication,)
    permission_classes = (IsAuthenticated, RecentlyAuthenticated)

    def post(self, request):
        return Response("changed")


def test_a_sites_own_view_can_ask_for_a_recent_proof(alice, stale):
    view, ask = ChangeEmail.as_view(), APIRequestFactory().post
    assert view(ask("/")).status_code == 401
    response = view(ask("/", headers=bearer(stale)))
    assert (response.status_code, response.data["code"]) == (403, "reauthentication_required")
    fresh = post(REAUTHENTICATE, {"password": PASSWORD}, **bearer(stale)).json()["token"]
    assert view(ask("/", headers=bearer(fresh))).data == "changed"
