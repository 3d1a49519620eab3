"""Which pages may act with the site's cookie: what its browser says of them decides."""

import pytest

from sessions_api.models import Session
from tests.dialects.callers import Browser, Caller, TokenClient
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


HERE = "http://testserver"
REFUSED = {"success": False, "error": "This page is not one of this site."}


@pytest.fixture
def browser(alice):
    return Browser(alice)


@pytest.fixture
def revoke(alice):
    """Return a function that has a client revoke another session of Alice's."""
    victim = TokenClient(alice)

    def ask(client, **headers):
        response = client.ask("POST", f"/flashback/sessions/{victim.pk}/revoke", **headers)
        assert (victim.row.ended_at is not None) == (response.status_code == 200)
        return response

    return ask


OF_THIS_SITE = [
    {"origin": HERE},
    {"sec_fetch_site": "same-origin"},
    {"sec_fetch_site": "none"},
    {"origin": HERE, "sec_fetch_site": "same-origin"},
    {"origin": HERE, "sec_fetch_site": "cross-site"},
    {"referer": f"{HERE}/"},
    {"referer": f"{HERE}/account?page=2"},
    {"referer": HERE},
    {"origin": HERE, "referer": "https://evil.example/"},
    {"sec_fetch_site": "same-origin", "referer": "https://evil.example/"},
]
OF_OTHERS = [
    {"origin": "https://evil.example"},
    {"origin": "https://testserver"},
    {"origin": "http://testserver:8000"},
    {"origin": "http://testserver.evil.example"},
    {"origin": "http://sub.testserver"},
    {"origin": f"{HERE}/"},
    {"origin": f"{HERE} https://evil.example"},
    {"origin": "testserver"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "http://["},
    {"origin": "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")},
    {"origin": "https://evil.example", "sec_fetch_site": "same-origin"},
    {"sec_fetch_site": "cross-site"},
    {"sec_fetch_site": "same-site"},
    {"sec_fetch_site": ""},
    {"sec_fetch_site": "Same-Origin"},
    {"sec_fetch_site": "same-origin, cross-site"},
    {"sec_fetch_site": "cross-site", "referer": f"{HERE}/"},
    {"origin": "null", "sec_fetch_site": "same-origin", "referer": f"{HERE}/"},
    {"referer": "https://evil.example/"},
    {"referer": f"https://evil.example/?{HERE}/"},
    {"referer": "https://testserver/"},
    {"referer": "http://testserver:8000/"},
    {"referer": "http://testserver.evil.example/"},
    {"referer": "http://testserver@evil.example/"},
    {"referer": "http://sub.testserver/"},
    {"referer": "about:blank"},
    {"referer": "/account"},
    {"referer": ""},
    {"referer": "http://["},
]


@pytest.fixture
def silent(browser):
    """Return a client with the browser's cookie that does not say which page makes it ask."""
    client = Caller()
    client.cookies = browser.cookies
    return client


@pytest.mark.parametrize("headers", OF_THIS_SITE, ids=str)
def test_a_page_of_this_site_acts_without_a_csrf_token(browser, revoke, headers):
    assert revoke(browser, **headers).status_code == 200


@pytest.mark.parametrize("headers", OF_OTHERS, ids=str)
def test_a_page_of_another_site_does_not_act(browser, revoke, headers):
    response = revoke(browser, **headers)
    assert (response.status_code, response.json()) == (403, REFUSED)
    response = browser.ask("POST", "/hanko/logout", **headers)
    assert (response.status_code, response.json()) == (403, {"code": 403, "message": "Forbidden"})
    assert "sessionid" not in response.cookies
    assert browser.user_name == "alice"


def test_a_csrf_token_does_not_help_a_page_of_another_site(browser, revoke):
    token = browser.cookies["csrftoken"].value
    response = revoke(browser, origin="https://evil.example", x_csrftoken=token)
    assert response.status_code == 403


def test_who_does_not_say_where_it_comes_from_does_not_act(browser, silent, revoke):
    response = revoke(silent)
    assert (response.status_code, response.json()) == (403, REFUSED)
    token = browser.cookies["csrftoken"].value
    assert revoke(silent, x_csrftoken=token).status_code == 403
    assert silent.ask("GET", "/flashback/sessions").status_code == 200


@pytest.mark.parametrize("headers", OF_OTHERS, ids=str)
def test_a_page_of_another_site_may_ask(browser, headers):
    for method, path in (
        ("GET", "/flashback/sessions"),
        ("HEAD", "/flashback/sessions"),
        ("OPTIONS", "/flashback/sessions"),
        ("GET", "/hanko/sessions/validate"),
    ):
        assert browser.ask(method, path, **headers).status_code == 200


@pytest.mark.parametrize(
    ("trusted", "origin"),
    [
        ("https://app.example", "https://app.example"),
        ("https://*.acme.example", "https://app.acme.example"),
        ("http://localhost:5173", "http://localhost:5173"),
    ],
)
def test_pages_that_the_site_trusts_are_let_through(browser, revoke, settings, trusted, origin):
    assert revoke(browser, origin=origin).status_code == 403
    assert revoke(browser, referer=f"{origin}/page").status_code == 403
    settings.CSRF_TRUSTED_ORIGINS = [trusted]
    assert revoke(browser, origin="https://evil.example").status_code == 403
    assert revoke(browser, origin=origin, sec_fetch_site="cross-site").status_code == 200


def test_a_referer_counts_where_the_site_trusts_its_origin(browser, revoke, settings):
    settings.CSRF_TRUSTED_ORIGINS = ["https://app.example"]
    assert revoke(browser, referer="http://app.example/page").status_code == 403
    assert revoke(browser, referer="https://app.example/page").status_code == 200


FORWARDED = {"x_forwarded_proto": "https", "host": "testserver"}


@pytest.fixture
def on_https(settings):
    """Have the site know by a proxy's header that it is asked by HTTPS."""
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


@pytest.mark.usefixtures("on_https")
@pytest.mark.parametrize("header", ["origin", "referer"])
def test_on_https_the_page_must_be_of_https(browser, revoke, header):
    assert revoke(browser, **{header: HERE}, **FORWARDED).status_code == 403
    assert revoke(browser, **{header: "https://testserver"}, **FORWARDED).status_code == 200


@pytest.mark.usefixtures("on_https")
def test_on_https_silence_is_no_better(silent, revoke):
    assert revoke(silent, **FORWARDED).status_code == 403


@pytest.mark.usefixtures("on_https")
def test_on_https_a_referer_may_be_of_the_domain_of_the_csrf_cookie(browser, revoke, settings):
    page = {"referer": "https://app.testserver/page"}
    assert revoke(browser, **page, **FORWARDED).status_code == 403
    settings.CSRF_COOKIE_DOMAIN = ".testserver"
    assert revoke(browser, origin="https://app.testserver", **FORWARDED).status_code == 403
    evil = {"referer": "https://testserver.evil.example/"}
    assert revoke(browser, **evil, **FORWARDED).status_code == 403
    assert revoke(browser, **page, **FORWARDED).status_code == 200


@pytest.mark.usefixtures("on_https")
def test_on_https_the_port_is_part_of_the_page(browser):
    there = {"x_forwarded_proto": "https", "host": "testserver:8443"}
    for referer, status in (("https://testserver", 403), ("https://testserver:8443", 204)):
        response = browser.ask("POST", "/hanko/logout", referer=f"{referer}/page", **there)
        assert response.status_code == status


def test_a_host_that_is_not_allowed_is_no_page_of_this_site(alice, revoke, settings):
    common = "django.middleware.common.CommonMiddleware"  # which refuses the host by itself
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != common]
    browser = Browser(alice)
    evil = {"origin": "http://evil.example", "host": "evil.example"}
    settings.ALLOWED_HOSTS = ["testserver"]
    assert revoke(browser, **evil).status_code == 403
    settings.ALLOWED_HOSTS = ["testserver", "evil.example"]
    assert revoke(browser, **evil).status_code == 200


@pytest.mark.parametrize("headers", OF_OTHERS, ids=str)
def test_a_token_acts_from_anywhere(alice, revoke, headers):
    assert revoke(TokenClient(alice), **headers).status_code == 200


def test_a_token_beside_a_cookie_is_what_counts(alice, browser, revoke):
    bobs, token = Browser(UserFactory.create()), TokenClient(alice)
    credentials = {"authorization": f"Bearer {token.token}", "origin": "https://evil.example"}
    assert revoke(bobs, **credentials).status_code == 200
    assert bobs.row.ended_at is None


@pytest.mark.parametrize("headers", OF_OTHERS, ids=str)
def test_without_a_session_the_origin_does_not_matter(revoke, headers):
    response = revoke(Caller(), **headers)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="api"'


def test_a_refused_request_changes_nothing(browser, revoke):
    before = Session.objects.values().get(pk=browser.pk)
    assert revoke(browser, origin="https://evil.example").status_code == 403
    assert Session.objects.values().get(pk=browser.pk) == before
