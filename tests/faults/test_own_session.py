"""A request whose own session ends under it: its answer is the view's, and the next is anonymous."""

import pytest

from tests.faults.conftest import ENGINES
from tests.faults.sites import Site


@pytest.mark.parametrize("saves", [True, False], ids=["saved-always", "saved-when-changed"])
@pytest.mark.parametrize("engine", ENGINES)
def test_the_answer_is_the_view_s_and_the_browser_is_signed_out(
    site_with_redis: Site, engine: str, *, saves: bool
) -> None:
    site = site_with_redis.but(SESSION_ENGINE=ENGINES[engine], SESSION_SAVE_EVERY_REQUEST=saves)
    with site.serve() as served:
        for page, name, text in [
            ("/end-all/", "alice", "ended"),
            ("/close-account/", "bob", "closed"),
        ]:
            (browser,) = served.signed_in(name)
            reply = browser.get(page)
            assert (reply.status, reply.text) == (200, text)
            assert browser.name() == ""
