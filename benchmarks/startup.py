"""What each app adds to the start of a site, and how much memory a remembered session takes.

    python -m benchmarks.startup [--processes 20] [--sessions 50000] [--json FILE]

Needs the dependency group "benchmarks". The start is ``django.setup()`` in a process of its own, with
all modules compiled: milliseconds of CPU, the median over the processes. The contenders take turns, so
that what else the machine does is the same for all. What an app adds is over plain Django with Django
REST framework among its apps. Memory is what tracemalloc tells of ``sessions_api.recent.memory``.
"""

import argparse
import resource
import time
import tracemalloc
from pathlib import Path
from statistics import median

from benchmarks.apart import apart
from benchmarks.contenders import configure
from benchmarks.output import add_json_option, say, write_json

NAMES = ("plain", "ours", "allauth", "user-sessions", "qsessions", "knox", "DRF authtoken")


def main() -> None:
    """Start each site in turn, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--processes", type=int, default=20)
    parser.add_argument("--sessions", type=int, default=50_000)
    parser.add_argument("--site", help=argparse.SUPPRESS)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    add_json_option(parser)
    options = parser.parse_args()
    if options.serve:
        measured = start(options.site) if options.site else remember(options.sessions)
        write_json(options.serve, measured)
        return
    taken: dict[str, list[dict[str, float]]] = {name: [] for name in NAMES}
    for number in range(options.processes + 1):
        for name in NAMES:
            figures = apart("startup", "--site", name)
            if number:  # The first compiles modules.
                taken[name].append(figures)
    starts = {name: in_the_middle(each) for name, each in taken.items()}
    say(f"{'django.setup()':<20}{'ms of CPU':>10}{'adds':>8}{'MiB':>8}{'adds':>8}")
    for name, each in starts.items():
        adds = {unit: each[unit] - starts["plain"][unit] for unit in each}
        say(
            f"{name:<20}{each['cpu_ms']:>10.0f}{adds['cpu_ms']:>8.0f}"
            f"{each['rss_mib']:>8.1f}{adds['rss_mib']:>8.1f}"
        )
    memory = apart("startup", "--sessions", options.sessions)
    say(f"{options.sessions:,} remembered sessions: {memory['bytes']:.0f} bytes each")
    write_json(options.json, {"starts": starts, "remembered": memory})


def in_the_middle(taken: list[dict[str, float]]) -> dict[str, float]:
    """Return the median of each figure."""
    return {unit: median(each[unit] for each in taken) for unit in taken[0]}


def start(name: str) -> dict[str, float]:
    """Set a site up."""
    begun_cpu, begun = time.process_time(), time.perf_counter()
    configure(name)
    spent_cpu, spent = time.process_time() - begun_cpu, time.perf_counter() - begun
    return {"cpu_ms": spent_cpu * 1_000, "wall_ms": spent * 1_000, "rss_mib": rss()}


def remember(sessions: int) -> dict[str, float]:
    """Have the memory of recent use hold so many sessions, as rows that were read."""
    configure("ours")
    from django.utils import timezone

    from sessions_api import credentials, recent
    from sessions_api.models import Session

    def row(number: int) -> Session:
        return Session(
            key_digest=credentials.digest(str(number)),
            created_at=timezone.now(),
            last_used=timezone.now(),
            expires_at=timezone.now(),
            user_id=number,
            ip_address="192.0.2.1",
            user_agent="Firefox",
        )

    recent.remember(row(0), fingerprint=0)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for number in range(sessions):
        recent.remember(row(number), fingerprint=hash(str(number)))
    taken = tracemalloc.get_traced_memory()[0] - before
    return {"sessions": sessions, "bytes": taken / sessions}


def rss() -> float:
    """Return this process's resident memory in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


if __name__ == "__main__":
    main()
