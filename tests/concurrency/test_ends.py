"""An end and a request that holds the same engine session, in real threads."""

from threading import Event

import pytest
from django.db import connection, transaction

from sessions_api import engines, lifecycle
from sessions_api.models import Session
from tests.concurrency.threads import at_once
from tests.helpers import engine_rows, returning_browser, use_engine

SECONDS = 30
"""How long to wait for another thread."""


@pytest.mark.django_db(transaction=True)
def test_an_end_does_not_wait_for_a_request_that_waits_for_its_row(settings, alice, monkeypatch):
    assert connection.vendor != "sqlite", "Set TEST_DATABASE to postgresql or mariadb."
    use_engine(settings, "db")
    returning_browser(alice)
    session = Session.objects.get()
    request_holds_engine_session, end_holds_row = Event(), Event()
    delete = engines.delete_along

    def delete_along(keys, *, using):
        end_holds_row.set()
        return delete(keys, using=using)

    monkeypatch.setattr(engines, "delete_along", delete_along)

    def request():
        with transaction.atomic():
            list(engine_rows().select_for_update())
            request_holds_engine_session.set()
            assert end_holds_row.wait(SECONDS)
            return Session.objects.select_for_update().get(pk=session.pk).ended_at

    def end():
        assert request_holds_engine_session.wait(SECONDS)
        return lifecycle.end(session)

    ended_at, is_ended = at_once(request, end)
    assert ended_at is not None  # written before the engine session could be deleted
    assert is_ended
    assert Session.objects.get().sealed_key == b""
    assert not engine_rows().exists()
