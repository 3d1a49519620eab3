"""Random lives of a site on each session engine. LIFE_STEPS says how many steps: 5,000 in all."""

import os

import pytest

from tests.random_life.machine import live
from tests.random_life.site import NAMES


@pytest.mark.django_db(transaction=True, databases=["default", "replica"])
@pytest.mark.parametrize("engine", NAMES)
def test_nobody_is_out_without_an_act_and_nobody_is_in_in_spite_of_one(engine):
    steps = int(os.environ.get("LIFE_STEPS", "5000"))
    live(engine, steps=steps // len(NAMES))
