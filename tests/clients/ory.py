"""Ory's clients, two in Python and two in Node, under one set of names: those of the API."""

import json
import re
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

SECONDS_TO_ANSWER = 30.0


class Answer(NamedTuple):
    """What a client returned.

    The names of headers are in lower case. ``data`` is without what is null, and has datetimes
    and texts for times and UUIDs.
    """

    status: int
    headers: dict[str, str]
    data: Any


class Refused(Exception):
    """A client raised an error, which is the cause of this one in Python."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body


class Client(Protocol):
    """One of Ory's clients."""

    def ask(self, call: str, **parameters: Any) -> Answer:
        """Call the API. Raises Refused."""


Package = Callable[[str, str], Client]
"""Makes a client of a site's URL and a token, which may be "" for nobody's."""


class PythonClient:
    """``ory-kratos-client`` or ``ory-client``, by the module's name."""

    def __init__(self, module: Any, url: str, token: str) -> None:
        configuration = module.Configuration(host=f"{url}/ory")
        if token and module.__name__ == "ory_kratos_client":
            configuration.api_key["oryAccessToken"] = token
            configuration.api_key_prefix["oryAccessToken"] = "Bearer"
        elif token:
            configuration.access_token = token
        client = module.ApiClient(configuration)
        client.set_default_header("Origin", url)  # which a browser sends by itself
        self.module = module
        self.apis = (module.FrontendApi(client), module.IdentityApi(client))

    def ask(self, call: str, **parameters: Any) -> Answer:
        """Call the API. Raises Refused."""
        method = f"{call}_with_http_info"
        api = next(api for api in self.apis if hasattr(api, method))
        try:
            answer = getattr(api, method)(**parameters, _request_timeout=SECONDS_TO_ANSWER)
        except self.module.ApiException as error:
            raise Refused(error.status, json.loads(error.body)) from error
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status_code, headers, plain(answer.data))


class NodeClient:
    """``@ory/kratos-client`` or ``@ory/client``, in a process that has one of them."""

    def __init__(self, process: subprocess.Popen[str], url: str, token: str) -> None:
        self.process = process
        self.configuration = {"basePath": f"{url}/ory", "token": token}

    def ask(self, call: str, **parameters: Any) -> Answer:
        """Call the API. Raises Refused."""
        named = {in_camel_case(name): value for name, value in parameters.items()}
        question = {**self.configuration, "call": in_camel_case(call), "parameters": named}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps(question), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        assert line, "Node has stopped."
        answer = json.loads(line)
        if answer["isError"]:
            raise Refused(answer["status"], answer["data"])
        data = plain(answer["data"]) if answer["data"] != "" else None
        return Answer(answer["status"], answer["headers"], data)


def node(package: str, directory: Path) -> subprocess.Popen[str]:
    """Start a process that calls one of Ory's npm packages."""
    return subprocess.Popen(  # noqa: S603
        ["node", "ory.cjs", package],  # noqa: S607
        cwd=directory,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def in_camel_case(name: str) -> str:
    """Return ``pageSize`` for ``page_size``."""
    return re.sub(r"_(.)", lambda match: match[1].upper(), name)


def plain(data: Any) -> Any:
    """Return what a client's objects hold, whichever client's. See ``Answer``."""
    if hasattr(data, "to_dict"):
        data = data.to_dict()
    if isinstance(data, list):
        return [plain(each) for each in data]
    if isinstance(data, dict):
        held = {name: value for name, value in data.items() if value is not None}
        return {name: held_as(name, value) for name, value in held.items()}
    return str(data) if isinstance(data, UUID) else data


def held_as(name: str, value: Any) -> Any:
    is_time = name.endswith("_at") and isinstance(value, str)
    return datetime.fromisoformat(value) if is_time else plain(value)


def walk(client: Client, call: str, **parameters: Any) -> list[Answer]:
    """Return a list's pages: the first, and all that the Link headers lead to."""
    pages = [client.ask(call, **parameters)]
    while link := re.search(r'<([^>]+)>; rel="next"', pages[-1].headers["link"]):
        (token,) = parse_qs(urlsplit(link[1]).query)["page_token"]
        pages.append(client.ask(call, **parameters, page_token=token))
    return pages
