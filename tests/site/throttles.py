"""Throttles as sites have them."""

from rest_framework.throttling import UserRateThrottle


class OneADay(UserRateThrottle):
    """As a site may throttle all of its API."""

    rate = "1/day"
