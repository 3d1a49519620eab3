"""The world of the scenarios."""

import pytest

from tests.matrix.world import World


@pytest.fixture(params=["sync", "async"])
def world(request, engine, transactional_db, settings):
    """Return a world on the engine, visited through the sync or the async handler."""
    # Staff look at the numbered events alone, of which the async half comes to the same states.
    is_async, module = request.param == "async", request.module.__name__
    has_staff = module.endswith("test_life_cycle") and not is_async
    return World(
        engine=settings.SESSION_ENGINE.rpartition(".")[2], is_async=is_async, has_staff=has_staff
    )
