"""What a site gives away: all that it says is kept, and tried as a cookie and as a token."""

import base64
import json
import logging
import re
import zlib
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.dispatch import Signal
from django.test import Client
from django.views.debug import ExceptionReporter

from sessions_api import recent, signals

SHORTEST = 32
"""No session key, cookie or token is shorter."""

WORDS = (r"[A-Za-z0-9]+", r"[\w-]+", r"[\w.:=-]+", r"[\w.:=+/-]+", r"""[^\s"'<>,;]+""")
"""What a credential can be made of, from the narrowest idea to the widest."""


def forms(secret: str | bytes) -> list[str]:
    """Return the texts by which a secret may be shown: bytes also as digits, in base64, as Python."""
    if isinstance(secret, str):
        return [secret]
    return [secret.hex(), base64.b64encode(secret).decode(), repr(secret)[2:-1]]


class Harvest:
    """All that a site has said, by where, and the credentials that it has handed out."""

    def __init__(self) -> None:
        self.texts: dict[str, set[str]] = {}
        self.secrets: set[str] = set()

    def add(self, where: str, text: str) -> None:
        """Keep a text."""
        self.texts.setdefault(where, set()).add(text)

    def leaks(self) -> set[tuple[str, str]]:
        """Return where something is told that works, or that worked before, and what it is.

        What Django itself logs may name what works no more: the file of a session that is gone.
        """
        alive = {secret for secret in self.secrets if works(secret)}
        found = set()
        candidates: dict[str, str] = {}
        for where, texts in self.texts.items():
            secrets = alive if where.startswith("log django.") else self.secrets
            for text in set().union(*map(readings, texts)):
                found |= {(where, secret) for secret in secrets if secret in text}
                candidates |= dict.fromkeys(words(text), where)
        return found | {(where, word) for word, where in candidates.items() if works(word)}


def readings(text: str) -> set[str]:
    """Return a text, the texts in it if it is JSON, and what its words say in base64."""
    found = {text, *json_texts(text)}
    return found | {plain for each in found for word in words(each) for plain in decoded(word)}


def json_texts(text: str) -> set[str]:
    """Return all strings in a JSON text."""
    try:
        return set(strings(json.loads(text)))
    except ValueError:
        return set()


def strings(value: Any, depth: int = 8, seen: set[int] | None = None) -> Any:
    """Yield the texts in a value: its items, its attributes, and how it shows itself."""
    yield str(value)
    yield repr(value)
    seen = set() if seen is None else seen
    if isinstance(value, str | int | float | None) or depth == 0 or id(value) in seen:
        return
    seen.add(id(value))
    inner = value if isinstance(value, list | tuple | set | frozenset) else []
    mapping = value if isinstance(value, dict) else getattr(value, "__dict__", {})
    for each in [*inner, *mapping.keys(), *mapping.values()]:
        yield from strings(each, depth - 1, seen)


def words(text: str) -> set[str]:
    """Return whatever in a text is long enough for a credential."""
    return {
        word for kind in WORDS for word in re.findall(kind, text, re.ASCII) if len(word) >= SHORTEST
    }


def decoded(word: str) -> set[str]:
    """Return what a word says in base64, packed or not, if that is text."""
    raw = word.lstrip(".").partition(":")[0].translate(str.maketrans("+/", "-_")).rstrip("=")
    try:
        content = base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4))
    except ValueError:
        return set()
    if word.startswith("."):
        try:
            content = zlib.decompress(content)
        except zlib.error:
            return set()
    text = content.decode("latin-1")
    return {text} if text.isprintable() else set()


def works(word: str) -> bool:
    """Tell whether a word, presented as a cookie or as a token, is taken for anybody's."""
    recent.clear()
    browser = Client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = word
    headers = [{"authorization": f"Bearer {word}"}, {"x-session-token": word}]
    current = [Client().get("/api/sessions/current/", headers=header) for header in headers]
    return browser.get("/do/user/").content != b"" or {each.status_code for each in current} != {
        401
    }


class Recorder(Client):
    """A client whose answers are harvested, all but the cookie and the token that are meant."""

    def __init__(self, harvest: Harvest, **environ: Any) -> None:
        super().__init__(raise_request_exception=False, **environ)
        self.harvest = harvest

    def request(self, **request: Any) -> Any:
        response = super().request(**request)
        where = f"{request['REQUEST_METHOD']} {request['PATH_INFO']}: {response.status_code}"
        text = response.content.decode()
        is_token_meant = where in (
            "POST /api/sessions/: 201",
            "POST /api/sessions/current/reauthenticate/: 200",
        )
        if is_token_meant and (token := response.json().get("token")):
            self.harvest.secrets.add(token)
            text = text.replace(token, "", 1)
        self.harvest.add(where, text)
        for name, value in response.headers.items():
            self.harvest.add(where, f"{name}: {value}")
        for name, morsel in response.cookies.items():
            if name != settings.SESSION_COOKIE_NAME:
                self.harvest.add(where, morsel.value)
            elif morsel.value:
                self.harvest.secrets.add(morsel.value)
        return response


class _Log(logging.Handler):
    """Keep what is logged, as text and as the reports that are sent to the site's managers."""

    def __init__(self, harvest: Harvest) -> None:
        super().__init__(logging.DEBUG)
        self.harvest = harvest

    def emit(self, record: logging.LogRecord) -> None:
        where = f"log {record.name}"
        self.harvest.add(where, self.format(record))
        self.harvest.add(where, repr(record.args))
        if record.levelno >= logging.ERROR and record.exc_info:
            request = getattr(record, "request", None)
            reporter: Any = ExceptionReporter(request, *record.exc_info)
            self.harvest.add(f"{where}, report", reporter.get_traceback_html())
            self.harvest.add(f"{where}, report", reporter.get_traceback_text())


@contextmanager
def listening(harvest: Harvest):
    """Harvest every log line, whatever its level, and every signal of ours."""
    handler = _Log(harvest)
    known = [logging.getLogger(name) for name in logging.root.manager.loggerDict]
    loggers = [logging.root, *(each for each in known if each.level or not each.propagate)]
    before = [(logger, logger.level) for logger in loggers]
    ours = {name: value for name, value in vars(signals).items() if isinstance(value, Signal)}

    def hear(signal: Signal, sender: Any, **told: Any) -> None:
        (name,) = (name for name, each in ours.items() if each is signal)
        for text in strings(told):
            harvest.add(f"signal {name}", text)

    for logger in loggers:
        logger.setLevel(logging.DEBUG)
        if logger is logging.root or not logger.propagate:
            logger.addHandler(handler)
    for signal in ours.values():
        signal.connect(hear)
    try:
        yield
    finally:
        for signal in ours.values():
            signal.disconnect(hear)
        for logger, level in before:
            logger.setLevel(level)
            logger.removeHandler(handler)


def dump(harvest: Harvest) -> None:
    """Harvest every cell of our tables, and of the admin's log."""
    tables = [model._meta.db_table for model in apps.get_app_config("sessions_api").get_models()]
    if apps.is_installed("django.contrib.admin"):
        tables.append("django_admin_log")
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            for row in cursor.fetchall():
                for cell in row:
                    harvest.add(f"table {table}", str(cell))
