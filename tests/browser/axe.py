"""What axe-core has to say of a page (WCAG 2.2 AA, and its own best practice)."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DJANGOS_OWN = ('label-title-only: <input type="text" size="40" name="q"',)
"""The search box of all lists of the admin."""


def violations(page: Page) -> list[str]:
    """Return what axe-core finds on a page."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    return [
        f"{each['id']}: {node['html']} {node['failureSummary']}"
        for each in found.response["violations"]
        for node in each["nodes"]
    ]


def violations_of_ours(page: Page) -> list[str]:
    """Return what axe-core finds on a page of the admin that is not Django's own."""
    return [each for each in violations(page) if not each.startswith(DJANGOS_OWN)]
