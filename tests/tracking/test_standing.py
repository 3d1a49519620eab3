"""Whether the row of a session stands, asked at every request."""

import pytest

from sessions_api import engines, payload
from sessions_api.tracking import standing
from tests.factories import UserFactory
from tests.helpers import returning_browser

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("spoiled", [None, "", "garbage", 5])
def test_a_payload_with_a_spoiled_id_is_nobodys_and_spoils_no_other(spoiled, monkeypatch):
    monkeypatch.setattr(standing, "_statements", {})
    browser = returning_browser(UserFactory.create())
    session = engines.store_class()(browser.session.session_key)
    session[payload.ID_KEY], right = spoiled, session[payload.ID_KEY]
    assert not standing.stands(session)
    session[payload.ID_KEY] = right
    assert standing.stands(session)
