"""Bodies that are nested deeper than Python reads."""

import pytest
from django.test import Client

from sessions_api.api.bodies import MAX_BODY
from sessions_api.api.parsers import JSONParser
from tests.factories import UserFactory

DEPTH = MAX_BODY // 4


@pytest.mark.parametrize("body", ["[" * DEPTH, "[" * DEPTH + "]" * DEPTH, '{"":' * DEPTH])
def test_a_body_nested_too_deeply_is_a_bad_request(db, body):
    response = Client().post("/api/sessions/", body, content_type="application/json")
    assert (response.status_code, response.json()) == (
        400,
        {"detail": "The body is nested too deeply."},
    )


def test_the_site_chooses_the_other_parsers(db, monkeypatch):
    class Parser(JSONParser):
        media_type = "application/x-json"

    monkeypatch.setattr("sessions_api.api.views.OwnSessionViewSet.parser_classes", [Parser])
    body = f'{{"username": "{UserFactory.create().username}", "password": "wrong"}}'
    client = Client()
    assert client.post("/api/sessions/", body, content_type="application/json").status_code == 415
    assert client.post("/api/sessions/", body, content_type=Parser.media_type).status_code == 401
