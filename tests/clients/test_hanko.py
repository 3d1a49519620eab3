"""Hanko's frontend SDK, in Chromium on a page of the example site, knows who is signed in."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import MILLISECONDS_TO_ACT
from tests.clients.population import PASSWORD
from tests.clients.site import Person, Row, Site

SDK = "node_modules/@teamhanko/hanko-frontend-sdk/dist/sdk.umd.js"
START = """
() => {
  window.hanko = new hankoFrontendSdk.Hanko(`${location.origin}/hanko`);
  window.events = [];
  hanko.onUserLoggedOut(() => events.push("logged out"));
}
"""
IDLE_TIMEOUT = timedelta(days=7)
INVALID = {"is_valid": False}


@pytest.fixture
def new_page(chromium: Browser, site: Site, packages: Path) -> Iterator[Callable[..., Page]]:
    """Return a function that opens the site with the SDK in a new profile, as whom it is told."""
    contexts = []

    def open_page(*, token: str = "", person: Person | None = None) -> Page:
        context = chromium.new_context(base_url=site.url)
        context.set_default_timeout(MILLISECONDS_TO_ACT)
        contexts.append(context)
        if token:
            context.add_cookies([{"name": "hanko", "value": token, "url": site.url}])
        page = context.new_page()
        if person is not None:
            sign_in(page, person)
        page.goto("/")
        page.add_script_tag(path=packages / SDK)
        page.evaluate(START)
        return page

    yield open_page
    for context in contexts:
        context.close()


def sign_in(page: Page, person: Person) -> None:
    """Sign in by the site's login page."""
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill(person.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text(f"You are signed in as {person.username}.")).to_be_visible()


def validated(page: Page) -> Any:
    """Return what the SDK says of the page's session."""
    return page.evaluate("() => hanko.validateSession()")


def valid(person: Person, row: Row) -> dict[str, Any]:
    """Return what the SDK should say of a session, by what the database holds."""
    expiration = written(row.expires_at)
    claims = {
        "subject": person.uuid,
        "session_id": row.id,
        "expiration": expiration,
        "issued_at": written(row.created_at),
        "username": person.username,
        "email": {"address": person.email, "is_primary": True, "is_verified": False},
        **({"amr": ["password"]} if row.methods == "password" else {}),
    }
    return {
        "is_valid": True,
        "claims": claims,
        "expiration_time": expiration,
        "user_id": person.uuid,
        "idle_expires_at": written(min(row.expires_at, row.last_used + IDLE_TIMEOUT)),
    }


def written(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")


def test_nobodys_page_has_no_valid_session(new_page: Callable[..., Page]) -> None:
    assert validated(new_page()) == INVALID


def test_a_wrong_token_in_the_cookie_is_no_valid_session(
    site: Site, new_page: Callable[..., Page]
) -> None:
    assert validated(new_page(token=f"{site.person().tokens[0].secret}0")) == INVALID


def test_validates_the_session_of_the_sites_own_cookie(
    site: Site, new_page: Callable[..., Page]
) -> None:
    person = site.person()
    page = new_page(person=person)
    row = site.rows(person)[-1]
    assert (row.kind, row.methods) == ("browser", "password")
    assert validated(page) == valid(person, row)


def test_validates_the_session_of_a_token_in_the_sdks_cookie(
    site: Site, new_page: Callable[..., Page]
) -> None:
    person = site.person()
    token = person.tokens[1]
    row = site.row(token.id)
    said = validated(new_page(token=token.secret))
    assert said == valid(person, row)
    assert said["idle_expires_at"] < said["expiration_time"]
    # It is no use of the session, but shows that another client has the token.
    after = site.row(token.id)
    assert after == replace(row, updated_at=after.updated_at)


def test_logout_ends_the_session_of_the_sites_own_cookie(
    site: Site, new_page: Callable[..., Page]
) -> None:
    person = site.person()
    page = new_page(person=person)
    session_id = site.rows(person)[-1].id
    assert validated(page)["claims"]["session_id"] == session_id

    page.evaluate("() => hanko.logout()")

    assert site.row(session_id).end == ("logout", None)
    assert page.evaluate("() => events") == ["logged out"]
    assert validated(page) == INVALID
    page.goto("/")
    expect(page.get_by_text("You are not signed in.")).to_be_visible()
    assert [site.row(token.id).end for token in person.tokens] == [None, None, None]


def test_logout_ends_the_session_of_a_token_in_the_sdks_cookie(
    site: Site, new_page: Callable[..., Page]
) -> None:
    person = site.person()
    token, *others = person.tokens
    page, elsewhere = new_page(token=token.secret), new_page(token=token.secret)
    assert validated(elsewhere)["is_valid"] is True

    page.evaluate("() => hanko.logout()")

    assert site.row(token.id).end == ("logout", person.pk)
    assert page.evaluate("() => events") == ["logged out"]
    assert validated(page) == INVALID
    assert validated(elsewhere) == INVALID
    assert [site.row(other.id).end for other in others] == [None, None]


def test_logout_ends_the_sessions_of_both_cookies_at_once(
    site: Site, new_page: Callable[..., Page]
) -> None:
    person = site.person()
    token = person.tokens[0]
    page = new_page(token=token.secret, person=person)
    session_id = site.rows(person)[-1].id

    page.evaluate("() => hanko.logout()")

    assert site.row(token.id).end == ("logout", person.pk)
    assert site.row(session_id).end == ("logout", None)
    assert validated(page) == INVALID
    page.goto("/")
    expect(page.get_by_text("You are not signed in.")).to_be_visible()


def test_logout_with_a_token_that_is_over_ends_the_session_of_the_sites_own_cookie(
    site: Site, new_page: Callable[..., Page]
) -> None:
    person = site.person()
    page = new_page(token=f"{person.tokens[0].secret}0", person=person)
    session_id = site.rows(person)[-1].id
    assert validated(page)["claims"]["session_id"] == session_id

    page.evaluate("() => hanko.logout()")

    assert site.row(session_id).end == ("logout", None)
    assert validated(page) == INVALID


def test_logout_of_nobody_is_no_error(new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.evaluate("() => hanko.logout()")
    assert page.evaluate("() => events") == ["logged out"]
