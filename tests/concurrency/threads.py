"""Calls that happen at once, each with connections of its own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections

THREADS = 20


def at_once(*calls):
    """Run the calls in threads that all begin together, and return their results in order."""
    start = Barrier(len(calls))

    def run(call):
        start.wait()
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))
