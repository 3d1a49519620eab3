"""Draw the rooms of the package, and who imports whom, into docs/architecture.md.

    python docs/draw_rooms.py

The picture is read off the imports. An arrow that follows from others is left out. Rooms that
everybody imports, or that only tie things together, are left out as well.
"""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "sessions_api"
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- rooms -->\n", "<!-- end of rooms -->\n"
NOT_DRAWN = {
    "__init__",
    "apps",
    "conf",
    "decorators",
    "exceptions",
    "migrations",
    "signals",
    "urls",
}

Graph = dict[str, set[str]]


def imports() -> Graph:
    """Return which rooms each room imports."""
    graph: Graph = {}
    for path in sorted((ROOT / PACKAGE).rglob("*.py")):
        room = path.relative_to(ROOT / PACKAGE).parts[0].removesuffix(".py")
        found = graph.setdefault(room, set())
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == PACKAGE:
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE + "."):
                found.add(str(node.module).split(".")[1])
    return {
        room: found - {room} - NOT_DRAWN for room, found in graph.items() if room not in NOT_DRAWN
    }


def reachable(graph: Graph, room: str) -> set[str]:
    """Return all rooms that a room imports, directly or through others."""
    found: set[str] = set()
    waiting = [*graph[room]]
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += graph[each]
    return found


def without_shortcuts(graph: Graph) -> Graph:
    """Return the graph without the arrows that follow from others."""
    return {
        room: {each for each in found if not any(each in reachable(graph, by) for by in found)}
        for room, found in graph.items()
    }


def picture() -> str:
    """Return the rooms as a Mermaid flowchart."""
    graph = without_shortcuts(imports())
    arrows = [f"    {room} --> {other}" for room in sorted(graph) for other in sorted(graph[room])]
    return "\n".join(["```mermaid", "flowchart TD", *arrows, "```", ""])


def page() -> str:
    """Return docs/architecture.md with the picture as it is now."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    return before + BEGIN + picture() + END + after


if __name__ == "__main__":
    PAGE.write_text(page())
