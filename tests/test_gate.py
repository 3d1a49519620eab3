"""The gate as async code asks it: what is free must stay so between two looks."""

import pytest
from django.contrib.auth import get_user
from django.test import RequestFactory

from sessions_api import activity, engines, gate, visit
from tests.factories import UserFactory
from tests.test_settlement import signed_in


@pytest.mark.django_db
def test_what_the_gate_calls_free_stays_free_when_the_memory_loses_it(django_assert_num_queries):
    user = UserFactory.create()
    client = signed_in(user)
    request = RequestFactory().get("/")
    request.session = engines.store_class()(client.session.session_key)
    this_visit = visit.begin(request)
    found = get_user(request)
    assert gate.is_free(request, this_visit, found)
    activity.clear()
    with django_assert_num_queries(0):
        assert gate.admits(request, this_visit, found)
