"""The README tells everything there is, and nothing that is not."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.dispatch import Signal
from django.urls import get_resolver

from sessions_api import attempts, lifecycle, signals, tracking, validity
from sessions_api.api.serializers import SessionSerializer
from sessions_api.listing.filters import StaffSessionFilter
from sessions_api.models import EndReason
from tests.helpers import SETTINGS
from tests.matrix import test_life_cycle

ROOT = Path(__file__).parents[1]
DOCS = sorted(path.name for path in (ROOT / "docs").glob("*.md"))
PAGES = [*sorted(path.name for path in ROOT.glob("*.md")), *(f"docs/{name}" for name in DOCS)]
README = (ROOT / "README.md").read_text()


def section(title):
    """Return the text under a heading of the README."""
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found is not None, title
    return found[1]


def rows(title):
    """Return the cells of the tables under a heading."""
    lines = [line for line in section(title).splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def shown(value):
    """Return a default as the README writes it."""
    if isinstance(value, timedelta):
        return f"{value.days} days" if value.days else f"{value.seconds} seconds"
    return f'`"{value}"`' if isinstance(value, str) else f"`{value!r}`"


def test_every_setting_is_told_with_its_default():
    told = {cells[0].strip("`"): cells[1] for cells in rows("Settings")}
    known = {name: shown(getattr(type(group), name)) for name, group in SETTINGS.items()}
    assert told == known


def test_every_endpoint_is_told():
    told = {
        (method.strip("` "), path.strip("` "))
        for cells in rows("The API")
        if re.match(r"`(GET|POST|PATCH|DELETE) ", cells[0])
        for method, _, path in [cells[0].partition(" ")]
    }
    assert told == {
        (
            method.upper(),
            re.sub(r"<\w+:(\w+)>", r"{\1}", str(pattern.pattern)).replace("{pk}", "{id}"),
        )
        for pattern in get_resolver("sessions_api.urls").url_patterns
        for method in vars(pattern.callback)["actions"]
        if method != "head"  # follows get, from the first request on
    }


def test_every_field_and_reason_is_told():
    fields = section("The API")
    for name in SessionSerializer.Meta.fields:
        assert f"`{name}`" in fields, name
    for reason in EndReason:
        assert f"`{reason.value}`" in fields, reason


def test_every_filter_is_told():
    told = {
        name
        for cells in rows("The API")
        for name in re.findall(r"`(\w+)`", cells[0])
        if cells[0].startswith("`") and name in StaffSessionFilter.base_filters
    }
    assert told == StaffSessionFilter.base_filters.keys()


def test_every_scope_of_throttles_is_told_with_its_rate():
    told = {c[0].strip("`"): c[1].strip("`") for c in rows("The API") if "sessions_api_" in c[0]}
    assert told == attempts.DEFAULT_RATES


def test_every_signal_is_told():
    told = {cells[0].strip("`") for cells in rows("Signals and logs")}
    assert told == {name for name, value in vars(signals).items() if isinstance(value, Signal)}


def test_every_command_is_told():
    ours = {name for name, app in get_commands().items() if app == "sessions_api"}
    assert {cells[0].strip("`").split()[0] for cells in rows("Commands")} == ours


def test_every_check_is_told():
    files = (Path(validity.__file__).parent / "checks").glob("*.py")
    source = "".join(file.read_text() for file in files)
    ids = set(re.findall(r"sessions_api\.[EW]\d{3}", source))
    assert {cells[0].strip("`") for cells in rows("Checks")} == ids


@pytest.mark.parametrize(
    "name", sorted(set(re.findall(r"(?:lifecycle|tracking|validity)\.(\w+)\(", README)))
)
def test_every_function_that_is_told_exists(name):
    assert any(callable(getattr(room, name, None)) for room in (lifecycle, tracking, validity))


def test_every_numbered_event_is_told():
    told = re.findall(r"^\| (\d+) \|", (ROOT / "docs" / "life-cycle.md").read_text(), re.MULTILINE)
    assert [int(number) for number in told] == sorted(test_life_cycle.CASES)


def headings(page):
    """Return what links can name in a page."""
    lines = re.findall(r"^#+ (.+)$", (ROOT / page).read_text(), re.MULTILINE)
    return {line.lower().replace(" ", "-") for line in lines}


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\((?!http)([^)]+)\)", (ROOT / page).read_text()):
        name, _, anchor = target.partition("#")
        other = (ROOT / page).parent / name if name else ROOT / page
        assert other.exists(), target
        assert not anchor or anchor in headings(other), target


@pytest.mark.parametrize("page", ["reliability", "security"])
def test_every_test_that_is_named_is_there(page):
    named = set(re.findall(r"`(test_\w+)`", (ROOT / f"docs/{page}.md").read_text()))
    sources = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    assert len(named) > 30
    assert {name for name in named if f"def {name}(" not in sources} == set()


SECURITY = (ROOT / "docs" / "security.md").read_text()
ASVS_V7 = [
    *("7.1.1", "7.1.2", "7.1.3", "7.2.1", "7.2.2", "7.2.3", "7.2.4", "7.3.1", "7.3.2", "7.4.1"),
    *("7.4.2", "7.4.3", "7.4.4", "7.4.5", "7.5.1", "7.5.2", "7.5.3", "7.6.1", "7.6.2"),
]


def test_every_item_on_session_management_has_its_line():
    assert re.findall(r"^\| (7\.\d\.\d) \|", SECURITY, re.MULTILINE) == ASVS_V7


def test_what_is_said_to_be_enforced_names_a_test():
    rows = [
        line for line in SECURITY.splitlines() if line.startswith("| ") and "| kind |" not in line
    ]
    items = [row for row in rows if "AAL" not in row.split("|")[1] and "| level |" not in row]
    assert len(items) > 50
    for item in items:
        (kind,) = {"enforced", "setting", "site"} & {cell.strip() for cell in item.split("|")}
        # Of signing in, chapter V6, tests/api/test_sign_in.py and tests/packages/ say it all.
        assert kind != "enforced" or "`test_" in item or item.startswith("| 6."), item
