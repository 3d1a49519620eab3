"""``adopt_sessions``: sessions from before the installation, all at once."""

import pytest
from django.contrib.auth import SESSION_KEY
from django.core.management import CommandError, call_command
from django.test import Client

from sessions_api import validity
from sessions_api.models import Session
from tests.factories import UserFactory
from tests.helpers import name_in_new_process, old_session, signed_in
from tests.management.terminal import everything, said

LISTING = ("db", "cached_db", "file")


@pytest.mark.parametrize("adopt", ["lazy", "refuse"])
@pytest.mark.parametrize("shared_engine", LISTING, indirect=True)
def test_old_sessions_are_taken_in_at_once(settings, shared_engine, adopt):
    settings.SESSIONS_API = {"ADOPT": adopt}
    alice, bob = UserFactory.create(), UserFactory.create()
    old, other, known = old_session(alice), old_session(alice), signed_in(bob)
    assert said("adopt_sessions", dry_run=True) == "2 sessions would be adopted."
    assert said("adopt_sessions") == "2 sessions adopted."
    assert said("adopt_sessions") == "0 sessions adopted."
    assert len(validity.active_sessions(alice)) == 2
    assert Session.objects.filter(adopted=True, authenticated_at=None).count() == 2
    assert [name_in_new_process(each) for each in (old, other, known)] == [
        alice.username,
        alice.username,
        bob.username,
    ]
    assert Session.objects.count() == 3


def test_what_would_not_authenticate_anybody_is_not_adopted():
    gone, changed, inactive = UserFactory.create_batch(3)
    for user in (gone, changed):
        old_session(user)
    old_session(inactive)
    old_session(UserFactory.create(), **{SESSION_KEY: "no key"})
    gone.delete()
    changed.set_password("another")
    changed.save()
    type(inactive).objects.filter(pk=inactive.pk).update(is_active=False)
    Client().get("/do/write/")
    assert said("adopt_sessions") == "0 sessions adopted."


def test_a_dry_run_writes_nothing():
    old_session(UserFactory.create())
    before = everything()
    call_command("adopt_sessions", dry_run=True, verbosity=0)
    assert everything() == before


@pytest.mark.parametrize(
    ("adopt", "otherwise"),
    [("lazy", "at its next request anyway"), ("refuse", 'With ADOPT = "lazy"')],
)
@pytest.mark.parametrize("shared_engine", ["cache", "signed_cookies"], indirect=True)
def test_an_engine_that_cannot_list_is_named(settings, shared_engine, adopt, otherwise):
    settings.SESSIONS_API = {"ADOPT": adopt}
    with pytest.raises(CommandError, match=otherwise) as error:
        call_command("adopt_sessions")
    assert settings.SESSION_ENGINE in str(error.value)
