"""Edits of a source that cannot change what it computes: each gives the whole edited text."""

from __future__ import annotations

import ast
import random
import symtable
from collections.abc import Callable, Iterator

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DOCUMENTED = (ast.Module, ast.ClassDef, *FUNCTIONS)
SEES_LOCALS = {"locals", "vars", "eval", "exec", "dir"}
SEES_ANNOTATIONS = ("__annotations__", "get_type_hints", "inspect", "singledispatch", "dataclass")


def commented(source: str, chance: random.Random) -> str:
    """A comment above some statements and at the end of some lines."""
    lines = source.split("\n")
    for number in sorted(_statement_lines(source), reverse=True):
        if chance.random() < 0.3:
            indent = lines[number - 1][: -len(lines[number - 1].lstrip())]
            lines.insert(number - 1, f"{indent}# A comment of {chance.random()}.")
    return "\n".join(lines)


def spaced(source: str, chance: random.Random) -> str:
    """Blank lines above some statements."""
    lines = source.split("\n")
    for number in sorted(_statement_lines(source), reverse=True):
        if chance.random() < 0.3:
            lines[number - 1 : number - 1] = [""] * chance.randint(1, 3)
    return "\n".join(lines)


def _statement_lines(source: str) -> set[int]:
    """Lines that start with a statement, so that a line may be put before them."""
    lines = source.split("\n")
    return {
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.stmt)
        and not lines[node.lineno - 1][: node.col_offset].strip()
        and not getattr(node, "decorator_list", None)
    }


def reformatted(source: str, chance: random.Random) -> str:
    """Another layout: parentheses, quotes, line breaks, no comments."""
    return ast.unparse(ast.parse(source))


def documented(source: str, chance: random.Random) -> str | None:
    """Docstrings put in, replaced and dropped."""
    if "__doc__" in source:
        return None
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if not isinstance(node, DOCUMENTED):
            continue
        has = ast.get_docstring(node, clean=False) is not None
        if has and len(node.body) > 1 and chance.random() < 0.5:
            del node.body[0]
        elif has:
            node.body[0].value = ast.Constant(f"Other words, {chance.random()}.")
        elif chance.random() < 0.5 and not isinstance(node, ast.Module):
            node.body.insert(0, ast.Expr(ast.Constant(f"Words, {chance.random()}.")))
    return ast.unparse(tree)


def annotated(source: str, chance: random.Random) -> str | None:
    """Annotations of parameters, results and locals, put in or replaced."""
    if any(name in source for name in SEES_ANNOTATIONS):
        return None
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, FUNCTIONS):
            node.returns = ast.Constant(f"result of {chance.random()}")
            for argument in [*node.args.args, *node.args.kwonlyargs]:
                argument.annotation = ast.Constant(f"anything, {chance.random()}")
    return ast.unparse(tree)


def renamed(source: str, chance: random.Random) -> str | None:
    """Locals renamed, where neither a nested scope nor ``locals()`` can see them."""
    tree = ast.parse(source)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    tables = {
        (table.get_name(), table.get_lineno()): table
        for table in _tables(symtable.symtable(source, "<source>", "exec"))
        if table.get_type() == "function"
    }
    changed = False
    for function in [node for node in ast.walk(tree) if isinstance(node, FUNCTIONS)]:
        line = min([function.lineno, *(d.lineno for d in function.decorator_list)])
        table = tables.get((function.name, function.lineno)) or tables.get((function.name, line))
        if table is None or _sees_locals(function):
            continue
        for name in _private_locals(table):
            new = f"{name}_{chance.randint(10, 99)}"
            if new not in names and _rename(function, name, new):
                changed = True
    return ast.unparse(tree) if changed else None


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)


def _sees_locals(function: ast.AST) -> bool:
    return any(isinstance(n, ast.Name) and n.id in SEES_LOCALS for n in ast.walk(function))


def _private_locals(table: symtable.SymbolTable) -> list[str]:
    below = {
        name
        for child in table.get_children()
        for t in _tables(child)
        for name in t.get_identifiers()
    }
    return [
        symbol.get_name()
        for symbol in table.get_symbols()
        if symbol.is_local()
        and not symbol.is_parameter()
        and not symbol.is_imported()
        and not symbol.is_namespace()
        and symbol.get_name() not in below
        and not symbol.get_name().startswith("_")
    ]


def _rename(function: ast.AST, old: str, new: str) -> bool:
    """Renames ``old``; False, and nothing done, where it is bound in another way than by name."""
    nodes = list(ast.walk(function))
    if any(isinstance(node, (ast.MatchAs, ast.MatchStar, ast.MatchMapping)) for node in nodes):
        return False
    for node in nodes:
        if isinstance(node, ast.Name) and node.id == old:
            node.id = new
        elif isinstance(node, ast.ExceptHandler) and node.name == old:
            node.name = new
    return True


def moved(source: str, chance: random.Random) -> str | None:
    """A function of the module put last."""
    tree = ast.parse(source)
    plain = [
        node
        for node in tree.body
        if isinstance(node, FUNCTIONS) and _names_nothing_early(node) and _named_late(tree, node)
    ]
    if not plain:
        return None
    function = chance.choice(plain)
    tree.body.remove(function)
    tree.body.append(function)
    return ast.unparse(tree)


def _names_nothing_early(function: ast.AST) -> bool:
    """Whether the ``def`` itself reads no name, which might be unbound further down."""
    early = [
        *function.decorator_list,
        function.args,
        *([function.returns] if function.returns else []),
    ]
    return not any(isinstance(node, ast.Name) for part in early for node in ast.walk(part))


def _named_late(tree: ast.Module, function: ast.AST) -> bool:
    """Whether nothing that runs on import can name the function."""
    for statement in tree.body:
        if isinstance(statement, FUNCTIONS):
            early = [*statement.decorator_list, statement.args]
        elif statement is tree.body[-1] and isinstance(statement, ast.If):
            continue  # the module run as a script
        else:
            early = [statement]
        for part in early:
            for node in ast.walk(part):
                if isinstance(node, ast.Name) and node.id == function.name:
                    return False
    binders = [n for n in tree.body if isinstance(n, FUNCTIONS) and n.name == function.name]
    return len(binders) == 1


def joined_by_strangers(source: str, chance: random.Random) -> str:
    """Functions, classes and constants added that nobody names."""
    number = chance.randint(100, 999)
    return (
        f"{source}\n\ndef stranger_{number}(a, b={number}):\n    return a * b\n\n\n"
        f"class Stranger{number}:\n    size = {number}\n\n\nSTRANGER_{number} = [{number}]\n"
    )


Edit = Callable[[str, random.Random], str | None]

OF_LAYOUT: list[Edit] = [commented, spaced, reformatted, documented, annotated]
"""Those that leave every definition what and where it is."""

EDITS: list[Edit] = [*OF_LAYOUT, renamed, moved, joined_by_strangers]
