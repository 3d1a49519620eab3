"""Draw what the benchmarks have measured: an SVG beside each file of figures.

    python -m benchmarks.plot [--directory docs/benchmarks]

Needs the dependency group "benchmarks". It draws those of requests.json, lists.json, touches.json,
logins.json and startup.json that are there, as each benchmark's --json writes them.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from statistics import fmean
from typing import Any

import matplotlib as mpl

mpl.use("svg")

from matplotlib import pyplot as plt

COLOURS = {
    "plain": "#9e9e9e",
    "ours": "#0072b2",
    "allauth": "#e69f00",
    "allauth, tracking": "#d55e00",
    "user-sessions": "#009e73",
    "qsessions": "#cc79a7",
    "knox": "#56b4e9",
    "DRF authtoken": "#555555",
}
PAGES = {
    "ours": ("changelist", {"first": "-", "deep": "--", "search: no user name": ":"}),
    "allauth": ("changelist", {"first": "-", "deep": "--", "search: no user name": ":"}),
    "user-sessions": ("changelist", {"first": "-", "deep": "--", "search: no user name": ":"}),
    "qsessions": ("changelist", {"first": "-", "deep": "--", "search: no user name": ":"}),
}
"""The pages of which all contenders have one."""


def main() -> None:
    """Draw each file of figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--directory", type=Path, default=Path("docs/benchmarks"))
    options = parser.parse_args()
    # The same figures make the same file.
    plt.rcParams.update({"svg.hashsalt": "sessions", "font.size": 9, "axes.axisbelow": True})
    for name, draw in DRAWN.items():
        file = options.directory / f"{name}.json"
        if file.exists():
            figure = draw(json.loads(file.read_text()))
            figure.tight_layout()
            figure.savefig(file.with_suffix(".svg"), metadata={"Date": None})


def draw_requests(figures: Any) -> Any:
    """Draw ratios over the floor of each stack."""
    stacks = figures["instructions"]
    figure, axes = plt.subplots(figsize=(9, 4))
    place, ticks = 0, []
    for stack, by_name in stacks.items():
        floor = fmean(next(iter(by_name.values())))
        others = [(name, counted) for name, counted in by_name.items() if all(counted)][1:]
        ticks.append((place + (len(others) - 1) / 2, stack.replace("_", "\n")))
        for name, counted in others:
            ratio = fmean(counted) / floor
            axes.bar(place, ratio - 1, bottom=1, color=COLOURS[name], width=0.9)
            axes.annotate(f"{ratio:.2f}", (place, ratio), ha="center", va="bottom", fontsize=7)
            place += 1
        place += 1
    axes.set_xticks([at for at, _ in ticks], [stack for _, stack in ticks])
    axes.set_ylabel("instructions of a request,\nratio over plain Django")
    axes.set_title("One request of a signed-in user (tokens: over DRF's authtoken)")
    legend(axes, {name for by_name in stacks.values() for name in list(by_name)[1:]})
    return figure


def draw_lists(figures: Any) -> Any:
    """Draw how long pages take as the table grows."""
    databases, given_up = figures["pages"], figures["timeout"] * 1_000
    figure, all_axes = plt.subplots(1, len(databases), figsize=(10, 4.5), sharey=True)
    for axes, (database, by_name) in zip(
        [all_axes] if len(databases) == 1 else all_axes, databases.items(), strict=True
    ):
        for name, (surface, pages) in PAGES.items():
            for page, style in pages.items():
                taken = {
                    each["rows"]: each["ms"]
                    for each in by_name.get(name, ())
                    if (each["surface"], each["name"]) == (surface, page)
                }
                times = [ms or given_up for ms in taken.values()]
                axes.plot(list(taken), times, style, marker=".", color=COLOURS[name])
                lost = [rows for rows, ms in taken.items() if not ms]
                axes.plot(lost, [given_up] * len(lost), "x", color=COLOURS[name])
        axes.set(xscale="log", yscale="log", title=database, xlabel="sessions in the table")
        axes.grid(alpha=0.3)
    figure.axes[0].set_ylabel("ms a page of the admin's list (x: given up)")
    styles = {"-": "first", "--": "at 90 %", ":": "search, no hit"}
    lines = [plt.Line2D([], [], linestyle=style, color="black") for style in styles]
    legend(figure.axes[-1], PAGES, dict(zip(styles.values(), lines, strict=True)))
    return figure


def draw_touches(figures: Any) -> Any:
    """Draw the WAL of a touch, and the bytes of a row."""
    touches = {name: each for name, each in figures["touches"].items() if each}
    figure, (wal, size) = plt.subplots(1, 2, figsize=(10, 3.5))
    for place, (name, each) in enumerate(touches.items()):
        for kind, hatch, offset in (("cold", "", -0.2), ("warm", "//", 0.2)):
            value = each["wal"][kind]
            wal.bar(place + offset, value, 0.4, color=COLOURS[name], hatch=hatch)
            wal.annotate(
                f"{value:,.0f}", (place + offset, value), ha="center", va="bottom", fontsize=7
            )
        heap, *indexes = sorted(each["bytes"].values(), reverse=True)
        size.bar(place, heap, color=COLOURS[name])
        size.bar(place, sum(indexes), bottom=heap, color=COLOURS[name], hatch="//")
        total = heap + sum(indexes)
        size.annotate(f"{total:.0f}", (place, total), ha="center", va="bottom", fontsize=8)
    names = [name.replace(", ", ",\n") for name in touches]
    for axes, title in (
        (wal, "bytes of WAL a touch (hatched: page warm)"),
        (size, "bytes a session (hatched: its indexes)"),
    ):
        axes.set_xticks(range(len(names)), names)
        axes.set_title(title)
    wal.set_yscale("log")
    return figure


def draw_logins(figures: Any) -> Any:
    """Draw queries and CPU of a login."""
    sites = {name: taken for name, taken in figures["logins"].items() if taken}
    figure, all_axes = plt.subplots(1, 2, figsize=(10, 3.5))
    for axes, (unit, title) in zip(
        all_axes, {"queries": "queries a login", "cpu_ms": "ms of CPU a login"}.items(), strict=True
    ):
        for place, (name, taken) in enumerate(sites.items()):
            colour = COLOURS[name.partition(", limit")[0]]
            for number, each in enumerate(taken):
                at = place + (number - 0.5) * 0.4
                axes.bar(at, each[unit], 0.4, color=colour, hatch="//" * number)
                axes.annotate(
                    f"{each[unit]:.0f}", (at, each[unit]), ha="center", va="bottom", fontsize=7
                )
        axes.set_xticks(range(len(sites)), [name.replace(", ", ",\n") for name in sites])
        axes.tick_params(axis="x", labelsize=7)
        axes.set_yscale("log")
        axes.set_title(f"{title} (hatched: {figures['sessions'][-1]} sessions there)")
    return figure


def draw_startup(figures: Any) -> Any:
    """Draw what each app adds to the start."""
    starts = figures["starts"]
    figure, axes = plt.subplots(figsize=(7, 3))
    for place, (name, each) in enumerate(list(starts.items())[1:]):
        adds = each["cpu_ms"] - starts["plain"]["cpu_ms"]
        axes.bar(place, adds, color=COLOURS[name])
        axes.annotate(f"{adds:.0f}", (place, max(adds, 0)), ha="center", va="bottom", fontsize=8)
    axes.set_xticks(range(len(starts) - 1), list(starts)[1:])
    axes.set_title("ms of CPU that an app adds to django.setup()")
    return figure


def legend(axes: Any, names: Any, others: dict[str, Any] | None = None) -> None:
    """Say which colour is whose, and what else there is."""
    shown = {
        name: plt.Rectangle((0, 0), 1, 1, color=colour)
        for name, colour in COLOURS.items()
        if name in names
    } | (others or {})
    axes.legend(shown.values(), shown.keys(), fontsize=8)


DRAWN: dict[str, Callable[[Any], Any]] = {
    "requests": draw_requests,
    "lists": draw_lists,
    "touches": draw_touches,
    "logins": draw_logins,
    "startup": draw_startup,
}


if __name__ == "__main__":
    main()
