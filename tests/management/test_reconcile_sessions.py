"""``reconcile_sessions``: what it ends and finishes, and what it leaves alone."""

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.core.management import CommandError, call_command
from django.utils import timezone

from sessions_api.lifecycle import ending
from sessions_api.models import EndReason, Session
from tests.factories import SessionFactory, UserFactory
from tests.helpers import ENGINES, lose, name_in_new_process, signed_in
from tests.management.terminal import everything, interrupted, said


def test_what_is_dead_ends_with_its_reason_on_any_engine(shared_engine):
    alive, changed, gone = UserFactory.create_batch(3)
    alice, bob = signed_in(alive), signed_in(changed)
    changed.set_password("another")
    changed.save()
    expired = SessionFactory.create(expires_at=timezone.now() - timedelta(days=1))
    signed_in(gone)
    type(gone).objects.filter(pk=gone.pk).update(is_active=False)
    said_so = said("reconcile_sessions", grace=0)
    assert said_so == (
        "3 sessions ended (1 expired, 1 credentials, 1 deactivated); 0 sessions finished."
    )
    reasons = dict(Session.objects.values_list("user", "end_reason"))
    assert reasons == {
        alive.pk: "",
        changed.pk: EndReason.CREDENTIALS,
        gone.pk: EndReason.DEACTIVATED,
        expired.user_id: EndReason.EXPIRED,
    }
    assert (name_in_new_process(alice), name_in_new_process(bob)) == (alive.username, "")


# On signed_cookies the engine holds nothing that it could lose.
@pytest.mark.parametrize(
    "shared_engine", [name for name in ENGINES if name != "signed_cookies"], indirect=True
)
def test_what_the_engine_has_lost_ends(shared_engine):
    lost, kept = signed_in(UserFactory.create()), signed_in(UserFactory.create())
    lose(lost)
    assert said("reconcile_sessions", grace=0).startswith("1 session ended (1 lost);")
    assert name_in_new_process(kept)


def test_unfinished_ends_are_finished():
    client = signed_in(UserFactory.create())
    Session.objects.update(ended_at=timezone.now(), end_reason=EndReason.REVOKED)
    assert said("reconcile_sessions") == "0 sessions ended; 1 session finished."
    assert Session.objects.get().sealed_key == b""
    assert name_in_new_process(client) == ""


def test_it_says_when_the_engine_could_not_delete_everything(settings):
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
    signed_in(UserFactory.create())
    Session.objects.update(ended_at=timezone.now(), end_reason=EndReason.REVOKED)
    settings.CACHES = {"default": {"BACKEND": "tests.site.cache.FailingCache"}}
    with pytest.raises(CommandError, match="could not delete 1 session") as error:
        call_command("reconcile_sessions", verbosity=0)
    assert error.value.returncode == 3


def test_a_dry_run_says_how_many_and_writes_nothing():
    lose(signed_in(UserFactory.create()))
    SessionFactory.create(ended_at=timezone.now(), sealed_key=b"left")
    before = everything()
    assert said("reconcile_sessions", dry_run=True, grace=0) == (
        "1 session would be ended (1 lost); 1 session would be finished."
    )
    assert everything() == before


def test_a_cache_that_does_not_answer_ends_nobody(settings):
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cache"
    signed_in(UserFactory.create())
    settings.CACHES = {"default": {"BACKEND": "tests.site.cache.FailingCache"}}
    with pytest.raises(CommandError, match="does not answer") as error:
        call_command("reconcile_sessions", grace=0)
    assert error.value.returncode == 4
    assert Session.objects.not_ended().exists()


def test_a_cache_of_another_process_ends_nobody(settings):
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cache"
    signed_in(UserFactory.create())
    caches["default"].clear()
    with pytest.raises(CommandError, match="reads another cache") as error:
        call_command("reconcile_sessions", grace=0)
    assert error.value.returncode == 4
    assert Session.objects.not_ended().exists()


def test_an_interrupted_run_is_completed_by_the_next(monkeypatch):
    monkeypatch.setattr(ending, "BATCH", 2)
    for _ in range(3):
        lose(signed_in(UserFactory.create()))
    with (
        interrupted(at=3, statement="UPDATE"),
        pytest.raises(CommandError, match=r"^Interrupted\. 2 sessions ended \(2 lost\)") as error,
    ):
        call_command("reconcile_sessions", grace=0)
    assert error.value.returncode == 130
    assert said("reconcile_sessions", grace=0).startswith("1 session ended (1 lost);")
    assert not Session.objects.exclude(sealed_key=b"").exists()


@pytest.mark.parametrize("grace", ["-1", "nan", "inf"])
def test_a_grace_must_be_a_duration(grace):
    with pytest.raises(CommandError, match=r"^--grace: "):
        call_command("reconcile_sessions", f"--grace={grace}")
