"""The tests of Django's that fail with any app that does what ours is for.

Whatever else fails is a mistake, and does not belong here.
"""

from dataclasses import dataclass

SWAPPED_USERS = (
    "The test swaps AUTH_USER_MODEL for another model once the tables are made. Ours refers to the "
    "table of the first one, so no user of the other can have a row in it."
)
NEW_KEY = (
    "The test wants a user who signs in again to keep the key of their session. Ours gives a new one at "
    "every sign-in (OWASP ASVS 5.0, 7.2.4)."
)


@dataclass(frozen=True)
class Expected:
    """A failure, why it has to be, and with which Djangos and engines it happens."""

    test: str
    reason: str
    django: tuple[str, ...] = ("5.2", "6.0", "6.1")
    engines: tuple[str, ...] = ("db", "cache", "signed_cookies")


EXPECTED = (
    Expected("auth_tests.test_auth_backends.UUIDUserTests.test_alogin", SWAPPED_USERS),
    Expected("auth_tests.test_auth_backends.UUIDUserTests.test_login", SWAPPED_USERS),
    Expected("auth_tests.test_views.UUIDUserTests.test_admin_password_change", SWAPPED_USERS),
    Expected(
        "test_client_regress.tests.SessionTests.test_logout_with_custom_auth_backend",
        SWAPPED_USERS,
    ),
    Expected(
        "test_client_regress.tests.SessionTests.test_logout_with_custom_user",
        SWAPPED_USERS,
    ),
    Expected(
        "auth_tests.test_views.LoginTest.test_session_key_flushed_on_login_after_password_change",
        NEW_KEY,
    ),
)


def is_expected(test: str) -> bool:
    """Tell whether a test is expected to fail with any Django and any engine."""
    return any(each.test == test for each in EXPECTED)


def expected_with(django: str, engine: str) -> set[str]:
    """Return the tests that fail with a version of Django ("6.1") and an engine."""
    return {each.test for each in EXPECTED if django in each.django and engine in each.engines}
