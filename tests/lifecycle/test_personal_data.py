"""Personal data: exported, erased, and cleared once it is no longer recorded."""

import json
from datetime import timedelta

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.test import Client
from django.utils import timezone

from sessions_api import engines, lifecycle, recent
from sessions_api.lifecycle import personal_data
from sessions_api.models import EndReason, Session
from tests.factories import SessionFactory, UserFactory
from tests.helpers import (
    CURRENT,
    DJANGOS_ENGINES,
    FIREFOX,
    bearer,
    name_of,
    old_session,
    session_of,
    signed_in,
    use_engine,
)
from tests.lifecycle.paces import OneByOne
from tests.lifecycle.personal_data import FULL
from tests.secrecy import forms

pytestmark = pytest.mark.django_db(transaction=True)

NOT_EXPORTED = {
    "user_id": "whose export it is",
    "impersonator_id": "somebody else",
    "acting_as_id": "somebody else",
    "ended_by_id": "maybe somebody else: told as a word",
    "key_digest": "a secret",
    "sealed_key": "a secret",
    "auth_digest": "a secret",
    "secret_key_id": "of the site",
    "backend": "of the site",
    "device_digest": "a secret",
    "device_auth_digest": "a secret",
    "cookie_is_due": "of the site",
    "end_is_pending": "of the site",
}


def stored(session):
    return Session.objects.filter(pk=session.pk).values(*FULL).get()


class TestExport:
    def test_every_field_is_exported_or_has_a_reason_not_to_be(self):
        fields = {field.attname for field in Session._meta.concrete_fields}
        assert set(personal_data.EXPORTED) | NOT_EXPORTED.keys() == fields
        assert not set(personal_data.EXPORTED) & NOT_EXPORTED.keys()

    def test_it_has_all_of_a_users_sessions_over_or_not_and_nobody_elses(self, alice):
        ended = SessionFactory.create(user=alice, **FULL)
        lifecycle.end(ended, by=UserFactory.create())
        browser = signed_in(alice)
        SessionFactory.create()
        exported = lifecycle.export(alice)
        assert [each["id"] for each in exported["sessions"]] == [ended.pk, session_of(browser).pk]
        first, second = exported["sessions"]
        assert {name: first[name] for name in FULL} == FULL
        assert (first["ended_by"], second["ended_by"]) == ("somebody else", None)
        assert first["end_reason"] == EndReason.REVOKED

    def test_it_tells_that_somebody_acted_as_the_user_and_not_who(self, alice):
        bob = UserFactory.create(username="bob-the-impersonator")
        SessionFactory.create(user=alice, impersonator=bob)
        SessionFactory.create(user=bob, impersonator=bob, acting_as=alice, **FULL)
        exported = lifecycle.export(alice)
        assert [each["is_impersonated"] for each in exported["sessions"]] == [True]
        (acted,) = exported["acted_as"]
        assert set(acted) == {"id", "kind", "created_at", "last_used", "ended_at"}
        assert bob.username not in json.dumps(exported, cls=DjangoJSONEncoder)

    def test_it_leaves_out_from_where_somebody_else_acted(self, alice):
        since = {"client_changed_at": timezone.now()}
        SessionFactory.create(user=alice, impersonator=UserFactory.create(), **FULL, **since)
        (exported,) = lifecycle.export(alice)["sessions"]
        told = FULL.keys() - {"label", "methods", "provider", "organization_id"}
        for name in (*told, *since):
            assert exported[name] is None
        assert exported["label"] == FULL["label"]

    def test_it_has_no_credential(self, alice):
        browser, token = signed_in(alice), lifecycle.issue_token(alice)
        text = json.dumps(lifecycle.export(alice), cls=DjangoJSONEncoder)
        for secret in (browser.cookies["sessionid"].value, token.token):
            for form in forms(secret):
                assert form not in text


class TestErasure:
    @pytest.mark.parametrize("engine", DJANGOS_ENGINES)
    def test_the_sessions_end_and_nothing_is_left_of_them(self, alice, settings, engine):
        use_engine(settings, engine)
        browser, token = signed_in(alice), lifecycle.issue_token(alice)
        ended = signed_in(alice)
        lifecycle.end(session_of(ended))
        bystander = signed_in(UserFactory.create())
        erased = lifecycle.erase(alice)
        assert erased == (3, 0)
        assert not Session.objects.for_user(alice).exists()
        recent.clear()
        for client in (browser, ended):
            assert name_of(client) == ""
        assert Client().get(CURRENT, headers=bearer(token.token)).status_code == 401
        assert name_of(bystander) != ""
        assert not Session.objects.for_user(alice).exists()

    def test_a_session_that_the_engine_holds_on_to_does_not_come_back(self, alice, monkeypatch):
        browser = signed_in(alice, headers={"user-agent": FIREFOX})

        def fail(*args, **kwargs):
            raise ConnectionRefusedError

        with monkeypatch.context() as broken:
            broken.setattr(engines.store_class(), "delete", fail)
            broken.setattr("django.db.models.query.QuerySet._raw_delete", fail)
            broken.setattr(engines, "delete_many", lambda keys: set(keys))
            erased = lifecycle.erase(alice)
        assert erased == (1, 1)
        row = Session.objects.get()
        assert row.end_is_pending
        assert set(stored(row).values()) == {"", None}
        recent.clear()
        assert name_of(browser) == ""
        assert lifecycle.erase(alice).unfinished == 0
        assert not Session.objects.exists()

    @pytest.mark.parametrize("adopt", ["lazy", "refuse"])
    def test_on_signed_cookies_what_could_be_adopted_again_keeps_its_row(
        self, alice, settings, adopt
    ):
        use_engine(settings, "signed_cookies")
        browser = old_session(alice)
        copy = browser.cookies["sessionid"].value
        assert name_of(browser) == alice.username
        Session.objects.update(device_digest=b"d", device_auth_digest=b"a", aal=2)
        settings.SESSIONS_API = {**settings.SESSIONS_API, "ADOPT": adopt}
        assert lifecycle.erase(alice) == (1, 0)
        settings.SESSIONS_API = {**settings.SESSIONS_API, "ADOPT": "lazy"}
        (row,) = Session.objects.all()
        assert set(stored(row).values()) == {"", None}
        assert (row.device_digest, row.device_auth_digest) == (b"", b"")
        assert (row.aal, row.authenticated_at, row.last_used) == (None, None, row.created_at)
        browser.cookies["sessionid"] = copy
        recent.clear()
        assert name_of(browser) == ""
        row.ended_at = row.expires_at = timezone.now() - timedelta(days=200)
        row.save()
        assert lifecycle.purge() == 1

    def test_inside_a_transaction_the_sessions_end_with_it(self, alice):
        from django.db import transaction

        browser = signed_in(alice)
        with transaction.atomic():
            assert lifecycle.erase(alice) == (1, 0)
        assert not Session.objects.exists()
        recent.clear()
        assert name_of(browser) == ""


class TestClearing:
    """What was stored before the settings recorded less."""

    @pytest.fixture(autouse=True)
    def located(self, settings):
        settings.SESSIONS_API = {**settings.SESSIONS_API, "LOCATION": "builtins.print"}

    def cleared(self, settings, **options):
        settings.SESSIONS_API = {**settings.SESSIONS_API, **options}
        return sum(cleared for _, cleared in personal_data.clear_batches())

    def test_where_everything_is_recorded_nothing_is_looked_at(self, alice):
        row = SessionFactory.create(user=alice, **FULL)
        assert list(personal_data.clear_batches()) == []
        assert stored(row) == FULL

    def test_networks_are_kept_of_ip_addresses(self, alice, settings):
        row = SessionFactory.create(user=alice, **FULL)
        over = SessionFactory.create(ended_at=timezone.now(), **FULL)
        nothing = SessionFactory.create()
        assert self.cleared(settings, RECORD_IP="network") == 2
        networks = {"ip_address": "203.0.113.0", "last_ip_address": "2001:db8:1::"}
        assert stored(row) == stored(over) == {**FULL, **networks}
        assert stored(nothing)["ip_address"] is None
        assert self.cleared(settings, RECORD_IP="network") == 0

    def test_ip_addresses_are_cleared_with_the_places_found_from_them(self, alice, settings):
        row = SessionFactory.create(user=alice, **FULL)
        assert self.cleared(settings, RECORD_IP=False) == 1
        assert stored(row) == {
            **FULL,
            "ip_address": None,
            "last_ip_address": None,
            "country": "",
            "location": "",
            "location_at_sign_in": None,
        }

    def test_places_are_cleared_alone(self, alice, settings):
        row = SessionFactory.create(user=alice, **FULL)
        assert self.cleared(settings, LOCATION=None) == 1
        no_place = {"country": "", "location": "", "location_at_sign_in": None}
        assert stored(row) == {**FULL, **no_place}

    def test_user_agents_are_cleared_with_the_devices_they_name(self, alice, settings):
        row = SessionFactory.create(user=alice, **FULL)
        assert self.cleared(settings, RECORD_USER_AGENT=False) == 1
        names = ("user_agent", "last_user_agent", "device_type", "browser", "os", "device")
        assert stored(row) == {**FULL, **dict.fromkeys(names, "")}

    def test_what_tells_browser_and_system_goes_with_the_user_agent(self, alice, settings):
        token = SessionFactory.create(user=alice, kind="token", device_digest=b"t")
        browser = SessionFactory.create(user=alice, device_digest=b"b")
        self.cleared(settings, RECORD_USER_AGENT=False)
        digests = Session.objects.order_by("kind").values_list("device_digest", flat=True)
        assert list(digests) == [b"b", b""]
        self.cleared(settings, RECORD_USER_AGENT=False, KNOWN_DEVICES="client")
        for row in (token, browser):
            row.refresh_from_db()
            assert row.device_digest == b""

    def test_a_dry_run_counts_and_clears_nothing(self, alice, settings):
        row = SessionFactory.create(user=alice, **FULL)
        settings.SESSIONS_API = {**settings.SESSIONS_API, "RECORD_IP": False}
        assert list(personal_data.clear_batches(dry_run=True)) == [(1, 1)]
        assert stored(row) == FULL

    def test_it_goes_through_all_batches(self, alice, settings, monkeypatch):
        monkeypatch.setattr(personal_data, "BATCH", 2)
        SessionFactory.create_batch(5, user=alice, **FULL)
        settings.SESSIONS_API = {**settings.SESSIONS_API, "RECORD_IP": False}
        assert list(personal_data.clear_batches()) == [(2, 2), (2, 2), (1, 1)]

    def test_it_rests_as_it_is_told(self, alice, settings):
        SessionFactory.create_batch(3, user=alice, **FULL)
        settings.SESSIONS_API = {**settings.SESSIONS_API, "RECORD_IP": False}
        pace = OneByOne()
        assert list(personal_data.clear_batches(pace=pace)) == [(1, 1)] * 3
        assert pace.rests == [1, 1, 1]

    def test_a_session_in_use_goes_on(self, alice, settings):
        browser = signed_in(alice, headers={"user-agent": FIREFOX})
        assert self.cleared(settings, RECORD_IP=False, RECORD_USER_AGENT=False) == 1
        assert name_of(browser) == alice.username
        assert session_of(browser).last_ip_address is None
