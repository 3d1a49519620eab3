"""Connections to Redis that a test can close.

Django leaves those of a thread that ends, or of settings that change, to the garbage collector.
"""

from typing import Any

from redis import ConnectionPool

pools: list[ConnectionPool] = []


class Pool:
    """What Django makes its pools by."""

    @staticmethod
    def from_url(url: str, **options: Any) -> ConnectionPool:
        """Make a pool that ``close_all`` knows of."""
        pools.append(ConnectionPool.from_url(url, **options))
        return pools[-1]


def close_all() -> None:
    """Close every connection."""
    for pool in pools:
        pool.disconnect()
