"""All that the engine holds and this process can read."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import NamedTuple, cast

from django.conf import settings
from django.db import router
from django.utils import timezone

from sessions_api.engines.loading import Unreadable, decoder, load_from_files
from sessions_api.engines.store import (
    FileStore,
    Payload,
    database_store,
    file_store,
    is_cached_db,
    is_db,
    is_file,
    session_of,
    store_class,
)
from sessions_api.exceptions import CannotList


class Held(NamedTuple):
    """An engine session as the engine holds it."""

    key: str
    payload: Payload
    expires_at: datetime


def each(size: Callable[[], int]) -> Iterator[list[Held]]:
    """Yield all sessions that the engine holds in batches of these sizes. Reads only.

    Raises CannotList for an engine that cannot list them: cache, signed_cookies, those of third
    parties.
    """
    store = store_class()
    if is_cached_db(store) or is_db(store):
        return _each_in_database(size)
    if is_file(store):
        return _each_file(size)
    raise CannotList(f"{settings.SESSION_ENGINE} cannot say which sessions it holds.")


def _each_in_database(size: Callable[[], int]) -> Iterator[list[Held]]:
    store = database_store()
    primary = store.model.objects.using(router.db_for_write(store.model))
    unexpired = primary.filter(expire_date__gt=timezone.now()).order_by("session_key")
    rows = unexpired.values_list("session_key", "session_data", "expire_date")
    decode, last = decoder(store), ""
    while batch := list(rows.filter(session_key__gt=last)[: size()]):
        decoded = ((key, decode(data), expires) for key, data, expires in batch)
        yield [
            # The engine, too, takes what it cannot decode for empty.
            Held(key, {} if isinstance(payload, Unreadable) else payload, expires)
            for key, payload, expires in decoded
        ]
        last = batch[-1][0]


def _each_file(size: Callable[[], int]) -> Iterator[list[Held]]:
    store = file_store()
    with os.scandir(store.storage_path) as files:
        names = (file.name for file in files if file.name.startswith(store.file_prefix))
        keys = (name.removeprefix(store.file_prefix) for name in names)
        while batch := list(islice(keys, size())):
            answers = load_from_files(batch).items()
            yield [_with_expiry(key, answer) for key, answer in answers if isinstance(answer, dict)]


def _with_expiry(key: str, payload: Payload) -> Held:
    store = cast(FileStore, session_of(key, payload))
    try:
        saved = store._last_modification()
    except OSError:  # deleted meanwhile
        saved = timezone.now()
    return Held(key, payload, store.get_expiry_date(modification=saved))
