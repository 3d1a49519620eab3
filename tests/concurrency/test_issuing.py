"""A token that is made of a session while somebody ends that session."""

import pytest
from django.test import RequestFactory

from sessions_api import lifecycle
from sessions_api.lifecycle import tokens
from sessions_api.models import Kind, Session
from tests.concurrency.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_no_token_outlives_a_session_that_was_ended_meanwhile(alice):
    request = RequestFactory().get("/")
    for _ in range(40):
        parent = lifecycle.issue_token(alice, methods=["password"]).session
        stale = Session.objects.get(pk=parent.pk)
        at_once(
            *[lambda stale=stale: tokens.issue_from(stale, alice, request=request)] * 3,
            lambda parent=parent: lifecycle.end(parent),
        )
    assert not Session.objects.not_ended().filter(kind=Kind.TOKEN).exists()
