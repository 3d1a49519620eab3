"""All that the engine holds and this process can read."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from sessions_api import engines
from sessions_api.exceptions import CannotList
from tests.engines.stores import on_those_that_list, saved
from tests.helpers import later

pytestmark = pytest.mark.django_db(transaction=True)


@on_those_that_list
def test_everything_that_is_held_is_listed_in_pages(engine, tmp_path, monkeypatch):
    monkeypatch.setattr(engines.store_class(), "_storage_path", str(tmp_path), raising=False)
    with later(seconds=0):
        expiry = timezone.now() + timedelta(days=14)
        keys = {saved(number=number): number for number in range(5)}
        saved(expiry=timezone.now() + timedelta(minutes=30))
    with later(hours=1):
        pages = list(engines.each(lambda: 2))
    held = [each for page in pages for each in page]
    assert max(map(len, pages)) == 2
    assert {each.key: each.payload["number"] for each in held} == keys
    if engine != "file":  # its files are of the real time
        assert {each.expires_at for each in held} == {expiry}


@pytest.mark.parametrize("engine", ["file"], indirect=True)
def test_a_listed_file_expires_by_when_it_was_saved(engine, tmp_path, monkeypatch):
    monkeypatch.setattr(engines.store_class(), "_storage_path", str(tmp_path), raising=False)
    saved(number=1)
    (tmp_path / "sessionid_not a key!").write_text("left by somebody")
    (tmp_path / "another file").write_text("left by somebody")
    ((each,),) = engines.each(lambda: 10)
    saved_at = datetime.fromtimestamp(next(tmp_path.glob("sessionid????*")).stat().st_mtime, UTC)
    assert timedelta(days=13) < each.expires_at - saved_at < timedelta(days=15)


@pytest.mark.parametrize(
    "engine",
    [
        "cache",
        "signed_cookies",
        "dictionary",
        "overriding",
    ],
    indirect=True,
)
def test_an_engine_that_cannot_list_says_so(engine, settings):
    with pytest.raises(CannotList, match=settings.SESSION_ENGINE):
        engines.each(lambda: 2)
