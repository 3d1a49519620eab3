"""Which tests meet a mutant."""

from tests.mutation.baseline import Baseline
from tests.mutation.mutants import mutants_of
from tests.mutation.selection import Selection, mirror_of

NEAR, FAR = "tests/tracking/test_use.py::test_near", "tests/test_recent.py::test_far"
FILE = "sessions_api/tracking/use.py"
SECONDS = {NEAR: 2.0, FAR: 1.0, "tests/test_conf.py::test_quick": 0.1}


def selected(source, tests):
    """Return for each line that changes the tests that are chosen."""
    selection = Selection(Baseline(SECONDS, {FILE: tests}))
    return {mutant.line: selection.tests(mutant) for mutant in mutants_of(FILE, source)}


def test_the_tests_of_a_file_are_in_the_file_of_the_same_name():
    assert mirror_of(FILE) == "tests/tracking/test_use.py"
    assert mirror_of("sessions_api/users.py") == "tests/test_users.py"


def test_the_tests_that_run_the_line_are_chosen_and_the_quickest_come_first():
    source = "def function(a):\n    return a + 1\n"
    quick = "tests/test_conf.py::test_quick"
    assert selected(source, {2: {NEAR, FAR, quick}, 3: {NEAR}}) == {2: ([NEAR], [quick, FAR])}


def test_a_constant_that_no_function_names_is_noticed_by_all_tests_of_its_file():
    source = "NAMED_NOWHERE = 1\ndef function():\n    pass\n"
    assert selected(source, {1: set(), 3: {NEAR, FAR}}) == {1: ([NEAR], [FAR])}


def test_a_decorator_is_noticed_where_its_function_runs():
    source = "@cached\ndef function():\n    pass\n"
    assert selected(source, {3: {FAR}}) == {1: ([], [FAR])}


def test_of_tests_that_differ_in_parameters_the_quickest_is_run():
    seconds = {f"{FAR}[{number}]": 3.0 - number for number in range(3)}
    source = "def function(a):\n    return a + 1\n"
    (mutant, *_) = mutants_of(FILE, source)
    baseline = Baseline({NEAR: 9.0, **seconds}, {FILE: {2: {NEAR, *seconds}}})
    assert Selection(baseline, is_thorough=False).tests(mutant) == ([NEAR], [f"{FAR}[2]"])
    assert len(Selection(baseline).tests(mutant)[1]) == 3
