"""Digests, sealed keys and ids."""

import hashlib
import uuid

import pytest

from sessions_api import credentials

KEY = "0123456789abcdefghijklmnopqrstuv"


def test_the_digest_is_the_first_half_of_the_sha256():
    assert credentials.digest(KEY) == hashlib.sha256(KEY.encode()).digest()[:16]
    assert len(credentials.digest(KEY)) == credentials.DIGEST


@pytest.mark.parametrize("secret", ["", "ü", "\ud800", "\x00", "k" * 100_000])
def test_whatever_a_client_sends_has_a_digest(secret):
    digest = credentials.digest(secret)
    assert len(digest) == credentials.DIGEST
    assert digest == credentials.digest(secret)
    assert digest != credentials.digest(secret + "x")


def test_the_digest_does_not_depend_on_the_secret_key(settings):
    before = credentials.digest(KEY)
    settings.SECRET_KEY = "another"
    assert credentials.digest(KEY) == before


def test_a_sealed_key_is_opened_again():
    assert credentials.unseal(credentials.seal(KEY)) == KEY


def test_a_sealed_key_neither_contains_the_key_nor_gives_it_away():
    first, second = credentials.seal(KEY), credentials.seal(KEY)
    for sealed in (first, second):
        assert KEY.encode() not in sealed
        assert credentials.digest(KEY) not in sealed
        assert len(sealed) == 60
    assert first != second  # nobody can tell that two rows hold one key


def test_a_key_sealed_before_the_rotation_is_opened_while_the_fallback_is_there(settings):
    old_secret = settings.SECRET_KEY
    sealed = credentials.seal(KEY)
    settings.SECRET_KEY = "a new secret"
    settings.SECRET_KEY_FALLBACKS = ["one before that", old_secret]
    assert credentials.unseal(sealed) == KEY


def test_a_key_sealed_before_the_rotation_is_lost_without_the_fallback(settings):
    sealed = credentials.seal(KEY)
    settings.SECRET_KEY = "a new secret"
    assert credentials.unseal(sealed) is None


def test_after_the_rotation_keys_are_sealed_with_the_new_secret(settings):
    old_secret = settings.SECRET_KEY
    settings.SECRET_KEY = "a new secret"
    settings.SECRET_KEY_FALLBACKS = [old_secret]
    sealed = credentials.seal(KEY)
    settings.SECRET_KEY_FALLBACKS = []
    assert credentials.unseal(sealed) == KEY
    settings.SECRET_KEY = old_secret
    assert credentials.unseal(sealed) is None


def test_the_secret_key_may_be_bytes(settings):
    settings.SECRET_KEY = b"\xff bytes \x00"
    assert credentials.unseal(credentials.seal(KEY)) == KEY


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"garbage",
        b"gAAAAA",
        b"\x00" * 12,
        b"A" * 28,
        KEY.encode(),
        b"A" * 5_000,
        b"\x00",
        b"\xe4",
    ],
)
def test_garbage_is_opened_to_nothing(garbage):
    assert credentials.unseal(garbage) is None


def test_a_tampered_seal_is_opened_to_nothing():
    sealed = credentials.seal(KEY)
    middle = len(sealed) // 2
    other = bytes([sealed[middle] ^ 1])
    assert credentials.unseal(sealed[:middle] + other + sealed[middle + 1 :]) is None
    assert credentials.unseal(sealed[:-8]) is None


def test_a_new_id_is_a_uuid_of_version_7():
    new = credentials.new_id()
    assert new.version == 7
    assert new.variant == uuid.RFC_4122


def test_a_new_id_begins_with_the_milliseconds_of_its_making(time_machine):
    time_machine.move_to(1_800_000_000, tick=False)
    assert credentials.new_id().int >> 80 == 1_800_000_000_000


def test_ids_sort_by_the_time_of_their_making(time_machine):
    ids = []
    for step in range(20):
        time_machine.move_to(1_800_000_000 + step / 64, tick=False)
        ids.append(credentials.new_id())
    assert ids == sorted(ids)
    assert [str(new) for new in ids] == sorted(str(new) for new in ids)


def test_ids_made_in_one_millisecond_are_unique(time_machine):
    time_machine.move_to(1_800_000_000, tick=False)
    ids = {credentials.new_id() for _ in range(10_000)}
    assert len(ids) == 10_000
    assert {(new.version, new.variant) for new in ids} == {(7, uuid.RFC_4122)}
    # 74 random bits: each takes both values.
    fixed = 0xF << 76 | 0b11 << 62
    always, ever = (1 << 80) - 1, 0
    for new in ids:
        always, ever = always & new.int, ever | new.int
    assert (ever & ~always & ((1 << 80) - 1)) == ((1 << 80) - 1) & ~fixed


def test_a_derived_id_is_a_uuid_of_version_8():
    derived = credentials.derived_id(KEY)
    assert derived.version == 8
    assert derived.variant == uuid.RFC_4122


def test_a_derived_id_is_the_same_for_the_same_key():
    assert credentials.derived_id(KEY) == credentials.derived_id(KEY)


def test_derived_ids_of_different_keys_differ():
    keys = ["", *(f"{KEY}{number}" for number in range(1_000))]
    assert len({credentials.derived_id(key) for key in keys}) == len(keys)


def test_a_derived_id_cannot_be_made_without_the_secret_key(settings):
    before = credentials.derived_id(KEY)
    settings.SECRET_KEY = "another"
    assert credentials.derived_id(KEY) != before
    assert credentials.digest(KEY)[:4].hex() not in before.hex
