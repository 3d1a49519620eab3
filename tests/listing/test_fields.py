"""The values that filters take: text as a query string has it, and the values of a JSON body."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.core.exceptions import ValidationError

from sessions_api.listing import fields

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def taken(field, value):
    """Return what a field that may be empty makes of a value."""
    return field(required=False).clean(value)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (fields.TextField, "  Firefox ", "Firefox"),
        (fields.TextField, "", ""),
        (fields.TextField, None, ""),
        (fields.TextField, "愛莉絲 🦊", "愛莉絲 🦊"),
        (fields.WordField, "recovery_codes", "recovery_codes"),
        (fields.WordField, "", ""),
        (fields.NetworkField, "203.0.113.7", "203.0.113.7/32"),
        (fields.NetworkField, " 203.0.113.7/24 ", "203.0.113.0/24"),
        (fields.NetworkField, "2001:DB8::1/32", "2001:db8::/32"),
        (fields.NetworkField, "", ""),
        (fields.TruthField, "true", True),
        (fields.TruthField, "TRUE", True),
        (fields.TruthField, True, True),
        (fields.TruthField, "false", False),
        (fields.TruthField, False, False),
        (fields.TruthField, "", None),
        (fields.TruthField, None, None),
        (fields.MomentField, "2026-03-01T12:00:00Z", NOON),
        (fields.MomentField, "2026-03-01 13:00:00+01:00", NOON),
        (fields.MomentField, "", None),
        (fields.MomentField, None, None),
    ],
)
def test_a_value_is_taken_as_it_is_meant(field, value, expected):
    assert taken(field, value) == expected


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (fields.TextField, "\0"),
        (fields.TextField, "\ud800"),
        (fields.TextField, 5),
        (fields.TextField, ["a"]),
        (fields.WordField, "Password"),
        (fields.WordField, "two words"),
        (fields.WordField, "x" * 33),
        (fields.WordField, "otp\n$"),
        (fields.NetworkField, "203.0.113"),
        (fields.NetworkField, "203.0.113.7/33"),
        (fields.NetworkField, "example.com"),
        (fields.TruthField, "perhaps"),
        (fields.TruthField, 1),
        (fields.MomentField, "yesterday"),
        (fields.MomentField, "2026-02-30T00:00:00Z"),
        (fields.MomentField, "9999-12-31T23:59:59-14:00"),
        (fields.MomentField, 1_800_000_000),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(field, value):
    with pytest.raises(ValidationError):
        taken(field, value)


def test_a_time_without_an_offset_is_in_the_sites_time_zone(settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    tokyo = timezone(timedelta(hours=9))
    expected = datetime(2026, 3, 1, 12, tzinfo=tokyo)
    assert taken(fields.MomentField, "2026-03-01T12:00:00") == expected


def test_a_site_without_time_zones_gets_a_time_without_one(settings):
    settings.USE_TZ = False
    settings.TIME_ZONE = "UTC"
    assert taken(fields.MomentField, "2026-03-01T12:00:00Z") == NOON.replace(tzinfo=None)


@pytest.mark.parametrize(
    ("value", "expected"), [("7", 7), (7, 7), ("", "")], ids=["text", "a number", "none"]
)
def test_a_user_is_named_by_the_primary_key(value, expected):
    assert taken(fields.UserField, value) == expected


@pytest.mark.parametrize("value", ["alice", 1.5, {"pk": 1}])
def test_what_is_no_primary_key_of_the_model_names_no_user(value):
    with pytest.raises(ValidationError):
        taken(fields.UserField, value)
