"""docs/moving-from-knox.md, as printed."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from knox.models import AuthToken
from rest_framework.test import APIRequestFactory

from sessions_api.models import Kind, Session

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = Path(__file__).parents[2] / "docs/moving-from-knox.md"


@pytest.fixture
def view():
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(blocks[-1], names)  # noqa: S102 (our own page)
    return names["ExchangeToken"].as_view()


def test_a_token_of_knox_can_be_exchanged(alice, view):
    _, token = AuthToken.objects.create(alice)
    headers = {"Authorization": f"Bearer {token}", "User-Agent": "Phone/1"}
    request = APIRequestFactory().post("/exchange/", headers=headers)
    answer = view(request)
    assert answer.status_code == 201
    ours = {"Authorization": f"Bearer {answer.data['token']}"}
    current = Client().get("/api/sessions/current/", headers=ours).json()
    assert (current["kind"], current["user_agent"]) == (Kind.TOKEN, "Phone/1")
    assert Session.objects.get().user == alice
    assert view(APIRequestFactory().post("/exchange/", headers=headers)).status_code == 401
