"""Rows by the million, made by the database itself: users, our sessions, and those of our peers.

Every row follows from its number. A third of our sessions has ended, few are tokens. Sign-ins and
last uses are spread over 90 days, browsers and IP addresses vary. "Few" is five rows at any size.
User 1 has a thousand sessions, the others three. All sessions of a user share one sealed key, and so
one engine session: only Python can seal, and sign a payload. ``key_of`` is the key that a row's own
digest is of.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from hashlib import md5
from importlib import import_module
from itertools import batched
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import NOT_PROVIDED

DAY = 86_400
SPREAD = 90 * DAY
LIFETIME = 180 * DAY
BACKEND = "django.contrib.auth.backends.ModelBackend"
PASSWORD = "!benchmark"  # noqa: S105 (nobody can sign in by it)
BUSY_USER = 1
NAT, RARE_ADDRESS, NO_ADDRESS = "198.51.100.7", "203.0.113.9", "192.0.2.1"
PRIME = 999_983

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
LINUX = "Mozilla/5.0 (X11; Linux x86_64"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
ANDROID = "Mozilla/5.0 (Linux; Android 10; K)"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
USER_AGENTS = [
    f"{WINDOWS} {WEBKIT} Chrome/142.0.0.0 Safari/537.36",
    f"{WINDOWS} {WEBKIT} Chrome/141.0.0.0 Safari/537.36",
    f"{WINDOWS} {WEBKIT} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
    f"{WINDOWS[:-1]}; rv:145.0) Gecko/20100101 Firefox/145.0",
    f"{MAC} {WEBKIT} Chrome/142.0.0.0 Safari/537.36",
    f"{MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
    f"{LINUX}) {WEBKIT} Chrome/142.0.0.0 Safari/537.36",
    f"{LINUX}; rv:145.0) Gecko/20100101 Firefox/145.0",
    f"{PHONE} Version/18.6 Mobile/15E148 Safari/604.1",
    f"{PHONE} CriOS/142.0.7444.77 Mobile/15E148 Safari/604.1",
    f"{ANDROID} {WEBKIT} Chrome/142.0.0.0 Mobile Safari/537.36",
    f"{ANDROID} {WEBKIT} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
]
RARE_USER_AGENT = f"{LINUX}) {WEBKIT} Konqueror/5.0 Safari/537.36"
BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


class Sql:
    """Pieces of SQL for the row of number ``i`` of so many, as the database in use has them."""

    def __init__(self, rows: int, users: int) -> None:
        self.rows, self.users = rows, users
        self.is_postgresql = connection.vendor == "postgresql"
        self.now = datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
        self.user = (
            f"CASE WHEN MOD(i, {rows // 1_000}) = 0 THEN {BUSY_USER} "
            f"ELSE 1 + MOD(i * 7919, {users}) END"
        )
        self.age = f"({SPREAD} * (1.0 - i / {rows}.0))"
        self.age_of_use = f"({self.age} * {self.random(414213)})"

    def random(self, multiplier: int) -> str:
        """Return a number from 0 to 1."""
        return f"(MOD(i * {multiplier}, {PRIME}) / {PRIME}.0)"

    def few(self, which: int) -> str:
        """Return what holds for five rows."""
        return f"MOD(i, {self.rows // 5}) = {which}"

    def ago(self, seconds: str) -> str:
        if self.is_postgresql:
            return f"(TIMESTAMPTZ '{self.now}+00' - ({seconds}) * INTERVAL '1 second')"
        return f"TIMESTAMPADD(MICROSECOND, CAST(({seconds}) * -1000000 AS SIGNED), '{self.now}')"

    def pick(self, choices: Iterable[Any], multiplier: int) -> str:
        literals = [self.text(each) for each in choices]
        number = f"1 + CAST(FLOOR({self.random(multiplier)} * {len(literals)}) AS {self.integer})"
        if self.is_postgresql:
            return f"(ARRAY[{', '.join(literals)}])[{number}]"
        return f"ELT({number}, {', '.join(literals)})"

    @property
    def integer(self) -> str:
        return "int" if self.is_postgresql else "SIGNED"

    def text(self, value: str) -> str:
        return "'" + value.replace("'", "''").replace("%", "%%") + "'"

    def digest(self, salt: str) -> str:
        """Return 32 hexadecimal digits."""
        return f"MD5(CONCAT(i, '{salt}'))"

    def key_digest(self, size: int) -> str:
        """Return the beginning of the SHA-256 of the key, so many bytes in hexadecimal digits."""
        key = self.digest("k")
        if self.is_postgresql:
            return f"left(encode(sha256(convert_to({key}, 'UTF8')), 'hex'), {size * 2})"
        return f"LEFT(SHA2({key}, 256), {size * 2})"

    def binary(self, digits: str) -> str:
        return f"decode({digits}, 'hex')" if self.is_postgresql else f"UNHEX({digits})"

    def uuid7(self) -> str:
        """Return an id that begins with the time of the sign-in, as ours do."""
        milliseconds = (
            f"CAST(FLOOR({datetime.now(UTC).timestamp():.0f}000 - {self.age} * 1000) "
            f"AS {'bigint' if self.is_postgresql else 'SIGNED'})"
        )
        digits = (
            f"lpad(to_hex({milliseconds}), 12, '0')"
            if self.is_postgresql
            else f"LPAD(LOWER(HEX({milliseconds})), 12, '0')"
        )
        rest = self.digest("id")
        whole = f"CONCAT({digits}, '7', SUBSTR({rest}, 1, 3), '8', SUBSTR({rest}, 4, 15))"
        if self.is_postgresql:
            return f"CAST({whole} AS uuid)"
        # MariaDB takes no UUID without its dashes from an expression.
        parts = ", ".join(f"SUBSTR({whole}, {at}, {n})" for at, n in UUID_PARTS)
        return f"CONCAT_WS('-', {parts})"

    def address(self, multiplier: int) -> str:
        whole = "i * {} / {}" if self.is_postgresql else "i * {} DIV {}"
        parts = (f"MOD({whole.format(multiplier, each)}, 250)" for each in (62_500, 250, 1))
        numbers = ", '.', ".join(parts)
        return self.inet(
            f"CASE WHEN MOD(i, 50) = 9 THEN '{NAT}' WHEN {self.few(12)} THEN '{RARE_ADDRESS}' "
            f"ELSE CONCAT('10.', {numbers}) END"
        )

    def inet(self, text: str) -> str:
        return f"CAST({text} AS inet)" if self.is_postgresql else text

    def series(self) -> str:
        if self.is_postgresql:
            return f"(SELECT i FROM generate_series(1::bigint, {self.rows}) AS s(i)) AS s"
        return f"(SELECT seq AS i FROM seq_1_to_{self.rows}) AS s"


UUID_PARTS = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))


def insert(sql: Sql, model: Any, columns: dict[str, str], source: str | None = None) -> None:
    """Fill a table. Columns that the model does not have are left out; others get their default."""
    fields = model._meta.local_concrete_fields
    known = {field.column: field for field in fields if not field.generated}
    values = {
        column: columns[column] if column in columns else literal(sql, field)
        for column, field in known.items()
        if column in columns or not (field.primary_key and field.get_internal_type() != "CharField")
    }
    quoted = ", ".join(connection.ops.quote_name(column) for column in values)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({quoted}) "
            f"SELECT {', '.join(values.values())} FROM {source or sql.series()} ORDER BY i"
        )


def literal(sql: Sql, field: Any) -> str:
    """Return a field's default as SQL."""
    value = None if field.default is NOT_PROVIDED or callable(field.default) else field.default
    if field.null and value is None:
        return "NULL"
    kind = field.get_internal_type()
    if kind == "DateTimeField":
        return sql.ago(sql.age)
    if kind == "JSONField":
        return "'{}'"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return sql.text(str(value or ""))


def make_users(count: int) -> None:
    """Make the users that are missing: user 7 is "user7", with digits for an e-mail address."""
    from django.contrib.auth import get_user_model

    model = get_user_model()
    there = model.objects.count()
    sql = Sql(count, count)
    columns = {
        "id": "i",
        "username": "CONCAT('user', i)",
        "email": f"CONCAT(SUBSTR({sql.digest('e')}, 1, 10), '@example.com')",
        "password": sql.text(PASSWORD),
        "is_active": "TRUE",
        "date_joined": sql.ago("0"),
    }
    insert(sql, model, columns, f"{sql.series()} WHERE i > {there}")
    if sql.is_postgresql:
        run(
            "SELECT setval(pg_get_serial_sequence('auth_user', 'id'), (SELECT max(id) FROM auth_user))"
        )


def email_of(number: int) -> str:
    """Return a user's e-mail address."""
    return md5(f"{number}e".encode()).hexdigest()[:10] + "@example.com"  # noqa: S324


def make_payloads(count: int) -> None:
    """Make a payload for each user and, with our app, the sealed key of an engine session."""
    from sessions_api import credentials

    run(
        f"CREATE TABLE IF NOT EXISTS benchmark_payload "
        f"(user_id int PRIMARY KEY, sealed {binary_type()}, data varchar(500))"
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM benchmark_payload")
        (there,) = cursor.fetchone()
    encode = payload_encoder()
    copy(
        "benchmark_payload",
        ("user_id", "sealed", "data"),
        (
            (number, credentials.seal(engine_key(number)), encode(number))
            for number in range(there + 1, count + 1)
        ),
    )


def make_engine_sessions(count: int) -> None:
    """Make one of Django's own sessions for each user."""
    sql = Sql(count, count)
    run("TRUNCATE TABLE django_session")
    run(
        f"INSERT INTO django_session (session_key, session_data, expire_date) "
        f"SELECT MD5(CONCAT(user_id, 's')), data, {sql.ago(f'-{LIFETIME}')} FROM benchmark_payload"
    )


def engine_key(number: int) -> str:
    """Return the key of a user's engine session."""
    return md5(f"{number}s".encode()).hexdigest()  # noqa: S324


def key_of(number: int) -> str:
    """Return the key of the session with a number."""
    return md5(f"{number}k".encode()).hexdigest()  # noqa: S324


def payload_encoder() -> Callable[..., str]:
    """Return what makes the payload of a session of a user. All users have one password."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    store: Any = import_module(settings.SESSION_ENGINE).SessionStore()
    common = {BACKEND_SESSION_KEY: BACKEND, HASH_SESSION_KEY: auth_hash()}
    return lambda number, **content: store.encode({SESSION_KEY: str(number), **common, **content})


def auth_hash() -> str:
    """Return the auth hash that all users have."""
    from django.contrib.auth import get_user_model

    return get_user_model()(password=PASSWORD).get_session_auth_hash()


def binary_type() -> str:
    return "bytea" if connection.vendor == "postgresql" else "varbinary(255)"


def copy(table: str, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
    """Write rows that only Python can make."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copying:
                for row in rows:
                    copying.write_row(row)
            return
        places = ", ".join(["%s"] * len(columns))
        for batch in batched(rows, 5_000):
            cursor.executemany(
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})",
                batch,
            )


def make_sessions(rows: int, users: int) -> None:
    """Make our rows: users, engine sessions, sessions."""
    from sessions_api import credentials
    from sessions_api.client import user_agent
    from sessions_api.models import Session

    make_users(users)
    make_payloads(users)
    make_engine_sessions(users)
    sql = Sql(rows, users)
    parsed = [user_agent.parse(each) for each in USER_AGENTS]
    rare, bot = user_agent.parse(RARE_USER_AGENT), user_agent.parse(BOT)

    def of_client(name: str) -> str:
        common = sql.pick([getattr(each, name) for each in parsed], 732050)
        return (
            f"CASE WHEN {sql.few(1)} THEN {sql.text(getattr(rare, name))} "
            f"WHEN {sql.few(2)} THEN {sql.text(getattr(bot, name))} ELSE {common} END"
        )

    is_token, has_ended = "MOD(i, 1000) = 11", f"{sql.random(236067)} < 0.3333"
    agent = (
        f"CASE WHEN {sql.few(1)} THEN {sql.text(RARE_USER_AGENT)} "
        f"WHEN {sql.few(2)} THEN {sql.text(BOT)} ELSE {sql.pick(USER_AGENTS, 732050)} END"
    )
    no_bytes = sql.binary("''")
    columns = {
        "id": sql.uuid7(),
        "user_id": "user_id",
        "created_at": sql.ago(sql.age),
        "updated_at": sql.ago(sql.age_of_use),
        "authenticated_at": sql.ago(sql.age),
        "last_used": sql.ago(sql.age_of_use),
        "expires_at": sql.ago(f"{sql.age} - {LIFETIME}"),
        "ended_at": f"CASE WHEN {has_ended} THEN {sql.ago(sql.age_of_use)} END",
        "end_reason": f"CASE WHEN {has_ended} THEN {sql.pick(ENDS, 645751)} ELSE '' END",
        "impersonator_id": f"CASE WHEN {sql.few(6)} THEN 2 END",
        "aal": f"CASE WHEN {sql.few(3)} THEN 2 ELSE 1 END",
        "adopted": f"CASE WHEN {sql.few(5)} THEN TRUE ELSE FALSE END",
        "kind": f"CASE WHEN {is_token} THEN 'token' ELSE 'browser' END",
        "key_digest": sql.binary(sql.key_digest(credentials.DIGEST)),
        "sealed_key": f"CASE WHEN {is_token} OR {has_ended} THEN {no_bytes} ELSE sealed END",
        "auth_digest": sql.binary(sql.text(credentials.digest(auth_hash()).hex())),
        "backend": f"CASE WHEN {is_token} THEN '{BACKEND}' ELSE '' END",
        "user_agent": agent,
        **{name: of_client(name) for name in parsed[0]._fields},
        "ip_address": sql.address(162277),
        "last_ip_address": sql.address(302775),
        "methods": f"CASE WHEN {sql.few(3)} THEN 'password totp' ELSE 'password' END",
        "provider": (
            f"CASE WHEN {sql.few(4)} THEN 'github' WHEN MOD(i, 10) = 3 THEN 'google' ELSE '' END"
        ),
    }
    truncate(Session)
    insert(sql, Session, columns, with_payloads(sql))
    analyze()


def with_payloads(sql: Sql) -> str:
    """Return a source of rows, each with what its user's payload is."""
    numbered = f"(SELECT i, {sql.user} AS number FROM {sql.series()}) AS numbered"
    return f"{numbered} JOIN benchmark_payload ON user_id = number"


ENDS = ["logout", "logout", "logout", "revoked", "replaced", "expired", "credentials", "lost"]


def make_rows_of(name: str, rows: int, users: int) -> Any:
    """Make the rows of any contender, of the same users and clients. Return their model."""
    from django.apps import apps

    if name == "ours":
        make_sessions(rows, users)
        return apps.get_model("sessions_api.Session")
    make_users(users)
    make_payloads(users)
    sql = Sql(rows, users)
    model = apps.get_model(MODELS[name])
    columns = {
        "session_key": sql.digest("k"),
        "session_data": "data",
        "expire_date": sql.ago(f"{sql.age} - {LIFETIME}"),
        "user_id": "user_id",
        "user_agent": sql.pick(USER_AGENTS, 732050),
        "created_at": sql.ago(sql.age),
        **dict.fromkeys(("last_activity", "updated_at", "last_seen_at"), sql.ago(sql.age_of_use)),
        "ip": sql.address(162277),
    }
    truncate(model)
    insert(sql, model, columns, with_payloads(sql))
    analyze()
    return model


MODELS = {
    "plain": "sessions.Session",
    "allauth": "usersessions.UserSession",
    "allauth, tracking": "usersessions.UserSession",
    "user-sessions": "user_sessions.Session",
    "qsessions": "qsessions.Session",
}


def truncate(model: Any) -> None:
    run(f"TRUNCATE TABLE {model._meta.db_table}")


def analyze() -> None:
    """Have the database know its tables, as it does after a while."""
    if connection.vendor == "postgresql":
        run("VACUUM ANALYZE")
        return
    for table in connection.introspection.table_names():
        run(f"ANALYZE TABLE {table}")


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        if cursor.description:
            cursor.fetchall()
