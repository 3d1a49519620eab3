"""What becomes of sessions that are ended in the name of a request, its own among them."""

from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from rest_framework.authentication import SessionAuthentication
from rest_framework.decorators import api_view, authentication_classes

from sessions_api import lifecycle, payload, recent, revocation
from sessions_api.authentication import SessionTokenAuthentication
from sessions_api.exceptions import ReauthenticationRequired
from sessions_api.lifecycle import ending
from sessions_api.models import EndReason, Session
from sessions_api.tracking.state import Admitted, begin
from tests.dialects.callers import OVER, Browser, Caller, TokenClient, change
from tests.factories import UserFactory
from tests.helpers import session_id, staff_with, store_of
from tests.site import urls

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls(__name__),
    pytest.mark.usefixtures("bystander"),
]


class CookieAuthentication(SessionAuthentication):
    """The session cookie, believed without a CSRF token."""

    def enforce_csrf(self, request):
        """Believe it."""


def end(request, pk):
    revocation.end(request, Session.objects.get(pk=pk))
    return HttpResponse(status=204)


def end_many(request):
    """End those that the query names: all of one user or some, or all there are."""
    sessions = Session.objects.all()
    if "user" in request.GET:
        sessions = sessions.filter(user_id__in=request.GET.getlist("user"))
    counts = revocation.end_many(request, sessions, dry_run="dry_run" in request.GET)
    assert counts.in_force_by is None
    return JsonResponse({"matched": counts.matched, "ended": counts.ended})


def sign_out(request):
    revocation.sign_out(request)
    return HttpResponse(status=204)


def of_framework(view):
    """Return the same view under Django REST framework."""
    authentication = authentication_classes([SessionTokenAuthentication, CookieAuthentication])
    return api_view(["GET"])(authentication(view))


urlpatterns = [
    *urls.urlpatterns,
    path("django/end/<uuid:pk>/", end),
    path("django/end/", end_many),
    path("django/sign-out/", sign_out),
    path("framework/end/<uuid:pk>/", of_framework(end)),
    path("framework/end/", of_framework(end_many)),
    path("framework/sign-out/", of_framework(sign_out)),
]

CALLERS = {
    "browser": (Browser, "/django"),
    "browser of the framework": (Browser, "/framework"),
    "token": (TokenClient, "/framework"),
}
on_each_caller = pytest.mark.parametrize("caller", CALLERS)


def caller_of(caller, user):
    """Return a caller of this kind, and what their paths begin with."""
    kind, prefix = CALLERS[caller]
    return kind(user), prefix


def counts(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return response.json()


@on_each_caller
def test_another_session_ends_in_the_callers_name(alice, caller, signed_out):
    me, prefix = caller_of(caller, alice)
    other = Browser(alice)
    response = me.get(f"{prefix}/end/{other.pk}/")
    assert (response.status_code, len(response.cookies)) == (204, 0)
    assert (other.row.end_reason, other.row.ended_by) == (EndReason.REVOKED, alice)
    assert (me.user_name, other.user_name) == ("alice", "")
    assert signed_out == []


@on_each_caller
@pytest.mark.parametrize("action", ["end", "sign-out"])
def test_the_callers_own_session_ends_by_signing_out(alice, caller, action, signed_out):
    me, prefix = caller_of(caller, alice)
    other = Browser(alice)
    response = me.get(f"{prefix}/end/{me.pk}/" if action == "end" else f"{prefix}/sign-out/")
    assert response.status_code == 204
    assert me.row.end_reason == EndReason.LOGOUT
    assert (me.user_name, other.user_name) == ("", "alice")
    assert signed_out == ["alice"]
    if isinstance(me, Browser):
        assert response.cookies["sessionid"]["max-age"] == 0


@pytest.mark.parametrize("action", ["end", "sign-out"])
def test_a_token_that_signs_out_leaves_the_cookie_beside_it_alone(alice, action, signed_out):
    browser, token = Browser(UserFactory.create(username="bob")), TokenClient(alice)
    path = f"/framework/end/{token.pk}/" if action == "end" else "/framework/sign-out/"
    response = browser.get(path, headers={"authorization": f"Bearer {token.token}"})
    assert (response.status_code, len(response.cookies)) == (204, 0)
    assert (token.user_name, browser.user_name) == ("", "bob")
    assert signed_out == ["alice"]


@pytest.mark.parametrize("prefix", ["/django", "/framework"])
def test_nobody_can_sign_out(prefix):
    assert Caller().get(f"{prefix}/sign-out/").status_code == 204


@on_each_caller
def test_all_end_the_callers_own_last_by_signing_out(alice, caller, signed_out, monkeypatch):
    monkeypatch.setattr(ending, "BATCH", 2)
    me, prefix = caller_of(caller, alice)
    others, bobs = [Browser(alice) for _ in range(5)], Browser(UserFactory.create())
    said = counts(me, f"{prefix}/end/?user={alice.pk}")
    assert said == {"matched": 6, "ended": 6}
    assert {other.row.end_reason for other in others} == {EndReason.REVOKED}
    assert {other.row.ended_by for other in others} == {alice}
    assert me.row.end_reason == EndReason.LOGOUT
    assert me.row.ended_at >= max(other.row.ended_at for other in others)
    assert [client.user_name for client in (me, *others)] == [""] * 6
    assert signed_out == ["alice"]
    assert bobs.row.ended_at is None


@on_each_caller
def test_a_caller_whose_session_is_not_among_them_goes_on(caller, signed_out):
    me, prefix = caller_of(caller, staff_with("view_session", "end_session"))
    others = [Browser(UserFactory.create(username="bob")), Browser(UserFactory.create())]
    path = f"{prefix}/end/?user={others[0].row.user_id}"
    assert counts(me, path) == {"matched": 1, "ended": 1}
    assert [other.row.ended_at is None for other in others] == [False, True]
    assert me.user_name == me.row.user.username
    assert counts(me, path) == {"matched": 0, "ended": 0}
    assert signed_out == []


def users_of(*clients):
    """Return the query that names the users of clients."""
    return "&".join(f"user={client.row.user_id}" for client in clients)


@on_each_caller
def test_a_dry_run_counts_and_ends_nothing(caller, signed_out):
    me, prefix = caller_of(caller, staff_with("view_session", "end_session"))
    browser = Browser(UserFactory.create())
    before = list(Session.objects.order_by("pk").values("pk", "ended_at", "end_reason"))
    path = f"{prefix}/end/?{users_of(me, browser)}&dry_run"
    assert counts(me, path) == {"matched": 2, "ended": 0}
    after = list(Session.objects.order_by("pk").values("pk", "ended_at", "end_reason"))
    assert after == before
    assert signed_out == []


@on_each_caller
def test_what_the_caller_may_not_end_is_not_counted_and_goes_on(caller):
    me, prefix = caller_of(caller, staff_with("view_session", "end_session"))
    bobs, roots = Browser(UserFactory.create()), Browser(staff_with(is_superuser=True))
    path = f"{prefix}/end/?{users_of(me, bobs, roots)}"
    assert counts(me, f"{path}&dry_run") == {"matched": 2, "ended": 0}
    assert counts(me, path) == {"matched": 2, "ended": 2}
    assert bobs.row.end_reason == EndReason.REVOKED
    assert me.row.end_reason == EndReason.LOGOUT
    assert roots.row.ended_at is None


@on_each_caller
def test_without_the_permission_only_ones_own_end(alice, caller):
    me, prefix = caller_of(caller, alice)
    own, bobs = Browser(alice), Browser(UserFactory.create())
    assert counts(me, f"{prefix}/end/") == {"matched": 2, "ended": 2}
    assert own.row.ended_at is not None
    assert bobs.row.ended_at is None


@pytest.mark.parametrize("way", ["expired", "lost by the engine", "of another password"])
def test_what_is_not_active_ends_too_and_is_not_counted(way):
    me, browser = (
        TokenClient(staff_with("view_session", "end_session")),
        Browser(UserFactory.create()),
    )
    OVER[way](browser)
    path = f"/framework/end/?user={browser.row.user_id}"
    assert counts(me, path) == {"matched": 0, "ended": 0}
    assert browser.row.end_reason == EndReason.REVOKED


def test_what_a_backend_does_not_answer_for_does_not_come_back_with_it(settings):
    me, browser = (
        TokenClient(staff_with("view_session", "end_session")),
        Browser(UserFactory.create()),
    )
    change(me.row, backend="tests.site.backends.OtherBackend")
    backends = settings.AUTHENTICATION_BACKENDS
    settings.AUTHENTICATION_BACKENDS = ["tests.site.backends.OtherBackend"]
    assert counts(me, f"/framework/end/?user={browser.row.user_id}") == {"matched": 0, "ended": 0}
    settings.AUTHENTICATION_BACKENDS = backends
    assert browser.user_name == ""


def test_what_has_ended_before_stays_as_it_ended():
    me, browser = (
        TokenClient(staff_with("view_session", "end_session")),
        Browser(UserFactory.create()),
    )
    long_ago = timezone.now() - timedelta(days=1)
    lifecycle.end(browser.row, reason=EndReason.LIMIT)
    change(browser.row, ended_at=long_ago)
    path = f"/framework/end/?user={browser.row.user_id}"
    assert counts(me, path) == {"matched": 0, "ended": 0}
    assert (browser.row.end_reason, browser.row.ended_at) == (EndReason.LIMIT, long_ago)


@pytest.mark.parametrize("strict", [False, True])
def test_what_the_engine_cannot_delete_has_ended_at_once_where_each_request_asks_the_row(
    engine, settings, strict
):
    settings.SESSIONS_API = {"STRICT": strict}
    is_at_once = revocation.in_force_by(ending.Outcome(ended=1, unfinished=1)) is None
    assert is_at_once is (strict or engine == "signed_cookies")


def test_the_sign_out_of_a_browser_ends_no_session_of_somebody_elses(rf, alice, bystander):
    request = rf.get("/")
    request.user = alice
    others = session_id(bystander.browser)
    request.session = store_of({SESSION_KEY: str(alice.pk), payload.ID_KEY: others})
    revocation.sign_out_browser(request)
    assert request.session.is_empty()


class ReadsFromReplica:
    """A router that reads sessions from a replica, which is not there at all."""

    def db_for_read(self, model, **hints):
        return "replica" if model is Session else None

    def db_for_write(self, model, **hints):
        return "default"


@pytest.fixture
def seen_on_replica(rf, settings, alice):
    """Return a browser of Alice's and a request of it, on a site that reads from a replica."""
    browser = Browser(alice)
    request = rf.get("/")
    request.session, request.user = browser.session, alice
    begin(request).admit(Admitted(alice, at=recent.now()))
    settings.DATABASE_ROUTERS = [f"{__name__}.ReadsFromReplica"]
    return browser, request


def test_no_replica_decides_whether_the_caller_has_ended_their_own_session(alice, seen_on_replica):
    browser, request = seen_on_replica
    own = Session.objects.filter(pk=browser.pk)
    revocation.end_by(request, own, lambda endable: lifecycle.end_many(endable, by=alice))
    assert request.session.is_empty()
    assert isinstance(request.user, AnonymousUser)


def test_no_replica_decides_whether_a_proof_is_missing(alice, settings, seen_on_replica):
    _, request = seen_on_replica
    other = TokenClient(alice)
    Session.objects.for_user(alice).update(authenticated_at=timezone.now() - timedelta(hours=1))
    settings.SESSIONS_API = {"REAUTHENTICATION_AGE": 600}
    own = Session.objects.filter(pk=other.pk)
    with pytest.raises(ReauthenticationRequired):
        revocation.end_by(request, own, lifecycle.end_many)
    assert Session.objects.on_primary().get(pk=other.pk).ended_at is None
