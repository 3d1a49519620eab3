"""The filters by device find what is shown, for every user agent that the tests know."""

import pytest

from sessions_api.admin.filters import BrowserFilter, DeviceTypeFilter, SystemFilter
from sessions_api.client.user_agent import parse
from sessions_api.models import DeviceType, Session
from tests.admin.pages import CHANGELIST, listed
from tests.client.user_agents import USER_AGENTS
from tests.factories import SessionFactory, UserFactory

pytestmark = pytest.mark.django_db

API = "/api/admin/sessions/?page_size=250&state=all"


@pytest.fixture
def shown(admin_client):
    """Return the sessions of all these user agents by their ids, as the API shows them."""
    user = UserFactory.create()
    Session.objects.bulk_create(
        SessionFactory.build(user=user, user_agent=agent[:512], **parse(agent)._asdict())
        for _, agent, _ in USER_AGENTS
    )
    return {each["id"]: each for each in pages(admin_client, API)}


def pages(client, url):
    """Return what is on all pages of a list of the API."""
    found = []
    while url:
        page = client.get(url).json()
        found += page["results"]
        url = page["next"]
    return found


def ids_in_admin(client, query):
    """Return what is on all pages of the admin's list."""
    found: set[str] = set()
    url: str | None = f"{CHANGELIST}?{query}"
    while url:
        page = client.get(url)
        found |= set(listed(page))
        older = page.context["cl"].older
        url = f"{CHANGELIST}{older}" if older else None
    return found


def test_the_apis_filters_find_what_is_shown(admin_client, shown):
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


def test_the_admins_filters_find_what_is_shown(admin_client, shown):
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
