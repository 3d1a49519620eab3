"""Every endpoint of the API: what its right caller changes, and what a malformed call is told.

Who the right caller is, tests/surfaces/ says for all surfaces.
"""

import re

import pytest
from django.urls import get_resolver

from tests.api.endpoints import CALLERS, ENDPOINTS, MALFORMED, ROWS
from tests.helpers import session_id

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bystander")]


def test_every_endpoint_has_a_row_and_every_row_every_cell():
    told = {f"{e.method} {e.path}".replace("{query}", "") for e in ENDPOINTS}
    assert told == {
        f"{method.upper()} /api/" + re.sub(r"<\w+:(\w+)>", r"{\1}", path).replace("{pk}", "{id}")
        for path, methods in methods_by_path().items()
        for method in methods
    }
    for endpoint in ENDPOINTS:
        assert list(endpoint.answers) == CALLERS
        assert endpoint.malformed


def methods_by_path():
    patterns = get_resolver("sessions_api.urls").url_patterns
    return {
        str(pattern.pattern): vars(pattern.callback)["actions"].keys() - {"head"}
        for pattern in patterns
    }


@pytest.mark.parametrize("name", ROWS)
def test_a_call_ends_what_it_is_for_and_nothing_else(people, name):
    endpoint = ROWS[name]
    before, names = people.at_stake(), people.names("right caller")
    response = people.ask(endpoint, "right caller")
    assert response.status_code == endpoint.answers["right caller"]
    after = {pk: state for pk, state in people.at_stake().items() if pk in before}
    ended = {pk for pk, (ended_at, *_) in after.items() if ended_at is not None}
    assert ended == {names[one] for one in endpoint.ends}


@pytest.mark.parametrize("caller", ["wrong user", "staff without permission"])
def test_nobody_sees_the_sessions_of_others_in_a_list_of_their_own(people, caller):
    results = people.ask(ROWS["GET /api/sessions/{query}"], caller).json()["results"]
    assert [row["id"] for row in results] == [session_id(people.client(caller))]


@pytest.mark.parametrize(("name", "wrong"), MALFORMED)
def test_what_cannot_be_meant_is_named_and_changes_nothing(people, name, wrong):
    changes, status, named = ROWS[name].malformed[wrong]
    before = people.at_stake()
    response = people.ask(ROWS[name], "right caller", **changes)
    assert response.status_code == status
    assert named in response.json()
    assert people.at_stake() == before
