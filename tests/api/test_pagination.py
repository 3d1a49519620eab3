"""Walking through many sessions a page at a time, while the world goes on."""

from datetime import timedelta
from itertools import pairwise
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
import time_machine
from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sessions_api import credentials
from sessions_api.models import Session
from tests.factories import SessionFactory, UserFactory
from tests.helpers import SESSIONS, lose, session_id, signed_in
from tests.site.views import BACKEND

SALT = "sessions_api.keyset"
MAX_PAGES = 100


@pytest.fixture
def client_side(settings):
    """Have the cookie be the session, so that a row alone can be active."""
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"


@pytest.fixture
def client(alice, client_side):
    return signed_in(alice)


def add(user, count, *, ago=lambda n: timedelta(seconds=n + 1)):
    """Add rows that are active on signed_cookies, the nth last used some time ago."""
    now = timezone.now()
    rows = SessionFactory.build_batch(
        count,
        user=user,
        backend=BACKEND,
        auth_digest=credentials.digest(user.get_session_auth_hash()),
    )
    for n, row in enumerate(rows):
        row.last_used = now - ago(n)
    return Session.objects.bulk_create(rows)


def in_order(user):
    """Return the ids of a user's rows, the most recently used first, as the database sorts them."""
    rows = Session.objects.filter(user=user).order_by("-last_used", "-id")
    return [str(pk) for pk in rows.values_list("pk", flat=True)]


def get(client, url):
    response = client.get(url)
    assert response.status_code == 200
    assert set(response.json()) == {"next", "previous", "results"}
    return response.json()


def ids(page):
    return [item["id"] for item in page["results"]]


def walk(client, url, link="next", *, meanwhile=lambda: None):
    """Yield the pages from this one on. Something may happen between two of them."""
    for _ in range(MAX_PAGES):
        page = get(client, url)
        yield page
        url = page[link]
        if url is None:
            return
        meanwhile()
    raise AssertionError("This walk has no end.")


def met(pages):
    return [pk for page in pages for pk in ids(page)]


def cursor_of(url):
    return parse_qs(urlsplit(url).query)["cursor"][0]


def use(pk):
    """Have a session be used right now."""
    Session.objects.filter(pk=pk).update(last_used=timezone.now())


AGES = {
    "all at different times": lambda n: timedelta(seconds=n + 1),
    "all at the same time": lambda n: timedelta(hours=1),
    "a few at each time": lambda n: timedelta(seconds=n // 5),
    "a microsecond apart": lambda n: timedelta(hours=1, microseconds=n),
}


@pytest.mark.parametrize("ago", AGES.values(), ids=AGES)
def test_walking_forward_meets_each_session_once_in_order(alice, client, ago):
    with time_machine.travel(timezone.now(), tick=False):
        add(alice, 59, ago=ago)
    pages = list(walk(client, f"{SESSIONS}?page_size=7"))
    assert met(pages) == in_order(alice)
    assert [len(ids(page)) for page in pages] == [7] * 8 + [4]
    assert pages[0]["previous"] is None


@pytest.mark.parametrize("ago", AGES.values(), ids=AGES)
def test_walking_backward_meets_each_session_once_in_order(alice, client, ago):
    with time_machine.travel(timezone.now(), tick=False):
        add(alice, 59, ago=ago)
    *_, last = walk(client, f"{SESSIONS}?page_size=7")
    pages = [last, *walk(client, last["previous"], "previous")]
    assert met(reversed(pages)) == in_order(alice)
    assert [len(ids(page)) for page in pages] == [4] + [7] * 8


def test_every_page_leads_on_and_back_again(alice, client):
    add(alice, 20)
    forward = list(walk(client, f"{SESSIONS}?page_size=7"))
    for page, following in pairwise(forward):
        back = get(client, following["previous"])
        assert ids(back) == ids(page)
        assert ids(get(client, back["next"])) == ids(following)
        assert (back["previous"] is None) is (page["previous"] is None)


@pytest.mark.parametrize("count", [0, 6, 7, 13, 14])
def test_a_null_next_is_the_end_and_nothing_else_is(alice, client, count):
    add(alice, count)
    pages = list(walk(client, f"{SESSIONS}?page_size=7"))
    assert len(pages) == -(-(count + 1) // 7)
    assert met(pages) == in_order(alice)


def test_links_keep_the_page_size_and_everything_else_that_was_asked(alice, client):
    add(alice, 3)
    page = get(client, f"{SESSIONS}?page_size=2&kind=browser")
    query = parse_qs(urlsplit(page["next"]).query)
    assert page["next"].startswith(f"http://testserver{SESSIONS}?")
    assert set(query) == {"page_size", "kind", "cursor"}
    assert (query["page_size"], query["kind"]) == (["2"], ["browser"])


def test_the_page_size_may_change_on_the_way(alice, client):
    add(alice, 29)
    first = get(client, f"{SESSIONS}?page_size=3")
    rest = get(client, first["next"].replace("page_size=3", "page_size=100"))
    assert ids(first) + ids(rest) == in_order(alice)


def test_pages_hold_the_callers_own_sessions_whoevers_cursor_it_is(alice, client):
    bob = UserFactory.create()
    bobs = signed_in(bob)
    add(alice, 10)
    add(bob, 10)
    alices_next = get(client, f"{SESSIONS}?page_size=5")["next"]
    assert set(ids(get(bobs, alices_next))) < set(in_order(bob))
    assert met(walk(client, f"{SESSIONS}?page_size=5")) == in_order(alice)


def test_sessions_that_die_make_room_for_others_and_hide_no_live_one(settings, transactional_db):
    alice = UserFactory.create()
    clients = [signed_in(alice) for _ in range(60)]
    caller, order = clients[0], in_order(alice)
    newest_first = clients[::-1]
    assert [session_id(client) for client in newest_first] == order
    doomed = [*newest_first[3:10], *newest_first[14:21], newest_first[27], newest_first[58]]
    dead = {session_id(client) for client in doomed}
    waiting = list(doomed)

    def another_dies():
        for _ in range(min(4, len(waiting))):
            lose(waiting.pop())

    pages = list(walk(caller, f"{SESSIONS}?page_size=7", meanwhile=another_dies))
    assert [pk for pk in met(pages) if pk not in dead] == [pk for pk in order if pk not in dead]
    assert waiting == []
    again = list(walk(caller, f"{SESSIONS}?page_size=7"))
    assert met(again) == [pk for pk in order if pk not in dead]
    assert [len(ids(page)) for page in again] == [7, 7, 7, 7, 7, 7, 2]
    *_, last = again
    backward = [last, *walk(caller, last["previous"], "previous")]
    assert met(reversed(backward)) == met(again)


def test_the_row_a_page_ended_with_may_vanish(alice, client):
    add(alice, 20)
    order = in_order(alice)
    first = get(client, f"{SESSIONS}?page_size=7")
    Session.objects.filter(pk=ids(first)[-1]).delete()
    second = get(client, first["next"])
    Session.objects.filter(pk=ids(second)[-1]).update(ended_at=timezone.now())
    assert ids(first) + ids(second) + met(walk(client, second["next"])) == order


def test_sessions_used_on_the_way_are_met_at_most_once_and_hide_no_other(alice, client):
    add(alice, 59)
    order = in_order(alice)
    used = [order[2], order[6], order[7], order[20], order[45], order[59]]
    waiting = list(used)

    def another_is_used():
        if waiting:
            use(waiting.pop())

    pages = list(walk(client, f"{SESSIONS}?page_size=7", meanwhile=another_is_used))
    seen = met(pages)
    assert waiting == []
    assert len(seen) == len(set(seen))
    assert [pk for pk in seen if pk not in used] == [pk for pk in order if pk not in used]
    assert met(walk(client, f"{SESSIONS}?page_size=7")) == in_order(alice)


def test_sessions_begun_on_the_way_are_met_on_the_way_back(alice, client):
    add(alice, 20)
    order = in_order(alice)
    pages = list(walk(client, f"{SESSIONS}?page_size=7", meanwhile=lambda: signed_in(alice)))
    assert met(pages) == order
    last = pages[-1]
    backward = [last, *walk(client, last["previous"], "previous")]
    assert met(reversed(backward)) == in_order(alice)
    assert len(in_order(alice)) == len(order) + 2


def test_going_back_to_sessions_that_have_ended_is_not_the_end(alice, client):
    own = Session.objects.filter(pk=session_id(client))
    own.update(last_used=timezone.now() - timedelta(seconds=40))
    add(alice, 20)
    order = in_order(alice)
    second = get(client, get(client, f"{SESSIONS}?page_size=7")["next"])
    Session.objects.filter(pk__in=set(order[:7])).update(expires_at=timezone.now())
    back = get(client, second["previous"])
    assert ids(back) == []
    assert met(walk(client, back["next"] or SESSIONS)) == order[7:]
    assert back["next"] is not None


@pytest.mark.parametrize(
    ("query", "size"),
    [
        ("", 25),
        ("page_size=1", 1),
        ("page_size=249", 249),
        ("page_size=250", 250),
        ("page_size=251", 250),
        (f"page_size={10**9}", 250),
        (f"page_size={'9' * 999}", 250),
        ("page_size=7&page_size=8", 8),
    ],
)
def test_a_page_is_as_long_as_asked_but_not_endless(alice, client, query, size):
    add(alice, 259)
    page = get(client, f"{SESSIONS}?{query}")
    assert ids(page) == in_order(alice)[:size]
    assert page["next"] is not None


@pytest.mark.parametrize(
    "page_size",
    [
        *("0", "-1", "abc", "", " ", "\0", "7\0", "1e3", "3.5", "0x10", "None", "null", "²", "7,8"),
        *("9" * 5000, "-" + "9" * 5000, "inf", "nan", "[7]", "7;8", "%37", "'"),
    ],
)
def test_a_bad_page_size_is_named(client, page_size):
    response = client.get(f"{SESSIONS}?page_size={quote(page_size)}")
    assert response.status_code == 400
    assert list(response.json()) == ["page_size"]


def bad(cursor):
    """Return what a cursor of ours can be turned into, or confused with."""
    value, _, signature = cursor.partition(":")
    position = signing.loads(cursor, salt=SALT)
    flipped = "A" if value[10] != "A" else "B"
    return {
        "empty": "",
        "a blank": " ",
        "nothing but colons": ":::",
        "without a signature": value,
        "only a signature": signature,
        "truncated": cursor[:-1],
        "half": cursor[: len(cursor) // 2],
        "edited": value[:10] + flipped + value[11:] + ":" + signature,
        "another position": signing.b64_encode(
            b'["-last_used","2000-01-01","x",false,false]'
        ).decode()
        + ":"
        + signature,
        "another signature": value + ":" + signature[:-5] + "AAAAA",
        "lengthened": cursor + "A",
        "twice": cursor + cursor,
        "in capitals": cursor.upper(),
        "NUL": "\0",
        "ending in NUL": cursor + "\0",
        "beginning with NUL": "\0" + cursor,
        "100 KB": "a" * 100_000,
        "100 KB of colons": ":" * 100_000,
        "100 KB signed by us no more": value * 700 + ":" + signature,
        "not ASCII": "é:ü:ß😀",
        "JSON": '["2026-11-21T08:00:00+00:00", "x", false]',
        "SQL": "' OR 1=1 --",
        "compressed": "." + cursor,
        "a number": "25",
        "another salt": signing.dumps(position, salt="another"),
        "no salt": signing.dumps(position),
        "another secret key": signing.dumps(position, salt=SALT, key="another"),
        "the signed session cookie's salt": signing.dumps(
            position, salt="django.contrib.sessions.backends.signed_cookies"
        ),
    }


KINDS_OF_BAD_CURSOR = list(
    bad(signing.dumps(["-last_used", "2026-11-21T08:00:00+00:00", "x", False, False], salt=SALT))
)


@pytest.mark.parametrize("kind", KINDS_OF_BAD_CURSOR)
def test_a_cursor_that_is_not_ours_is_named(alice, client, kind):
    add(alice, 3)
    cursor = cursor_of(get(client, f"{SESSIONS}?page_size=2")["next"])
    assert get(client, f"{SESSIONS}?{urlencode({'cursor': cursor})}")["results"]
    response = client.get(f"{SESSIONS}?{urlencode({'cursor': bad(cursor)[kind]})}")
    assert response.status_code == 400
    assert list(response.json()) == ["cursor"]
    assert "no-store" in response.headers["Cache-Control"]


def test_a_cursor_survives_a_rotation_of_the_secret_key(settings, alice, client):
    add(alice, 8)
    order = in_order(alice)
    following = get(client, f"{SESSIONS}?page_size=5")["next"]
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    assert ids(get(client, following)) == order[5:]


def statements(client, url):
    with CaptureQueriesContext(connection) as queries:
        page = get(client, url)
    return page, [query["sql"].split()[0] for query in queries]


@pytest.mark.parametrize("engine", ["db", "cached_db", "signed_cookies"], indirect=True)
def test_every_page_costs_the_same(settings, transactional_db, engine):
    alice = UserFactory.create()
    client, *_ = [signed_in(alice) for _ in range(30)]
    get(client, SESSIONS)
    page, cost = statements(client, f"{SESSIONS}?page_size=7")
    costs, lengths = {tuple(cost)}, [len(ids(page))]
    for link in ("next", "previous"):
        while page[link]:
            page, cost = statements(client, page[link])
            costs.add(tuple(cost))
            lengths.append(len(ids(page)))
    costs.add(tuple(statements(client, f"{SESSIONS}?page_size=250")[1]))
    assert len(costs) == 1
    assert set(costs.pop()) == {"SELECT"}


def test_no_page_is_found_by_counting_or_skipping(alice, client):
    add(alice, 59)
    pages = list(walk(client, f"{SESSIONS}?page_size=7"))
    with CaptureQueriesContext(connection) as queries:
        get(client, pages[-2]["next"])
    sql = " ".join(query["sql"] for query in queries).upper()
    assert "COUNT(" not in sql
    assert "OFFSET" not in sql


ORDERS = {
    "last_used": lambda row: row.last_used,
    "created_at": lambda row: row.created_at,
    "expires_at": lambda row: row.expires_at,
}


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("field", ORDERS)
def test_every_order_meets_each_session_once_both_ways(alice, client, field, descending):
    rows = add(alice, 20)
    for n, row in enumerate(rows):
        row.created_at -= timedelta(days=n * 7 % 20)
        row.expires_at += timedelta(days=n * 3 % 20)
    Session.objects.bulk_update(rows, ["created_at", "expires_at"])
    sign = "-" if descending else ""
    expected = [str(pk) for pk in in_any_order(alice, f"{sign}{field}", f"{sign}id")]
    pages = list(walk(client, f"{SESSIONS}?page_size=6&ordering={sign}{field}"))
    assert met(pages) == expected
    *_, last = pages
    assert met(reversed([last, *walk(client, last["previous"], "previous")])) == expected


def in_any_order(user, *fields):
    return Session.objects.filter(user=user).order_by(*fields).values_list("pk", flat=True)


def test_walking_in_the_order_of_creation_meets_each_once_whatever_is_used_meanwhile(alice, client):
    rows = iter(add(alice, 20))
    pages = walk(
        client,
        f"{SESSIONS}?page_size=3&ordering=-created_at",
        meanwhile=lambda: use(next(rows).pk),
    )
    assert sorted(met(pages)) == sorted(in_order(alice))


def test_a_cursor_is_good_for_its_own_order_only(alice, client):
    add(alice, 9)
    link = get(client, f"{SESSIONS}?page_size=3&ordering=created_at")["next"]
    response = client.get(link.replace("ordering=created_at", "ordering=-created_at"))
    assert response.status_code == 400
    assert list(response.json()) == ["cursor"]


def test_links_keep_the_filters(alice, client):
    add(alice, 9)
    Session.objects.filter(user=alice).update(device_type="tablet", os="Android 15")
    add(alice, 9)
    pages = list(walk(client, f"{SESSIONS}?page_size=4&device_type=tablet&os=android"))
    assert [len(ids(page)) for page in pages] == [4, 4, 2]
