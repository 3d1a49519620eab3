"""``sessions_api.client.ip``: which IP address is believed."""

import logging

import pytest
from django.test import RequestFactory

from sessions_api import logs
from sessions_api.client.ip import client_ip, comes_from_proxy, configuration_problems

N = ["10.0.0.0/8", "fd00::/8"]
NOT_SET = object()


def request_from(remote_addr, **headers):
    request = RequestFactory().get("/", headers=headers)
    request.META["REMOTE_ADDR"] = remote_addr
    if remote_addr is NOT_SET:
        del request.META["REMOTE_ADDR"]
    return request


def xff(value):
    return {"X-Forwarded-For": value}


def forwarded(value):
    return {"Forwarded": value}


CASES = {
    "without proxies no header is believed": ("9.9.9.9", xff("8.8.8.8"), [], "9.9.9.9"),
    "one proxy: the nearest hop is the client": ("10.0.0.2", xff("8.8.8.8, 9.9.9.9"), 1, "9.9.9.9"),
    "networks: walked to the first stranger": (
        "10.0.0.2",
        xff("8.8.8.8, 9.9.9.9, 10.0.0.7"),
        N,
        "9.9.9.9",
    ),
    "a peer that is no proxy is not believed": ("9.9.9.9", xff("8.8.8.8"), N, "9.9.9.9"),
    "a peer on a unix socket": ("", xff("9.9.9.9"), N, "9.9.9.9"),
    "no peer at all": (NOT_SET, {}, N, None),
    "an empty peer, and no proxies": ("", {}, [], None),
    "IPv6 in brackets with a port": ("10.0.0.2", xff("[2001:db8::1]:4711"), N, "2001:db8::1"),
    "IPv4 mapped into IPv6": ("::ffff:10.0.0.2", xff("::ffff:9.9.9.9"), N, "9.9.9.9"),
    "IPv4 with a port": ("10.0.0.2", xff("9.9.9.9:5123"), 1, "9.9.9.9"),
    "the zone of IPv6 is dropped": ("fe80::1%eth0", {}, [], "fe80::1"),
    "a hop that cannot be read": ("10.0.0.2", xff("8.8.8.8, unknown"), N, None),
    "Forwarded: with other parameters": (
        "10.0.0.2",
        forwarded('for=8.8.8.8, for="[2001:db8::1]:80";proto=https;by=_x'),
        N,
        "2001:db8::1",
    ),
    "Forwarded: two of for in one element": (
        "10.0.0.2",
        forwarded("for=9.9.9.9;for=8.8.8.8"),
        N,
        None,
    ),
    "Forwarded: a quote that is not closed": (
        "10.0.0.2",
        forwarded('for="_hidden", for="9.9.9.9'),
        N,
        None,
    ),
    "a hundred thousand commas": ("10.0.0.2", xff("," * 100_000), N, None),
    "octal digits in IPv4": ("10.0.0.2", xff("010.1.1.1"), N, None),
    "fewer hops than proxies": ("10.0.0.2", xff("9.9.9.9"), 2, None),
}


@pytest.mark.parametrize(
    ("remote_addr", "headers", "proxies", "expected"), CASES.values(), ids=CASES
)
def test_a_request_comes_from_the_ip_address_that_can_be_believed(
    settings, remote_addr, headers, proxies, expected
):
    header = next(iter(headers), "X-Forwarded-For")
    settings.SESSIONS_API = {"TRUSTED_PROXIES": proxies, "CLIENT_IP_HEADER": header}

    assert client_ip(request_from(remote_addr, **headers)) == expected


def test_all_eighteen_cases_are_present():
    assert len(CASES) == 18


def test_no_ip_address_is_given_when_none_is_to_be_recorded(settings):
    settings.SESSIONS_API = {"RECORD_IP": False}

    assert client_ip(request_from("9.9.9.9")) is None


def test_without_settings_no_header_is_believed():
    headers = xff("8.8.8.8") | forwarded("for=8.8.8.8") | {"X-Real-IP": "8.8.8.8"}

    assert client_ip(request_from("9.9.9.9", **headers)) == "9.9.9.9"


@pytest.mark.parametrize(
    ("remote_addr", "expected"),
    [
        ("unix:", None),
        ("unix:/run/site.sock", None),
        ("not an address", None),
        ("9.9.9.9:4711", "9.9.9.9"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        pytest.param("9" * 1_000_000, None, id="digits"),
    ],
)
def test_the_peer_is_read_when_there_are_no_proxies(remote_addr, expected):
    assert client_ip(request_from(remote_addr, **xff("8.8.8.8"))) == expected


@pytest.mark.parametrize(
    "remote_addr", ["unix:", "unix:/run/site.sock", NOT_SET], ids=["unix:", "a path", "not set"]
)
def test_a_unix_socket_is_trusted_once_proxies_are_configured(settings, remote_addr):
    settings.SESSIONS_API = {"TRUSTED_PROXIES": N}

    assert client_ip(request_from(remote_addr, **xff("9.9.9.9"))) == "9.9.9.9"


@pytest.mark.parametrize(
    ("remote_addr", "proxies", "expected"),
    [
        ("10.0.0.2", N, True),
        ("9.9.9.9", N, False),
        ("9.9.9.9", 1, True),
        ("9.9.9.9", [], False),
        ("", N, True),
        ("10.0.0.2", ["no network"], False),
    ],
)
def test_a_request_comes_from_a_trusted_proxy_or_not(settings, remote_addr, proxies, expected):
    settings.SESSIONS_API = {"TRUSTED_PROXIES": proxies}
    assert comes_from_proxy(request_from(remote_addr)) is expected


def test_a_peer_that_is_no_ip_address_is_not_trusted(settings):
    settings.SESSIONS_API = {"TRUSTED_PROXIES": N}

    assert client_ip(request_from("not an address", **xff("9.9.9.9"))) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", None),
        ("8.8.8.8, unknown, 10.0.0.7", None),
        ("8.8.8.8,, 10.0.0.7", "8.8.8.8"),
        ("10.0.0.6, 10.0.0.7", "10.0.0.6"),
        ("8.8.8.8, fd00::7", "8.8.8.8"),
        ("8.8.8.8, [fd00::7%eth0]", "8.8.8.8"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("9.9.9.9,", "9.9.9.9"),
        ("[", None),
        ("9.9.9.9/8", None),
        ("\x00", None),
        ("\ud800", None),
        pytest.param("9" * 1_000_000, None, id="digits"),
        pytest.param(" " * 1_000_000, None, id="spaces"),
        pytest.param("10.0.0.7," * 100_000 + "10.0.0.8", None, id="proxies"),
    ],
)
def test_a_chain_of_known_networks_is_walked_to_the_first_stranger(settings, value, expected):
    settings.SESSIONS_API = {"TRUSTED_PROXIES": N}

    assert client_ip(request_from("10.0.0.2", **xff(value))) == expected


@pytest.mark.parametrize(
    ("value", "count", "expected"),
    [
        ("7.7.7.7, 8.8.8.8, 9.9.9.9", 3, "7.7.7.7"),
        ("8.8.8.8, unknown", 1, None),
        ("8.8.8.8, unknown", 2, "8.8.8.8"),
        ("", 1, None),
        ("8.8.8.8, 9.9.9.9", -1, None),
        pytest.param("," * 100_000, 2, None, id="commas"),
        pytest.param("8.8.8.8," * 100_000, 1_000, None, id="addresses"),
    ],
)
def test_a_number_of_proxies_names_one_place_in_the_chain(settings, value, count, expected):
    settings.SESSIONS_API = {"TRUSTED_PROXIES": count}

    assert client_ip(request_from("10.0.0.2", **xff(value))) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("For=9.9.9.9", "9.9.9.9"),
        ('for="9.9.9.9:80"', "9.9.9.9"),
        ('for="9.9.9.9:_port"', "9.9.9.9"),
        ('for="\\9.9.9.9"', "9.9.9.9"),
        ("by=_x ; for=9.9.9.9;", "9.9.9.9"),
        ("for=8.8.8.8, for=9.9.9.9, for=10.0.0.7", "9.9.9.9"),
        ('for=9.9.9.9;host="a, for=8.8.8.8, b"', "9.9.9.9"),
        ('for=9.9.9.9;host="a, for=\\"8.8.8.8\\""', "9.9.9.9"),
        ('for=", for=9.9.9.9', "9.9.9.9"),
        ("for=8.8.8.8;for=7.7.7.7, for=10.0.0.7", None),
        ("for=8.8.8.8, for=unknown", None),
        ("for=8.8.8.8, for=_hidden", None),
        ("for=8.8.8.8, proto=https", None),
        ("for=8.8.8.8, ", "8.8.8.8"),
        ("for=[2001:db8::1]", "2001:db8::1"),
        ("for=9.9.9.9:80", "9.9.9.9"),
        ("9.9.9.9", None),
        ("", None),
        pytest.param("," * 100_000, None, id="commas"),
        pytest.param('"' * 100_001, None, id="quotes"),
        pytest.param('for="' + "," * 100_000, None, id="quoted-commas"),
        pytest.param("; " * 450 + "x", None, id="semicolons"),
        pytest.param("for=" + "9" * 1_000_000, None, id="digits"),
    ],
)
def test_a_forwarded_header_is_read_as_rfc_7239_says(settings, value, expected):
    settings.SESSIONS_API = {"TRUSTED_PROXIES": N, "CLIENT_IP_HEADER": "Forwarded"}

    assert client_ip(request_from("10.0.0.2", **forwarded(value))) == expected


@pytest.mark.parametrize(
    ("value", "count", "expected"),
    [
        ("for=8.8.8.8, for=9.9.9.9", 1, "9.9.9.9"),
        ("for=8.8.8.8, for=9.9.9.9", 2, "8.8.8.8"),
        ("for=8.8.8.8, for=9.9.9.9", 3, None),
        ("for=8.8.8.8, for=9.9.9.9;for=7.7.7.7", 2, None),
    ],
)
def test_a_forwarded_header_is_counted_from_the_right(settings, value, count, expected):
    settings.SESSIONS_API = {"TRUSTED_PROXIES": count, "CLIENT_IP_HEADER": "forwarded"}

    assert client_ip(request_from("10.0.0.2", **forwarded(value))) == expected


@pytest.mark.parametrize(
    ("value", "proxies", "expected"),
    [
        ("9.9.9.9", N, "9.9.9.9"),
        ("9.9.9.9", 1, "9.9.9.9"),
        ("9.9.9.9", 2, "9.9.9.9"),
        ("8.8.8.8, 9.9.9.9", N, None),
        ("8.8.8.8, 9.9.9.9", 1, None),
        ("", N, None),
    ],
)
def test_a_single_value_header_counts_only_as_one_ip_address(settings, value, proxies, expected):
    settings.SESSIONS_API = {"TRUSTED_PROXIES": proxies, "CLIENT_IP_HEADER": "CF-Connecting-IP"}
    request = request_from("10.0.0.2", **{"CF-Connecting-IP": value}, **xff("7.7.7.7"))

    assert client_ip(request) == expected


@pytest.mark.parametrize(
    "configuration",
    [
        {},
        {"TRUSTED_PROXIES": N},
        {"TRUSTED_PROXIES": ("10.0.0.1", "fd00::1/128")},
        {"TRUSTED_PROXIES": 1},
        {"TRUSTED_PROXIES": 32},
        {"CLIENT_IP_HEADER": "Forwarded"},
        {"CLIENT_IP_HEADER": "CF-Connecting-IP"},
    ],
)
def test_a_right_configuration_has_no_problems(settings, configuration):
    settings.SESSIONS_API = configuration

    assert configuration_problems() == []


COUNT = "TRUSTED_PROXIES is {}. Count your proxies, from 1 to 32."
A_LIST = 'TRUSTED_PROXIES is {}. Write a list such as ["10.0.0.0/8"], or a number.'
CIDR = 'TRUSTED_PROXIES contains {}. Write a network in CIDR notation, such as "10.0.0.0/8".'
EVERYONE = (
    "TRUSTED_PROXIES contains {}, which trusts everyone. "
    "Name only the networks your proxies are in."
)


def said():
    """Return what is wrong with the configuration, each with its remedy."""
    return [" ".join(problem) for problem in configuration_problems()]


@pytest.mark.parametrize(
    ("proxies", "problems"),
    [
        (0, [COUNT.format(0)]),
        (-1, [COUNT.format(-1)]),
        (33, [COUNT.format(33)]),
        (True, [A_LIST.format("True")]),
        ("10.0.0.0/8", [A_LIST.format("'10.0.0.0/8'")]),
        (None, [A_LIST.format(None)]),
        (["proxy.local", 10], [CIDR.format("'proxy.local'"), CIDR.format(10)]),
        (["0.0.0.0/0"], [EVERYONE.format("'0.0.0.0/0'")]),
        (["::1/0"], [EVERYONE.format("'::1/0'")]),
        (
            ["fd00::/8", "10.0.0.1/8"],
            [
                "TRUSTED_PROXIES contains '10.0.0.1/8'. "
                'Write "10.0.0.0/8" for that network, or "10.0.0.1" for one proxy.'
            ],
        ),
        (
            ["::ffff:10.0.0.0/104"],
            [
                "TRUSTED_PROXIES contains '::ffff:10.0.0.0/104'. "
                "Write an IPv4 network, since mapped IP addresses are compared as IPv4."
            ],
        ),
    ],
)
def test_proxies_that_cannot_be_right_are_told_with_their_remedy(settings, proxies, problems):
    settings.SESSIONS_API = {"TRUSTED_PROXIES": proxies}

    assert said() == problems


ONE_NAME = 'CLIENT_IP_HEADER is {!r}. Write one name, such as "X-Forwarded-For".'
AS_SENT = 'CLIENT_IP_HEADER is {!r}. Write it as proxies send it: "{}".'


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("", ONE_NAME.format("")),
        (None, ONE_NAME.format(None)),
        ("X-Real-IP, Forwarded", ONE_NAME.format("X-Real-IP, Forwarded")),
        ("X-Real-IP:", ONE_NAME.format("X-Real-IP:")),
        ("HTTP_X_REAL_IP", AS_SENT.format("HTTP_X_REAL_IP", "X-Real-Ip")),
        ("X_Real_IP", AS_SENT.format("X_Real_IP", "X-Real-Ip")),
    ],
)
def test_a_header_that_cannot_be_right_is_told_with_its_remedy(settings, header, problem):
    settings.SESSIONS_API = {"CLIENT_IP_HEADER": header}

    assert said() == [problem]


V6, V6_FULL = "2001:db8::1", "2001:db8:0:0:0:0:0:1"
PROXIES = {
    "nginx": ("X-Forwarded-For", "9.9.9.9", "9.9.9.9"),
    "nginx, several": ("X-Forwarded-For", "8.8.8.8, 9.9.9.9, 10.0.0.7", "9.9.9.9"),
    "nginx, IPv6": ("X-Forwarded-For", V6, V6),
    "nginx, Forwarded without quotes": ("Forwarded", f"for={V6};proto=https", V6),
    "nginx, Forwarded, IPv6 in brackets without quotes": ("Forwarded", f"for=[{V6}];by=_a", V6),
    "nginx, X-Real-IP": ("X-Real-IP", V6, V6),
    "HAProxy, Forwarded": ("Forwarded", f'proto=https;for="[{V6}]:4711"', V6),
    "HAProxy, Forwarded, a port without quotes": ("Forwarded", "for=9.9.9.9:4711", "9.9.9.9"),
    "Apache": ("X-Forwarded-For", "9.9.9.9, 10.0.0.7", "9.9.9.9"),
    "AWS ALB, with ports": ("X-Forwarded-For", "9.9.9.9:4711", "9.9.9.9"),
    "AWS ALB, IPv6 with ports": ("X-Forwarded-For", f"[{V6}]:4711", V6),
    "AWS API Gateway": (
        "Forwarded",
        "by=10.0.0.7;for=9.9.9.9;host=a.example;proto=https",
        "9.9.9.9",
    ),
    "AWS API Gateway, host with a port": ("Forwarded", "for=9.9.9.9;host=a.example:443", "9.9.9.9"),
    "CloudFront": ("CloudFront-Viewer-Address", "9.9.9.9:46532", "9.9.9.9"),
    "CloudFront, IPv6": ("CloudFront-Viewer-Address", f"{V6_FULL}:46532", V6),
    "CloudFront, short IPv6 and port": ("CloudFront-Viewer-Address", f"{V6}:4653", V6),
    "Azure Application Gateway": ("X-Forwarded-For", "9.9.9.9:50012", "9.9.9.9"),
    "Azure, IPv6 and port without brackets": ("X-Forwarded-For", f"{V6_FULL}:50012", V6),
    "Azure, short IPv6 and port": ("X-Azure-ClientIP", f"{V6}:50012", V6),
    "Azure Front Door": ("X-Azure-ClientIP", V6, V6),
    "Fastly": ("Fastly-Client-IP", V6, V6),
    "Cloudflare": ("CF-Connecting-IP", V6, V6),
    "Traefik": ("X-Real-Ip", "9.9.9.9", "9.9.9.9"),
    "Envoy": ("X-Envoy-External-Address", "9.9.9.9", "9.9.9.9"),
    "Google": ("X-Forwarded-For", "8.8.8.8,9.9.9.9,10.0.0.7", "9.9.9.9"),
    "quotes": ("X-Forwarded-For", '"9.9.9.9"', "9.9.9.9"),
    "quotes around IPv6 and port": ("X-Forwarded-For", f'"[{V6}]:443"', V6),
    "a comma at the end": ("X-Forwarded-For", "9.9.9.9, ", "9.9.9.9"),
    "a comma at the beginning": ("X-Forwarded-For", ", 9.9.9.9", "9.9.9.9"),
    "a zone": ("X-Forwarded-For", "fe80::1%eth0", "fe80::1"),
    "a zone in brackets": ("X-Forwarded-For", "[fe80::1%25eth0]:443", "fe80::1"),
    "a tab": ("X-Forwarded-For", "8.8.8.8,\t9.9.9.9", "9.9.9.9"),
    "not known": ("Forwarded", "for=unknown", None),
    "hidden": ("Forwarded", 'for="_gazonk"', None),
    "a unix socket": ("X-Forwarded-For", "unix:", None),
    "no client": ("Forwarded", "proto=https;by=10.0.0.7", None),
    "a name": ("X-Forwarded-For", "client.example", None),
    "nothing": ("X-Forwarded-For", "", None),
    "two addresses where one is to be": ("X-Real-IP", "9.9.9.9, 8.8.8.8", None),
}


@pytest.mark.parametrize(("header", "value", "expected"), PROXIES.values(), ids=PROXIES)
def test_what_real_proxies_write_is_the_client_or_nobody(settings, header, value, expected):
    settings.SESSIONS_API = {"TRUSTED_PROXIES": N, "CLIENT_IP_HEADER": header}

    assert client_ip(request_from("10.0.0.2", **{header: value})) == expected


@pytest.mark.parametrize(
    ("real", "expected"), [({"CF-Connecting-IPv6": V6}, V6), ({}, None)], ids=["told", "not told"]
)
@pytest.mark.parametrize("header", ["CF-Connecting-IP", "X-Forwarded-For"])
def test_an_address_that_cloudflare_makes_up_is_nobodys(settings, header, real, expected):
    settings.SESSIONS_API = {"TRUSTED_PROXIES": N, "CLIENT_IP_HEADER": header}

    assert client_ip(request_from("10.0.0.2", **{header: "243.16.1.1"}, **real)) == expected


def test_a_proxy_that_says_nothing_is_logged_once_a_minute(settings, caplog):
    settings.SESSIONS_API = {"TRUSTED_PROXIES": N}
    logs.clear()

    for value in ("unknown", "", "8.8.8.8, _hidden"):
        assert client_ip(request_from("10.0.0.2", **xff(value))) is None

    message = (
        "No IP address is recorded: a proxy has not said whose request it is in X-Forwarded-For."
    )
    assert caplog.record_tuples == [("sessions_api.client", logging.WARNING, message)]


@pytest.mark.parametrize(
    "proxies",
    [
        0,
        -1,
        33,
        True,
        "10.0.0.0/8",
        b"10.0.0.0/8",
        None,
        {"a": 1},
        1.5,
        ["proxy.local"],
        [10],
        [None],
    ],
    ids=repr,
)
def test_proxies_that_cannot_be_read_are_logged_and_nobody_is_recorded(settings, caplog, proxies):
    settings.SESSIONS_API = {"TRUSTED_PROXIES": proxies}
    logs.clear()

    assert client_ip(request_from("10.0.0.2", **xff("9.9.9.9"))) is None

    assert caplog.messages == [
        "No IP address is recorded: TRUSTED_PROXIES or CLIENT_IP_HEADER cannot be read. Run check."
    ]


@pytest.mark.parametrize("header", [None, 7, ["X-Real-IP"]], ids=repr)
def test_a_header_that_cannot_be_read_is_logged_and_nobody_is_recorded(settings, caplog, header):
    settings.SESSIONS_API = {"TRUSTED_PROXIES": N, "CLIENT_IP_HEADER": header}
    logs.clear()

    assert client_ip(request_from("10.0.0.2", **xff("9.9.9.9"))) is None
    assert len(caplog.messages) == 1
