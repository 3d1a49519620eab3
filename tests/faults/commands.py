"""The commands that work on the whole table."""

from concurrent.futures import ThreadPoolExecutor

from tests.faults.sites import Site

DONE = 0
UNFINISHED = 3
CANNOT_TELL = 4
"""The exit code of a command that cannot tell the state of sessions here, and has ended nothing."""

RECONCILE = ("reconcile_sessions", "--grace", "0")
PURGE = ("purge_sessions",)
ADOPT = ("adopt_sessions",)


def exit_codes(site: Site, *, lists: bool) -> dict[str, int]:
    """Run reconcile and purge at once, and return their exit codes.

    And adopt, where the engine ``lists`` what it holds.
    """
    commands = (RECONCILE, PURGE, *([ADOPT] if lists else []))
    with ThreadPoolExecutor(len(commands)) as threads:
        done = list(threads.map(lambda words: site.run(*words), commands))
    return {words[0]: each.returncode for words, each in zip(commands, done, strict=True)}
