"""Change the code in one place at a time, and see whether a test notices.

The suite runs once on the unchanged tree, and again after a change of the sources or tests. Then each
mutant of a random sample meets the tests that run the line it changes: all of the file that mirrors
its own, and of the others each once, whatever its parameters. Those that no test notices are shown,
unless equivalents.toml lists them. Returns 1 if there are any.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

from tests.mutation import core
from tests.mutation.baseline import ROOT, copy_tree, measure
from tests.mutation.equivalents import entry_of, listed, outdated
from tests.mutation.mutants import Mutant
from tests.mutation.runs import Run, Runner
from tests.mutation.selection import Selection


def main() -> int:
    """Run a sample, and say what has become of it."""
    options = _options()
    mutants = [each for each in core.mutants() if each.file.startswith(tuple(options.only))]
    sample = _sample(mutants, options.sample, options.seed)
    equivalents = {each.key for each in listed()}
    baseline = measure(options.directory, processes=options.processes, without=options.without)
    selection = Selection(baseline, is_thorough=options.thorough)
    runners = []
    for number in range(options.processes):
        tree = options.directory / f"tree-{number}"
        copy_tree(tree)
        runners.append(Runner(tree, baseline, selection))
    if sample:
        runners[0].check(sample[0])

    known = [mutant for mutant in sample if mutant.key in equivalents]
    tried = [mutant for mutant in sample if mutant.key not in equivalents]
    runs = []
    for run in _runs(tried, runners):
        runs.append(run)
        _say(f"{len(runs)}/{len(tried)} {_line(run)}")
        if run.has_survived:
            _say(
                f"\n{run.mutant.diff((ROOT / run.mutant.file).read_text())}\n{entry_of(run.mutant)}\n"
            )
    gone = outdated(core.mutants())
    for entry in gone:
        _say(f"No mutant is this equivalent any more: {entry.file}, {entry.within}: {entry.was}")
    _say(f"\n{_summary(runs, made=len(mutants), equivalents=len(known), seed=options.seed)}")
    return int(bool(gone) or any(run.has_survived for run in runs))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("directory", type=Path, help="what the suite did, and copies of the tree")
    parser.add_argument("--sample", type=int, default=400, help="how many mutants")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))  # noqa: S311
    parser.add_argument("--processes", type=int, default=1, help="how many at a time")
    parser.add_argument("--only", nargs="+", default=[""], help="files whose names begin so")
    parser.add_argument("--thorough", action="store_true", help="run tests with all parameters")
    parser.add_argument("--without", nargs="+", default=[], help="files of tests not to run")
    options = parser.parse_args()
    options.directory = options.directory.resolve()
    return options


def _sample(mutants: list[Mutant], size: int, seed: int) -> list[Mutant]:
    shuffled = random.Random(seed).sample(mutants, len(mutants))  # noqa: S311
    found = (mutant for mutant in shuffled if mutant.is_python())
    return [mutant for mutant, _ in zip(found, range(size), strict=False)]


def _runs(mutants: list[Mutant], runners: list[Runner]) -> Iterator[Run]:
    """Yield what becomes of each mutant, in their order."""
    free: Queue[Runner] = Queue()
    for runner in runners:
        free.put(runner)

    def run(mutant: Mutant) -> Run:
        runner = free.get()
        try:
            return runner.run(mutant)
        finally:
            free.put(runner)

    with ThreadPoolExecutor(len(runners)) as pool:
        yield from pool.map(run, mutants)


def _line(run: Run) -> str:
    mutant = run.mutant
    where = f"{mutant.file}:{mutant.line} {mutant.within}"
    return f"{run.result} in {run.seconds:.1f} s, {run.tests} tests: {where} {run.reason}".strip()


def _summary(runs: list[Run], *, made: int, equivalents: int, seed: int) -> str:
    results = Counter(run.result for run in runs)
    parts = [f"{number} {result}" for result, number in results.items()]
    seconds = sum(run.seconds for run in runs) / max(1, len(runs))
    return (
        f"Of {made} mutants {len(runs) + equivalents} were chosen with --seed {seed}: "
        f"{', '.join([*parts, f'{equivalents} listed as equivalent'])}. "
        f"{seconds:.1f} s for each."
    )


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
