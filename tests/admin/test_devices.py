"""The admin's filters by device find what is shown, for every user agent that the tests know."""

import pytest

from sessions_api.admin.filters import BrowserFilter, DeviceTypeFilter, SystemFilter
from tests.admin.pages import CHANGELIST, listed
from tests.listing.devices import sessions_of_all_agents

pytestmark = pytest.mark.django_db


def ids_in_admin(client, query):
    """Return what is on all pages of the admin's list."""
    found: set[str] = set()
    url: str | None = f"{CHANGELIST}?{query}"
    while url:
        page = client.get(url)
        found |= set(listed(page))
        older = page.context["cl"].next
        url = f"{CHANGELIST}{older}" if older else None
    return found


def test_the_filters_find_what_is_shown(admin_client):
    shown = sessions_of_all_agents(admin_client)
    for value in DeviceTypeFilter.offered:
        kind = "" if value == "unknown" else value
        expected = {pk for pk, each in shown.items() if each["device_type"] == kind}
        assert ids_in_admin(admin_client, f"device_type={value}") == expected
    for choice in (BrowserFilter, SystemFilter):
        left = set(shown)
        for value, beginnings in choice.beginnings.items():
            expected = {
                pk
                for pk, each in shown.items()
                if each[choice.field].lower().startswith(tuple(map(str.lower, beginnings)))
            }
            found = ids_in_admin(admin_client, f"{choice.field}={value}")
            assert found == expected, value
            left -= found
        assert ids_in_admin(admin_client, f"{choice.field}=other") == left
