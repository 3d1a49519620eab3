"""What may change in a statement: a part of it, and what becomes of that part."""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Change:
    """A node of a statement, and what stands in its place."""

    node: ast.expr | ast.stmt
    becomes: str
    is_decorator: bool = False


COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
LINKS = {
    *("distinct", "exclude", "expiring", "filter", "for_user", "known", "not_ended", "on_primary"),
    *("order_by", "reverse", "search", "select_for_update", "unfinished", "used_from", "using"),
    "within_deadlines",
}
"""Methods of query sets that return another query set."""

LOGS = {"debug", "error", "exception", "info", "warn_once_a_minute", "warning"}
NOT_SWAPPED = {"cast", "getattr", "hasattr", "isinstance", "setattr"}
"""Their arguments only work in one order."""

NOT_DROPPED = {"classmethod", "dataclass", "overload", "property", "staticmethod"}
"""Without these decorators nothing works. What a dataclass is given says nothing of what it does."""


def changes_of(statement: ast.stmt, function: Function | None) -> Iterator[Change]:
    """Return the changes of a statement, without those of the statements inside it."""
    if _is_list_of_names(statement):
        return
    yield from _of_decorators(statement)
    yield from _deletions(statement, function)
    yield from _of_condition(statement)
    if isinstance(statement, ast.Return) and function is not None:
        yield from _of_return(statement, function)
    if isinstance(statement, ast.AugAssign) and type(statement.op) in OPERATORS:
        other = copy.copy(statement)
        other.op = OPERATORS[type(statement.op)]()
        yield Change(statement, _text(other))
    for part in _parts(statement):
        for node in _expressions(part):
            yield from _of_expression(node)


def _is_list_of_names(statement: ast.stmt) -> bool:
    """Tell whether a statement is ``__all__ = [...]``, which only a star import reads."""
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets)


def _parts(statement: ast.stmt) -> Iterator[ast.expr]:
    """Return the expressions that a statement evaluates, without annotations."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from statement.args.defaults
            yield from filter(None, statement.args.kw_defaults)
        case ast.ClassDef():
            pass
        case ast.AnnAssign():
            yield from filter(None, [statement.value])
        case ast.With() | ast.AsyncWith():
            yield from (item.context_expr for item in statement.items)
        case _:
            nodes = ast.iter_child_nodes(statement)
            yield from (node for node in nodes if isinstance(node, ast.expr))


def _expressions(node: ast.AST) -> Iterator[ast.expr]:
    """Return an expression and those inside it, without texts for people and for the log."""
    if isinstance(node, ast.JoinedStr):
        return
    if isinstance(node, ast.expr):
        yield node
    if isinstance(node, ast.Call) and _name_of(node.func) in LOGS | {"_"}:
        return
    for child in ast.iter_child_nodes(node):
        yield from _expressions(child)


def _of_decorators(statement: ast.stmt) -> Iterator[Change]:
    for decorator in getattr(statement, "decorator_list", ()):
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if _name_of(called) not in NOT_DROPPED:
            yield Change(decorator, "", is_decorator=True)


def _deletions(statement: ast.stmt, function: Function | None) -> Iterator[Change]:
    match statement:
        case ast.Expr(value=ast.Yield() | ast.YieldFrom()):
            return
        case ast.Expr() | ast.AugAssign() | ast.Raise() | ast.Continue() | ast.Break():
            yield Change(statement, "pass")
        case ast.Delete():
            yield Change(statement, "pass")
        case ast.Return() if function is not None and statement is not function.body[-1]:
            yield Change(statement, "pass")
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield Change(statement, "pass")
        case ast.Assign(targets=[ast.Name(id=name)]) if _is_bound_again(name, function):
            yield Change(statement, "pass")


def _is_bound_again(name: str, function: Function | None) -> bool:
    """Tell whether the name still stands for something without one of its assignments."""
    if function is None:
        return False
    arguments = function.args
    names = [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    names += [
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
    return names.count(name) > 1


def _of_condition(statement: ast.stmt) -> Iterator[Change]:
    if isinstance(statement, ast.If | ast.While):
        yield from _negated(statement.test)


def _negated(condition: ast.expr) -> Iterator[Change]:
    """Turn a condition round, unless the change of an operator does that already."""
    is_turned = isinstance(condition, ast.Compare) and len(condition.ops) == 1
    is_not = isinstance(condition, ast.UnaryOp) and isinstance(condition.op, ast.Not)
    if not is_turned and not is_not and not isinstance(condition, ast.Constant):
        yield Change(condition, _text(ast.UnaryOp(ast.Not(), condition)))


def _of_return(statement: ast.Return, function: Function) -> Iterator[Change]:
    value = statement.value
    if value is None or isinstance(value, ast.Constant):
        return
    is_bool = isinstance(function.returns, ast.Name) and function.returns.id == "bool"
    for answer in ("True", "False") if is_bool else ("None",):
        yield Change(value, answer)


def _of_expression(node: ast.expr) -> Iterator[Change]:
    match node:
        case ast.Compare():
            yield from _of_comparison(node)
        case ast.BoolOp():
            yield from _of_bool_op(node)
        case ast.UnaryOp(op=ast.Not()):
            yield Change(node, _closed(node.operand))
        case ast.IfExp():
            yield from _negated(node.test)
        case ast.BinOp() if type(node.op) in OPERATORS:
            operator = OPERATORS[type(node.op)]()
            yield Change(node, _text(ast.BinOp(node.left, operator, node.right)))
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            for condition in (each for loop in node.generators for each in loop.ifs):
                yield Change(condition, "True")
                yield from _negated(condition)
        case ast.Call():
            yield from _of_call(node)
        case ast.Constant():
            yield from _of_constant(node)


def _of_comparison(node: ast.Compare) -> Iterator[Change]:
    for index, operator in enumerate(node.ops):
        for other in COMPARISONS[type(operator)]:
            operators = [*node.ops]
            operators[index] = other()
            yield Change(node, _text(ast.Compare(node.left, operators, node.comparators)))


def _of_bool_op(node: ast.BoolOp) -> Iterator[Change]:
    other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield Change(node, _text(ast.BoolOp(other, node.values)))
    for dropped in node.values:
        left = [value for value in node.values if value is not dropped]
        yield Change(node, _text(ast.BoolOp(node.op, left)) if left[1:] else _closed(left[0]))


def _of_call(node: ast.Call) -> Iterator[Change]:
    name = _name_of(node.func)
    if isinstance(node.func, ast.Attribute) and name in LINKS:
        queried = node.func.value
        is_manager = isinstance(queried, ast.Attribute) and queried.attr == "objects"
        yield Change(node, _text(queried) + (".all()" if is_manager else ""))
    if name in LOGS:
        return
    if name not in NOT_SWAPPED and not any(isinstance(each, ast.Starred) for each in node.args):
        for index, (left, right) in enumerate(pairwise(node.args)):
            arguments = [*node.args[:index], right, left, *node.args[index + 2 :]]
            yield Change(node, _text(ast.Call(node.func, arguments, node.keywords)))
    for keyword in node.keywords:
        if keyword.arg is not None:
            keywords = [each for each in node.keywords if each is not keyword]
            yield Change(node, _text(ast.Call(node.func, node.args, keywords)))


def _of_constant(node: ast.Constant) -> Iterator[Change]:
    match node.value:
        case bool():
            yield Change(node, repr(not node.value))
        case int() | float():
            yield Change(node, repr(node.value + 1))
        case "":
            yield Change(node, '"x"')
        case str(text) if not any(letter.isspace() for letter in text):
            other = text[1:] if text.startswith("-") else f"{text}x"
            yield Change(node, _text(ast.Constant(other)))


def _text(node: ast.AST) -> str:
    text = ast.unparse(node)
    return text if '"' in text else text.replace("'", '"')


def _closed(node: ast.expr) -> str:
    """Return the text of a node that may stand where one that binds tighter was."""
    is_open = isinstance(node, ast.BoolOp | ast.IfExp | ast.Lambda | ast.NamedExpr)
    return f"({_text(node)})" if is_open else _text(node)


def _name_of(node: ast.expr) -> str:
    """Return the last word of what is called."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""
