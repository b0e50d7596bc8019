"""Reading one source file: what a module defines, what it imports and how its code branches."""

import ast
import os
from collections import Counter
from dataclasses import dataclass, field

# What adds a path through a function, after McCabe.
BRANCHES = (
    ast.If,
    ast.IfExp,
    ast.For,
    ast.While,
    ast.ExceptHandler,
    ast.With,
    ast.BoolOp,
    ast.match_case,
)


@dataclass
class Module:
    """What the report needs to know of one module."""

    name: str
    lines: int = 0
    classes: int = 0
    functions: dict[str, int] = field(default_factory=dict)  # qualified name → complexity
    imports: set[str] = field(default_factory=set)  # top-level names of the modules imported
    names: Counter[str] = field(default_factory=Counter)  # identifiers read → how often


def read(name: str, path: "str | os.PathLike[str]") -> Module:
    """Parses a source file; one that is no valid source counts as an empty module."""
    with open(path, "rb") as file:
        source = file.read()
    module = Module(name, lines=source.count(b"\n"))
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return module
    _collect(module, tree, ())
    return module


def _collect(module: Module, node: ast.AST, outer: tuple[str, ...]) -> None:
    """Walks a tree, keeping the names of the classes and functions around the node."""
    for child in ast.iter_child_nodes(node):
        inner = outer
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            inner = (*outer, child.name)
            module.functions[".".join(inner)] = complexity(child)
        elif isinstance(child, ast.ClassDef):
            inner = (*outer, child.name)
            module.classes += 1
        elif isinstance(child, ast.Import):
            module.imports.update(alias.name.partition(".")[0] for alias in child.names)
        elif isinstance(child, ast.ImportFrom) and child.module and not child.level:
            module.imports.add(child.module.partition(".")[0])
        elif isinstance(child, ast.Name) and isinstance(child.ctx, ast.Load):
            module.names[child.id] += 1
        _collect(module, child, inner)


def complexity(function: ast.AST) -> int:
    """Cyclomatic complexity: one, and one more for each branch."""
    return 1 + sum(isinstance(node, BRANCHES) for node in ast.walk(function))
