"""Users as UUIDs: which key appears under which, and that no other finds anybody."""

import hashlib
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session as EngineRow
from django.core.validators import MinValueValidator, RegexValidator
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sessions_api.dialects.identifiers import key_of, parsed, user_of, uuid_of
from tests.factories import SessionFactory, UserFactory
from tests.user_models import users_keyed_by

NUMBERS = {
    0: "00000000-0000-8100-8100-000000000000",
    1: "00000000-0000-8100-8100-000000000001",
    7: "00000000-0000-8100-8100-000000000007",
    -1: "ffffffff-ffff-81ff-81ff-ffffffffffff",
    256: "00000000-0000-8100-8100-000000000100",
    2**31 - 1: "00000000-0000-8100-8100-00007fffffff",
    2**63 - 1: "00000000-0000-817f-81ff-ffffffffffff",
    -(2**63): "ffffffff-ffff-8180-8100-000000000000",
}
TEXTS = {
    "": "00000000-0000-8200-8100-000000000000",
    "a": "61000000-0000-8200-8300-000000000000",
    "7": "37000000-0000-8200-8300-000000000000",
    "acme": "61636d65-0000-8200-8900-000000000000",
    "ACME": "41434d45-0000-8200-8900-000000000000",
    " a ": "20612000-0000-8200-8700-000000000000",
    "é": "c3a90000-0000-8200-8500-000000000000",
    "größte-firma": "6772c3b6-c39f-8274-9d65-2d6669726d61",
    "😀😀😀": "f09f9880-f09f-8298-9980-f09f98800000",
    "fourteen bytes": "666f7572-7465-8265-9d6e-206279746573",
    "a\ufffdb": "61efbfbd-6200-8200-8b00-000000000000",
}
LONG = ["fifteen bytes!!", "größte-firmen", "alice/o'neil_2F@example.com", "x" * 150]


NOBODYS = {
    "random": "c339547d-e17d-4ba7-8a1d-b3d5a4d17c1c",
    "nil": str(UUID(int=0)),
    "all ones": str(UUID(int=2**128 - 1)),
    "malformed to MariaDB": "61000000-0000-8200-8000-000000000000",
    "a length that is not its own": "61000000-0000-8200-8500-000000000000",
    "a length beyond the bytes": "61000000-0000-8200-bf00-000000000000",
    "a length of nothing": "61000000-0000-8200-8100-000000000000",
    "something after the end": "61000000-0000-8200-8300-000000000001",
    "the last bit unset": "61000000-0000-8200-8200-000000000000",
    "another variant": "61000000-0000-8200-c300-000000000000",
    "NUL": "00000000-0000-8200-8300-000000000000",
    "NUL inside": "61006200-0000-8200-8700-000000000000",
    "bad UTF-8": "ff000000-0000-8200-8300-000000000000",
    "a cut character": "c3000000-0000-8200-8300-000000000000",
    "a surrogate": "eda08000-0000-8200-8700-000000000000",
    "an overlong character": "c1a10000-0000-8200-8500-000000000000",
    "a number with a length": "00000000-0000-8100-8300-000000000001",
    "a number with the last bit unset": "00000000-0000-8100-8200-000000000001",
    "a digest": str(uuid_of(LONG[0])),
    "another version": "61000000-0000-4200-8300-000000000000",
    "another kind": "61000000-0000-8400-8300-000000000000",
}
TOO_LARGE = {
    "2**63": "00000000-0000-8180-8100-000000000000",
    "-2**63 - 1": "ffffffff-ffff-817f-81ff-ffffffffffff",
    "the largest": "7fffffff-ffff-81ff-81ff-ffffffffffff",
    "the least": "80000000-0000-8100-8100-000000000000",
}


@pytest.fixture
def text_keys():
    with users_keyed_by(models.CharField(primary_key=True, max_length=150)) as model:
        yield model


@pytest.fixture
def number_keys():
    with users_keyed_by(models.BigAutoField(primary_key=True)) as model:
        yield model


@pytest.fixture
def uuid_keys():
    with users_keyed_by(models.UUIDField(primary_key=True)) as model:
        yield model


@pytest.mark.parametrize(("number", "shown"), NUMBERS.items())
def test_a_number_is_read_again_from_its_uuid(number_keys, number, shown):
    assert uuid_of(number) == UUID(shown)
    assert key_of(UUID(shown)) == number


@pytest.mark.parametrize(("text", "shown"), TEXTS.items())
def test_text_of_up_to_14_bytes_is_read_again_from_its_uuid(text_keys, text, shown):
    assert uuid_of(text) == UUID(shown)
    assert key_of(UUID(shown)) == text


@pytest.mark.parametrize(
    "uuid",
    [
        UUID(NOBODYS["random"]),
        UUID(int=0),
        UUID(int=2**128 - 1),
        UUID(NUMBERS[7]),
        UUID(TEXTS["a"]),
    ],
)
def test_a_uuid_stands_for_itself(uuid_keys, uuid):
    assert uuid_of(uuid) == key_of(uuid) == uuid


@pytest.mark.parametrize("text", LONG)
def test_longer_text_is_shown_under_a_digest(text):
    shown = uuid_of(text)
    assert shown.bytes[6] == 0x83
    assert shown == uuid_of(text)


def test_no_two_keys_appear_under_one_uuid():
    keys = [*NUMBERS, *TEXTS, *LONG, LONG[-1] + "x"]
    assert len({uuid_of(key) for key in keys}) == len(keys)


@pytest.mark.parametrize("key", [*NUMBERS, *TEXTS, *LONG], ids=repr)
def test_the_ninth_byte_is_never_what_mariadb_takes_for_malformed(key):
    uuid = uuid_of(key)
    assert uuid.version == 8
    assert uuid.variant == "specified in RFC 4122"
    assert uuid.bytes[8] != 0x80


def test_every_length_is_told_by_the_ninth_byte(text_keys):
    for length in range(1, 15):
        uuid = uuid_of("x" * length)
        assert uuid.bytes[8] == 0x81 + 2 * length
        assert key_of(uuid) == "x" * length


@pytest.mark.parametrize("name", sorted((NOBODYS | TOO_LARGE).keys() - {"a digest"}))
def test_a_forged_uuid_is_nobodys_key(name):
    uuid = UUID((NOBODYS | TOO_LARGE)[name])
    for key in (
        models.CharField(primary_key=True, max_length=150),
        models.TextField(primary_key=True),
        models.SlugField(primary_key=True),
        models.AutoField(primary_key=True),
        models.BigIntegerField(primary_key=True),
        models.PositiveSmallIntegerField(primary_key=True),
    ):
        with users_keyed_by(key):
            assert key_of(uuid) is None


@pytest.mark.parametrize("uuid", NUMBERS.values())
def test_a_number_is_no_text(text_keys, uuid):
    assert key_of(UUID(uuid)) is None


@pytest.mark.parametrize("uuid", [*TEXTS.values(), NOBODYS["a digest"]])
def test_text_is_no_number(number_keys, uuid):
    assert key_of(UUID(uuid)) is None


@pytest.mark.parametrize(
    "field", [models.AutoField, models.IntegerField, models.PositiveBigIntegerField]
)
def test_a_number_that_the_field_does_not_take_is_nobodys(field):
    with users_keyed_by(field(primary_key=True)):
        assert key_of(uuid_of(2**64)) is None
        assert key_of(uuid_of(5)) == 5


@pytest.mark.parametrize(
    "field",
    [
        models.SlugField(primary_key=True),
        models.EmailField(primary_key=True),
        models.CharField(primary_key=True, validators=[RegexValidator("^[a-z]+$")]),
        models.CharField(primary_key=True, choices={"alice": "Alice"}),
        models.CharField(primary_key=True, max_length=5),
    ],
    ids=["slug", "email", "pattern", "choices", "length"],
)
def test_a_key_that_does_not_pass_its_fields_validators_is_found_nonetheless(field):
    with users_keyed_by(field):
        assert key_of(uuid_of("Alice 2")) == "Alice 2"
        assert key_of(uuid_of("alice")) == "alice"


def test_a_number_that_does_not_pass_its_fields_validators_is_found_nonetheless():
    limits = [MinValueValidator(1_000)]
    with users_keyed_by(models.IntegerField(primary_key=True, validators=limits)):
        assert key_of(uuid_of(5)) == 5


def test_a_user_who_is_part_of_another_has_that_ones_key():
    with users_keyed_by(models.OneToOneField(User, models.CASCADE, primary_key=True)):
        assert key_of(uuid_of(7)) == 7
        assert key_of(uuid_of("7")) is None


def test_the_user_who_appears_under_a_uuid_is_found_by_it_in_one_query(db):
    UserFactory.create()
    user = UserFactory.create()
    with CaptureQueriesContext(connection) as queries:
        assert user_of(uuid_of(user.pk)) == user
    assert len(queries) == 1


def test_a_user_is_found_whatever_their_account_is_like(db):
    user = UserFactory.create(is_active=False)
    assert user_of(uuid_of(user.pk)) == user


@pytest.mark.parametrize("name", [*NOBODYS, *TOO_LARGE])
def test_a_forged_uuid_finds_nobody_without_a_query(db, name):
    UserFactory.create()
    with CaptureQueriesContext(connection) as queries:
        assert user_of(UUID((NOBODYS | TOO_LARGE)[name])) is None
    assert len(queries) == 0


def test_a_key_that_nobody_has_finds_nobody(db):
    user = UserFactory.create()
    assert user_of(uuid_of(user.pk + 1)) is None
    assert user_of(uuid_of(-user.pk)) is None
    assert user_of(uuid_of(0)) is None


@pytest.fixture
def users_with_text_keys(settings, db):
    """Have the rows of Django's session engine stand in for users: their keys are text."""
    settings.AUTH_USER_MODEL = "sessions.Session"

    def create(key):
        return EngineRow.objects.create(session_key=key, expire_date=timezone.now())

    return create


@pytest.mark.parametrize("text", [*TEXTS, "o'neil", "100%", "a_b"])
def test_a_user_whose_key_is_text_is_found_by_it(users_with_text_keys, text):
    users_with_text_keys("somebody else")
    user = users_with_text_keys(text)
    assert user_of(uuid_of(text)) == user


@pytest.mark.parametrize(
    "other", ["ALICE", "Alice", "alicé", "alice ", "\uff41lice", "alice\u200b"]
)
def test_a_key_in_other_letters_finds_nobody(users_with_text_keys, other):
    users_with_text_keys("alice")
    assert user_of(uuid_of(other)) is None


@pytest.mark.parametrize(
    "text", ["fifteen bytes!!", "größte-firmen", "alice/o'neil_2F@example.com"]
)
def test_a_user_with_a_longer_key_is_found_by_its_digest(users_with_text_keys, text):
    users_with_text_keys(f"{text}.")
    assert user_of(uuid_of(text)) is None
    user = users_with_text_keys(text)
    assert user_of(uuid_of(text)) == user


@pytest.mark.parametrize(
    ("text", "ninth_byte"), [("a", 0x81), ("fifteen bytes!!", 0x80), ("fifteen bytes!!", 0x83)]
)
def test_a_digest_that_is_not_as_ours_are_finds_nobody(users_with_text_keys, text, ninth_byte):
    users_with_text_keys(text)
    digest = hashlib.sha256(text.encode()).digest()
    content = digest[:6] + b"\x83" + digest[6:7] + bytes([ninth_byte]) + digest[7:14]
    assert user_of(UUID(bytes=content)) is None


@pytest.mark.parametrize("name", [*NOBODYS, *TOO_LARGE])
def test_a_forged_uuid_finds_nobody_among_text(users_with_text_keys, name):
    users_with_text_keys("a")
    assert user_of(UUID((NOBODYS | TOO_LARGE)[name])) is None


def test_a_user_whose_key_is_a_uuid_is_found_by_it(settings, db):
    user: Any = SessionFactory.create()  # it stands in for one
    settings.AUTH_USER_MODEL = "sessions_api.Session"
    assert user_of(user.pk) == user
    assert user_of(UUID(NOBODYS["random"])) is None
    assert user_of(UUID(NUMBERS[7])) is None
    assert user_of(UUID(NOBODYS["malformed to MariaDB"])) is None


@pytest.mark.parametrize(
    "text",
    [
        "01931a74-1234-7000-8000-0000000000aa",
        "01931A74-1234-7000-8000-0000000000AA",
        "01931a74123470008000" + "0000000000aa",
        "{01931a74-1234-7000-8000-0000000000aa}",
        "urn:uuid:01931a74-1234-7000-8000-0000000000aa",
    ],
)
def test_a_uuid_may_be_written_in_every_usual_way(text):
    assert parsed(text) == UUID(int=0x01931A741234700080000000000000AA)


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "01931a74-1234-7000-8000-0000000000a", "01931a74-1234-7000-8000-0000000000aaa"),
        *("0x" + "1" * 30, "-" * 32, "+" + "1" * 31, "1_" * 15 + "11", " " + "1" * 31, "٣" * 32),
        *("\0" * 32, "\ud800" * 32, "1" * 31 + "\0", "g" * 32, "1" * 5000),
        *(None, 5, b"1" * 32, ["1" * 32], {}, True, 1.5),
    ],
    ids=lambda text: f"{text!a:.60}",
)
def test_what_is_no_uuid_is_none(text):
    assert parsed(text) is None
