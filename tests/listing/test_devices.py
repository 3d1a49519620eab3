"""The filters by device find what is shown, for every user agent that the tests know."""

import pytest

from sessions_api.models import DeviceType
from tests.client.user_agents import USER_AGENTS
from tests.listing.devices import API, pages, sessions_of_all_agents

pytestmark = pytest.mark.django_db


def test_the_filters_find_what_is_shown(admin_client):
    shown = sessions_of_all_agents(admin_client)
    assert len(shown) > len(USER_AGENTS)  # the staff's own session, too
    for kind in DeviceType.values:
        found = {each["id"] for each in pages(admin_client, f"{API}&device_type={kind}")}
        assert found == {pk for pk, each in shown.items() if each["device_type"] == kind}
        assert found
    for field in ("browser", "os"):
        for name in sorted({each[field].partition(" ")[0] for each in shown.values()} - {""}):
            found = {each["id"] for each in pages(admin_client, f"{API}&{field}={name}")}
            expected = {
                pk for pk, each in shown.items() if each[field].lower().startswith(name.lower())
            }
            assert found == expected, name
