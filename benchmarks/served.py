"""A small site, served in a process of its own while something else works on its database.

It answers requests of signed-in browsers at a steady rate. About half of them write a last use. A
request that has to wait for the one before it waits since the moment at which it was due.
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from queue import Empty, SimpleQueue
from threading import Thread
from typing import NamedTuple

REQUESTS = 20
"""How many requests a second the site answers."""


class Latency(NamedTuple):
    """How long requests took, in milliseconds."""

    median: float
    p99: float
    requests: int


class Site:
    """The process that serves."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def latency(self) -> Latency:
        """Return how long the requests took since this was asked last."""
        if self._process.stdin is None or self._process.stdout is None:
            raise ValueError("The site has no pipes.")
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        median, p99, requests = self._process.stdout.readline().split()
        return Latency(float(median), float(p99), int(requests))


@contextmanager
def served(database: str, keys: list[str]) -> Iterator[Site]:
    """Serve the browsers that have these session keys, until the block ends."""
    command = [sys.executable, "-m", "benchmarks.served", database]
    with subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        site = Site(process)
        if process.stdin is None:
            raise ValueError("The site has no pipes.")
        process.stdin.write(" ".join(keys) + "\n")
        time.sleep(5)
        site.latency()  # that of its start does not count
        time.sleep(1)
        site.latency()
        try:
            yield site
        finally:
            process.stdin.close()


def main(database: str) -> None:
    """Serve, and write the latency whenever a line is read."""
    os.environ["TEST_DATABASE"] = "postgresql"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

    import django
    from django.conf import settings
    from django.db import connection

    settings.SESSIONS_API = {**settings.SESSIONS_API, "TOUCH_INTERVAL": timedelta(seconds=10)}
    django.setup()
    connection.settings_dict["NAME"] = database
    keys = sys.stdin.readline().split()
    asked: SimpleQueue[str] = SimpleQueue()
    Thread(target=listen, args=(asked,), daemon=True).start()
    serve(keys, asked)


def listen(asked: "SimpleQueue[str]") -> None:
    """Pass on each line that is read, and the end."""
    for line in sys.stdin:
        asked.put(line)
    asked.put("")


def serve(keys: list[str], asked: "SimpleQueue[str]") -> None:
    """Answer one request after the other, when it is due."""
    from django.test import Client

    client, taken = Client(), list[float]()
    due = time.perf_counter()
    while True:
        client.cookies["sessionid"] = random.choice(keys)  # noqa: S311
        response = client.get("/do/user/")
        taken.append(time.perf_counter() - due)
        if not response.content:
            raise SystemExit("A session of the site's has ended.")
        try:
            if not asked.get_nowait():
                return
            tell(sorted(taken))
            taken.clear()
            due = time.perf_counter()
        except Empty:
            pass
        due += 1 / REQUESTS
        time.sleep(max(0.0, due - time.perf_counter()))


def tell(taken: list[float]) -> None:
    """Write median, 99th percentile and number."""
    median, p99 = taken[len(taken) // 2], taken[int(len(taken) * 0.99)]
    sys.stdout.write(f"{median * 1000:.1f} {p99 * 1000:.1f} {len(taken)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
