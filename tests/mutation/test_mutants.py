"""Which changes of a file are made, and what is known of them."""

import textwrap

import pytest

from tests.mutation.mutants import mutants_of


def changes(source):
    """Return the lines that change, before and after."""
    return {(mutant.was, mutant.becomes) for mutant in mutants_of("file.py", source)}


def in_function(body, returns="int"):
    lines = textwrap.indent(textwrap.dedent(body).strip(), "    ")
    return f"def function(a, b) -> {returns}:\n{lines}\n    return a\n"


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("if a < b:", "if a <= b:"),
        ("if a < b:", "if a >= b:"),
        ("if a is b:", "if a is not b:"),
        ("if a and b:", "if a or b:"),
        ("if a and b:", "if b:"),
        ("if a and b:", "if not (a and b):"),
        ("if not (a or b):", "if (a or b):"),
        ("if a:", "if not a:"),
    ],
)
def test_conditions_change(was, becomes):
    assert (was, becomes) in changes(in_function(f"{was}\n    raise ValueError"))


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("b = a + 1", "b = a + 2"),
        ("b = a + 1", "b = a - 1"),
        ("b = a + 1", "pass"),
        ("b |= a", "b &= a"),
        ("b |= a", "pass"),
        ('b = a.order_by("-id")', 'b = a.order_by("id")'),
        ('b = a.order_by("-id")', "b = a"),
        ("b = a.objects.filter(x=b)", "b = a.objects.all()"),
        ("b = a.objects.filter(x=b)", "b = a.objects.filter()"),
        ("b = a.call(a, b)", "b = a.call(b, a)"),
        ("b = a(True, x=b)", "b = a(False, x=b)"),
        ("b = [x for x in a if x]", "b = [x for x in a if True]"),
        ("b = [x for x in a if x]", "b = [x for x in a if not x]"),
        ("a.call()", "pass"),
        ("raise a", "pass"),
        ("return b", "return None"),
        ("return b", "pass"),
    ],
)
def test_statements_change(was, becomes):
    assert (was, becomes) in changes(in_function(was))


def test_what_is_true_or_false_becomes_the_other():
    found = changes(in_function("return b", returns="bool"))
    assert {("return b", "return True"), ("return b", "return False")} <= found


def test_decorators_are_dropped():
    assert changes("@cached\ndef function():\n    pass\n") == {("@cached", "")}


@pytest.mark.parametrize(
    "source",
    [
        '__all__ = ["a", "b"]',
        '"""A docstring."""\n',
        "import logging\n",
        'logger.warning("%d were lost.", 1)\n',
        'label = _("active")\n',
        'error = "A sentence."\n',
        "value: dict[Literal[1], str]\n",
        "class Class:\n    def __repr__(self):\n        return 1 + 1\n",
        "if TYPE_CHECKING:\n    value = 1\n",
        "@property\ndef function(a: 'A' = None) -> 'B': ...\n",
    ],
)
def test_what_nothing_depends_on_does_not_change(source):
    assert changes(source) <= {('logger.warning("%d were lost.", 1)', "pass")}


def test_a_mutant_has_one_change():
    source = in_function("if a:\n    b = (\n        a\n        + 1  # ü\n    )\n")
    for mutant in mutants_of("file.py", source):
        assert mutant.is_python()
        assert mutant.diff(source).count("\n@@") == 1


def test_a_mutant_knows_where_it_is():
    source = "class Class:\n    LIMIT = 1\n    def method(self):\n        return self.LIMIT > 2\n"
    mutants = mutants_of("file.py", source)
    at_import = [mutant for mutant in mutants if mutant.line == 2]
    assert {(mutant.within, *mutant.names) for mutant in at_import} == {("Class", "LIMIT")}
    inside = [mutant for mutant in mutants if mutant.line == 4]
    assert {mutant.within for mutant in inside} == {"Class.method"}
    assert {mutant.lines for mutant in inside} == {range(4, 5)}
