"""System checks: they say before the first request what would go wrong with it."""

from sessions_api.checks.rules import allow
from sessions_api.checks.settings import check_settings
from sessions_api.checks.site import (
    check_database,
    check_engine,
    check_location,
    check_middleware,
    check_new_devices,
    check_proxies,
    check_sign_in,
)

__all__ = ["OF_SECURITY", "allow", "check_database"]

OF_SECURITY = (
    check_settings,
    check_proxies,
    check_location,
    check_middleware,
    check_engine,
    check_sign_in,
    check_new_devices,
)
"""The checks that ``manage.py check --tag security`` makes."""
