"""Small changes of what a call executes, as a programmer's slips and edits make them.

``mutations`` enumerates every place in the executed functions, and in the constants and defaults
that they may read, where one of the operators below applies; the caller takes a sample.
"""

from __future__ import annotations

import ast
import copy
import warnings
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """One node of one file in the place of another; ``source`` writes it out."""

    operator: str
    file: str
    line: int
    tree: ast.Module
    parent: ast.AST
    field: str
    index: int | None
    old: ast.AST
    new: ast.AST

    def __str__(self) -> str:
        return f"{self.operator} at {self.file}:{self.line}"

    def source(self) -> str | None:
        """The changed file; None where the change is not Python."""
        self._put(self.new)
        try:
            text = ast.unparse(self.tree)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SyntaxWarning)
                compile(text, "<mutant>", "exec", dont_inherit=True)
            return text
        except (SyntaxError, ValueError):
            return None
        finally:
            self._put(self.old)

    def _put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
BINARY = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Add,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
COMPARISONS = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
EXCEPTIONS = {
    "ValueError": "KeyError",
    "KeyError": "ValueError",
    "IndexError": "KeyError",
    "TypeError": "ValueError",
    "AttributeError": "KeyError",
    "StopIteration": "KeyError",
}


def _operator(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in BINARY:
        changed = copy.deepcopy(node)
        changed.op = BINARY[type(node.op)]()
        yield "operator", changed


def _comparison(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Compare):
        changed = copy.deepcopy(node)
        changed.ops[0] = COMPARISONS[type(node.ops[0])]()
        yield "comparison", changed


def _logic(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.BoolOp):
        changed = copy.deepcopy(node)
        changed.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "boolean operator", changed
    elif isinstance(node, (ast.If, ast.While, ast.IfExp)):
        changed = copy.deepcopy(node)
        changed.test = ast.UnaryOp(ast.Not(), changed.test)
        yield "negated condition", changed
    elif isinstance(node, ast.UnaryOp):
        yield "dropped unary operator", copy.deepcopy(node.operand)


def _constant(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if not isinstance(node, ast.Constant):
        return
    value = node.value
    if value is None:
        yield "constant", ast.Constant(0)
    elif isinstance(value, bool):
        yield "constant", ast.Constant(not value)
        yield "type of a constant", ast.Constant(int(value))
    elif isinstance(value, int):
        yield "constant", ast.Constant(value + 1)
        yield "type of a constant", ast.Constant(float(value))
    elif isinstance(value, float):
        yield "constant", ast.Constant(value + 0.5)
    elif isinstance(value, str):
        yield "constant", ast.Constant(value + "x")
        if value:
            yield "constant", ast.Constant(value[1:])
    elif isinstance(value, bytes):
        yield "constant", ast.Constant(value + b"x")


def _call(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if not isinstance(node, ast.Call):
        return
    if len(node.args) > 1 and not any(isinstance(a, ast.Starred) for a in node.args):
        changed = copy.deepcopy(node)
        changed.args[:2] = reversed(changed.args[:2])
        yield "swapped arguments", changed
    if node.keywords and node.keywords[-1].arg:
        changed = copy.deepcopy(node)
        del changed.keywords[-1]
        yield "dropped keyword", changed


def _statement(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr, ast.Delete, ast.Raise, ast.Assert)):
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not is_docstring:
            yield "removed statement", ast.Pass()
    elif isinstance(node, ast.Return) and node.value is not None:
        yield "returned None", ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Break):
        yield "break to continue", ast.Continue()
    elif isinstance(node, ast.Continue):
        yield "continue to break", ast.Break()
    elif isinstance(node, ast.ExceptHandler) and isinstance(node.type, ast.Name):
        if node.type.id in EXCEPTIONS:
            changed = copy.deepcopy(node)
            changed.type.id = EXCEPTIONS[node.type.id]
            yield "exception handled", changed


def _subscript(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Slice) and node.lower is not None:
        changed = copy.deepcopy(node)
        changed.lower, changed.upper = changed.upper, changed.lower
        yield "bounds of a slice", changed
    elif isinstance(node, (ast.Tuple, ast.List)) and len(node.elts) > 1:
        if isinstance(node.ctx, ast.Load):
            changed = copy.deepcopy(node)
            changed.elts[:2] = reversed(changed.elts[:2])
            yield "order of elements", changed


OPERATORS = (_operator, _comparison, _logic, _constant, _call, _statement, _subscript)


def mutations(file: str, source: str, lines: set[int]) -> list[Mutation]:
    """Every single change of ``source`` in what ``lines`` executed or may have read."""
    tree = ast.parse(source)
    skipped = _docstrings(tree)
    return [
        Mutation(label, file, getattr(node, "lineno", 0), tree, parent, field, index, node, changed)
        for parent, field, index, node in _places(tree, lines, inside=False)
        if id(node) not in skipped
        for operator in OPERATORS
        for label, changed in operator(node)
    ]


def _places(node: ast.AST, lines: set[int], inside: bool) -> Iterator[tuple]:
    """Parent, field, index and node wherever a call executes or reads something.

    Inside functions these are the executed lines; outside, all of it, as it made what they read.
    """
    if isinstance(node, FUNCTIONS) and lines.isdisjoint(range(node.lineno, node.end_lineno + 1)):
        return
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "format_spec"):
            continue
        within = field == "body" if isinstance(node, FUNCTIONS) else inside
        for index, child in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(child, ast.AST):
                continue
            if not within or getattr(child, "lineno", None) in lines:
                yield node, field, index if isinstance(value, list) else None, child
            yield from _places(child, lines, within)


def _docstrings(tree: ast.AST) -> set[int]:
    """The identities of the constants that are docstrings."""
    owners = (ast.Module, ast.ClassDef, *FUNCTIONS)
    return {
        id(statement.value)
        for node in ast.walk(tree)
        if isinstance(node, owners)
        for statement in node.body[:1]
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    }
