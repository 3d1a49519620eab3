"""The gate as async code asks it: what is free must stay so between two looks."""

import pytest
from django.contrib.auth import get_user
from django.test import RequestFactory

from sessions_api import engines, recent
from sessions_api.tracking import gate
from sessions_api.tracking.state import begin
from tests.factories import UserFactory
from tests.tracking.test_response import signed_in


@pytest.mark.django_db
def test_what_the_gate_calls_free_stays_free_when_the_memory_loses_it(django_assert_num_queries):
    user = UserFactory.create()
    client = signed_in(user)
    request = RequestFactory().get("/")
    request.session = engines.store_class()(client.session.session_key)
    state = begin(request)
    found = get_user(request)
    recalled = recent.recall(request.session)
    assert recalled is not None
    recent.clear()
    with django_assert_num_queries(0):
        assert gate.user_of(request, state, found, recalled) == user
    assert state.admitted is not None
