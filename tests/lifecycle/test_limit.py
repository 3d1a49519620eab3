"""How many sessions a user may have at once."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from sessions_api import lifecycle
from sessions_api.exceptions import SessionLimitReached
from sessions_api.lifecycle import limit
from sessions_api.models import EndReason, Kind, Session
from tests.factories import SessionFactory
from tests.helpers import signed_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bystander")]


def tokens(user, count):
    """Return active sessions of a user, the oldest first."""
    return [lifecycle.issue_token(user).session for _ in range(count)]


def make_room(user, **kwargs):
    """Make room, and return which sessions that has ended."""
    with transaction.atomic():
        limit.make_room(user, timezone.now(), **{"superseded": None, **kwargs})
    ended = Session.objects.for_user(user).filter(ended_at__isnull=False).order_by("created_at")
    assert {(session.end_reason, session.ended_by) for session in ended} <= {
        (EndReason.LIMIT, user)
    }
    return list(ended)


def test_without_a_limit_nothing_is_asked_and_nothing_ends(alice, django_assert_num_queries):
    tokens(alice, 3)
    with django_assert_num_queries(0):
        limit.make_room(alice, timezone.now(), superseded=None)


@pytest.mark.parametrize(("at_most", "ended"), [(5, 0), (4, 0), (3, 1), (2, 2), (1, 3)])
def test_as_many_of_the_oldest_end_as_must_for_one_more(alice, settings, at_most, ended):
    sessions = tokens(alice, 3)
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": at_most}
    assert make_room(alice) == sessions[:ended]


def test_an_adopted_session_ends_before_older_rows(alice, settings):
    tokens(alice, 1)
    (adopted,) = tokens(alice, 1)
    Session.objects.filter(pk=adopted.pk).update(adopted=True)
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 2}
    assert make_room(alice) == [adopted]


def test_where_the_site_refuses_there_is_no_room_and_nothing_ends(alice, settings):
    tokens(alice, 2)
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 2, "ON_LIMIT": "refuse"}
    with pytest.raises(SessionLimitReached) as refusal:
        make_room(alice)
    assert refusal.value.limit == 2
    assert Session.objects.for_user(alice).not_ended().count() == 2


def test_what_the_new_session_takes_the_place_of_does_not_count(alice, settings):
    first, _ = tokens(alice, 2)
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 2, "ON_LIMIT": "refuse"}
    assert make_room(alice, superseded=Q(pk=first.pk)) == []


def test_what_is_over_does_not_count(alice, settings):
    expired, ended, _ = tokens(alice, 3)
    Session.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(hours=1))
    Session.objects.filter(pk=ended.pk).delete()
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 2, "ON_LIMIT": "refuse"}
    assert make_room(alice) == []


def change_password_behind(session):
    """Have a token's session be over, and its row not know it."""
    Session.objects.filter(pk=session.pk).update(auth_digest=bytes(16))


@pytest.mark.parametrize(("at_most", "is_refused"), [(2, True), (3, True), (4, False)])
@pytest.mark.parametrize("over", [0, 2, 3])
def test_any_session_may_be_the_one_that_does_not_count(alice, settings, at_most, is_refused, over):
    change_password_behind(tokens(alice, 4)[over])
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": at_most, "ON_LIMIT": "refuse"}
    if is_refused:
        with pytest.raises(SessionLimitReached):
            make_room(alice)
    else:
        assert make_room(alice) == []


def test_the_oldest_that_stand_end_and_what_is_over_is_left_alone(alice, settings):
    first, second, over, _ = tokens(alice, 4)
    change_password_behind(over)
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 2}
    assert make_room(alice) == [first, second]


def test_what_is_over_by_its_row_is_no_reason_to_look_further(
    alice, settings, django_assert_num_queries
):
    tokens(alice, 1)
    past = timezone.now() - timedelta(minutes=6)
    SessionFactory.create(user=alice, expires_at=None, created_at=past)
    SessionFactory.create(user=alice, kind=Kind.TOKEN, expires_at=past)
    SessionFactory.create(user=alice, ended_at=past)
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 2}
    with transaction.atomic(), django_assert_num_queries(2):
        limit.make_room(alice, timezone.now(), superseded=None)


@pytest.mark.parametrize(("minutes", "counts"), [(0, True), (4, True), (6, False)])
def test_a_login_on_its_way_counts_for_five_minutes(alice, settings, minutes, counts):
    begun = timezone.now() - timedelta(minutes=minutes)
    SessionFactory.create(user=alice, expires_at=None, created_at=begun, authenticated_at=begun)
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 1, "ON_LIMIT": "refuse"}
    if counts:
        with pytest.raises(SessionLimitReached):
            make_room(alice)
    else:
        assert make_room(alice) == []


def test_browsers_and_tokens_count_alike(alice, settings):
    signed_in(alice)
    tokens(alice, 1)
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 2, "ON_LIMIT": "refuse"}
    with pytest.raises(SessionLimitReached):
        make_room(alice)
