"""Sessions of every user agent that the tests know."""

from sessions_api.client.user_agent import parse
from sessions_api.models import Session
from tests.client.user_agents import USER_AGENTS
from tests.factories import SessionFactory, UserFactory

API = "/api/admin/sessions/?page_size=250&state=all"


def sessions_of_all_agents(client):
    """Make them, and return them by their ids, as the API shows them."""
    user = UserFactory.create()
    Session.objects.bulk_create(
        SessionFactory.build(user=user, user_agent=agent[:512], **parse(agent)._asdict())
        for _, agent, _ in USER_AGENTS
    )
    return {each["id"]: each for each in pages(client, API)}


def pages(client, url):
    """Return what is on all pages of a list of the API."""
    found = []
    while url:
        page = client.get(url).json()
        found += page["results"]
        url = page["next"]
    return found
