"""What the site says of a user in Ory's and Torii's words."""

from datetime import UTC, datetime

ENVIRONMENT = "01931a72-0000-7000-8000-0000000000dd"
ORGANIZATION = "01931a74-1234-7000-8000-0000000000aa"


def of(user):
    """Return all that an identity may say."""
    return {
        "traits": {"name": {"first": user.username.title()}},
        "metadata_public": {"plan": "free"},
        "metadata_admin": {"risk": 3},
        "schema_id": "customer",
        "organization_id": ORGANIZATION,
        "state_changed_at": datetime(2026, 1, 2, 3, tzinfo=UTC),
    }


def with_more(user):
    """Return what an identity does not have, too."""
    return {"metadata_public": 1, "id": "mine", "state": "inactive"}


def without(user):
    """Return nothing of use."""


def failing(user):
    """Know nobody."""
    raise LookupError(user.username)


def environment_of(user):
    """Return the environment of one user, and no UUID for another."""
    return {"alice": ENVIRONMENT.upper(), "bob": "b"}[user.username]
