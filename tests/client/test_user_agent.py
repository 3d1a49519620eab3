"""``sessions_api.client.user_agent``: what is kept of a user agent, and what it is read as."""

import logging

import pytest
import user_agents
from django.test import RequestFactory

from sessions_api.client.user_agent import Device, parse, recorded_user_agent
from tests.client import user_agents as user_agents_table
from tests.client.contradictions import contradictions

TABLE = [(text, device) for _source, text, device in user_agents_table.USER_AGENTS]
NUMBERS = [str(number) for number in range(len(TABLE))]

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
LINUX = "Mozilla/5.0 (X11; Linux x86_64)"
ANDROID = "Mozilla/5.0 (Linux; Android 10; K)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X)"
CHROMIUM = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0"
WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"

USER_AGENTS = {
    "chrome-windows": (
        f"{WINDOWS} {CHROMIUM} Safari/537.36",
        Device("desktop", "Chrome 141", "Windows", ""),
    ),
    "edge-windows": (
        f"{WINDOWS} {CHROMIUM} Safari/537.36 Edg/141.0.0.0",
        Device("desktop", "Edge 141", "Windows", ""),
    ),
    "firefox-windows": (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0",
        Device("desktop", "Firefox 143", "Windows", ""),
    ),
    "chrome-windows-7": (
        "Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/109.0.0.0 Safari/537.36",
        Device("desktop", "Chrome 109", "Windows 7", ""),
    ),
    "safari-macos": (
        f"{MAC} {WEBKIT} Version/18.6 Safari/605.1.15",
        Device("desktop", "Safari 18", "macOS", "Mac"),
    ),
    "chrome-macos": (
        f"{MAC} {CHROMIUM} Safari/537.36",
        Device("desktop", "Chrome 141", "macOS", "Mac"),
    ),
    "firefox-macos": (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:143.0) Gecko/20100101 Firefox/143.0",
        Device("desktop", "Firefox 143", "macOS", "Mac"),
    ),
    "safari-macos-10.13": (
        f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_13_6) {WEBKIT} Version/13.1.2 Safari/605.1.15",
        Device("desktop", "Safari 13", "macOS 10.13", "Mac"),
    ),
    "chrome-linux": (
        f"{LINUX} {CHROMIUM} Safari/537.36",
        Device("desktop", "Chrome 141", "Linux", ""),
    ),
    "firefox-ubuntu": (
        "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
        Device("desktop", "Firefox 143", "Ubuntu", ""),
    ),
    "chrome-chromeos": (
        f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {CHROMIUM} Safari/537.36",
        Device("desktop", "Chrome 141", "Chrome OS", ""),
    ),
    "chrome-android-reduced": (
        f"{ANDROID} {CHROMIUM} Mobile Safari/537.36",
        Device("mobile", "Chrome Mobile 141", "Android", ""),
    ),
    "chrome-android-tablet-reduced": (
        f"{ANDROID} {CHROMIUM} Safari/537.36",
        Device("tablet", "Chrome 141", "Android", ""),
    ),
    "edge-android-reduced": (
        f"{ANDROID} {CHROMIUM} Mobile Safari/537.36 EdgA/141.0.0.0",
        Device("mobile", "Edge Mobile 141", "Android", ""),
    ),
    "webview-android-reduced": (
        "Mozilla/5.0 (Linux; Android 10; K; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Version/4.0 Chrome/141.0.0.0 Mobile Safari/537.36",
        Device("mobile", "Chrome Mobile WebView 141", "Android", ""),
    ),
    "webview-android-with-model": (
        "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/UQ1A; wv) AppleWebKit/537.36 "
        "(KHTML, like Gecko) Version/4.0 Chrome/141.0.0.0 Mobile Safari/537.36",
        Device("mobile", "Chrome Mobile WebView 141", "Android 14", "Pixel 8"),
    ),
    "chrome-android-10-with-model": (
        "Mozilla/5.0 (Linux; Android 10; SM-G960F) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/88.0.4324.93 Mobile Safari/537.36",
        Device("mobile", "Chrome Mobile 88", "Android 10", "Samsung SM-G960F"),
    ),
    "firefox-android": (
        "Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0",
        Device("mobile", "Firefox Mobile 143", "Android 15", ""),
    ),
    "firefox-android-10": (
        "Mozilla/5.0 (Android 10; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0",
        Device("mobile", "Firefox Mobile 143", "Android", ""),
    ),
    "firefox-android-tablet": (
        "Mozilla/5.0 (Android 15; Tablet; rv:143.0) Gecko/143.0 Firefox/143.0",
        Device("tablet", "Firefox Mobile 143", "Android 15", ""),
    ),
    "safari-iphone": (
        f"{IPHONE} {WEBKIT} Version/18.1 Mobile/15E148 Safari/604.1",
        Device("mobile", "Mobile Safari 18", "iOS 18.1", "iPhone"),
    ),
    "safari-iphone-26": (
        f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) {WEBKIT} "
        "Version/26.2 Mobile/15E148 Safari/604.1",
        Device("mobile", "Mobile Safari 26", "iOS", "iPhone"),
    ),
    "chrome-iphone": (
        f"{IPHONE} {WEBKIT} CriOS/141.0.7390.41 Mobile/15E148 Safari/604.1",
        Device("mobile", "Chrome Mobile iOS 141", "iOS 18.1", "iPhone"),
    ),
    "safari-ipad": (
        f"Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) {WEBKIT} "
        "Version/17.5 Mobile/15E148 Safari/604.1",
        Device("tablet", "Mobile Safari 17", "iOS 17.5", "iPad"),
    ),
    "app-ios": (
        "MyApp/1.2 CFNetwork/1498.700.2 Darwin/23.6.0",
        Device("mobile", "MyApp 1", "iOS 17", ""),
    ),
    "app-ios-10": (
        "MyApp/1.2 CFNetwork/808.2.16 Darwin/16.3.0",
        Device("mobile", "MyApp 1", "iOS 10.2", ""),
    ),
    "app-android": (
        "Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/UQ1A)",
        Device("", "", "Android 14", "Pixel 8"),
    ),
    "googlebot": (
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        Device("bot", "Googlebot", "", ""),
    ),
    "curl": ("curl/8.5.0", Device("", "curl 8", "", "")),
    "okhttp": ("okhttp/4.12.0", Device("", "okhttp 4", "", "")),
    "python-requests": ("python-requests/2.32.3", Device("", "Python Requests 2", "", "")),
    "dart": ("Dart/3.4 (dart:io)", Device("", "Dart 3", "", "")),
    "empty": ("", Device()),
    "garbage": ("';--<script>%00\\", Device()),
    "semicolons": (";" * 8_190, Device()),
    "megabyte": ("A" * 1_000_000, Device()),
    "nul": ("curl/8.5.0\x00", Device("", "curl 8", "", "")),
    "lone-surrogate": ("curl/8.5.0 \ud800", Device("", "curl 8", "", "")),
    "5000-digits": ("curl/" + "9" * 5_000, Device("", "curl " + "9" * 59, "", "")),
    "5000-digits-iphone": (
        "Mozilla/5.0 (iPhone; CPU iPhone OS " + "9" * 5_000 + " like Mac OS X)",
        Device("mobile", "", "iOS", "iPhone"),
    ),
}


@pytest.mark.parametrize(("user_agent", "expected"), USER_AGENTS.values(), ids=USER_AGENTS.keys())
def test_a_user_agent_is_read_as_what_it_certainly_says(user_agent, expected):
    assert parse(user_agent) == expected


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    TABLE,
    ids=NUMBERS,
)
def test_a_user_agent_is_read_as_the_table_has_it(user_agent, expected):
    assert parse(user_agent) == expected


def test_the_table_has_each_user_agent_once_and_says_where_it_is_from():
    texts = [text for _, text, _ in user_agents_table.USER_AGENTS]
    assert len(texts) == len(set(texts)) >= 300
    sources = {source for source, _, _ in user_agents_table.USER_AGENTS}
    assert all(f"{source}: " in (user_agents_table.__doc__ or "") for source in sources)


@pytest.mark.parametrize(("user_agent", "expected"), TABLE, ids=NUMBERS)
def test_the_table_contradicts_itself_nowhere(user_agent, expected):
    assert contradictions(user_agent, expected) == []


@pytest.mark.parametrize(
    "user_agent", [text for text, _ in USER_AGENTS.values()], ids=USER_AGENTS.keys()
)
def test_every_string_fits_its_column(user_agent):
    assert all(len(part) <= 64 for part in parse(user_agent))


def test_what_the_parser_raises_is_logged_without_the_user_agent(monkeypatch, caplog):
    def fail(user_agent):
        raise ValueError(user_agent)

    monkeypatch.setattr(user_agents, "parse", fail)
    with caplog.at_level(logging.DEBUG, logger="sessions_api.client"):
        device = parse("a user agent nobody else sends")

    assert device == Device()
    assert caplog.messages == ["A user agent could not be parsed: ValueError"]


def test_the_same_user_agent_is_parsed_once(monkeypatch):
    first = parse("curl/7.0 of this test")
    monkeypatch.delattr(user_agents, "parse")

    assert parse("curl/7.0 of this test") is first


@pytest.mark.parametrize(
    ("sent", "recorded"),
    [
        ("curl/8.5.0", "curl/8.5.0"),
        ("", ""),
        ("a\x00b\r\nc\x1fd\x7fe\x80f\x9fg", "abcdefg"),
        ("a\ud800b\udfffc", "abc"),
        ("Mozilla \u00e9\u4e2d", "Mozilla \u00e9\u4e2d"),
        pytest.param("A" * 512, "A" * 512, id="longest"),
        pytest.param("A" * 1_000_000, "A" * 512, id="megabyte"),
        pytest.param("\x00" * 1_000_000, "", id="megabyte-of-nul"),
    ],
)
def test_the_header_is_recorded_as_sent_but_storable(sent, recorded):
    request = RequestFactory().get("/", headers={"User-Agent": sent})

    assert recorded_user_agent(request) == recorded


def test_a_request_without_the_header_records_an_empty_string():
    assert recorded_user_agent(RequestFactory().get("/")) == ""


def test_nothing_is_recorded_when_user_agents_are_not_to_be(settings):
    settings.SESSIONS_API = {"RECORD_USER_AGENT": False}
    request = RequestFactory().get("/", headers={"User-Agent": "curl/8.5.0"})

    assert recorded_user_agent(request) == ""
