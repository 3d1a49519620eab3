"""Have the assertions of the machine say what they compare."""

import pytest

pytest.register_assert_rewrite("tests.random_life.machine", "tests.random_life.people")
