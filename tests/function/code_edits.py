"""Edits of Python source as trees: neutral ones, which no run can tell apart, and mutations."""

import ast
import copy
import random
import warnings
from collections.abc import Callable, Iterator

Scope = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
Comprehension = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def compiled(tree: ast.AST, name: str = "edited.py"):
    with warnings.catch_warnings():
        # Mutants compare with literals by identity, and the like.
        warnings.simplefilter("ignore")
        return compile(ast.fix_missing_locations(tree), name, "exec", dont_inherit=True)


# Neutral edits


def reformatted(tree: ast.Module) -> ast.Module | None:
    """One statement a line, no comments; None where `unparse` itself changes the program."""
    try:
        again = ast.parse(ast.unparse(tree))
    except (ValueError, SyntaxError, RecursionError):
        return None
    return again if ast.dump(again) == ast.dump(tree) else None


def scattered(tree: ast.Module, random: random.Random) -> ast.Module:
    """Every part of an expression on a line of its own, in any order."""
    tree = copy.deepcopy(tree)
    for node in ast.walk(tree):
        if hasattr(node, "lineno"):
            node.lineno = node.end_lineno = random.randrange(1, 3000)
            node.col_offset = node.end_col_offset = 0
    return tree


class _WithoutDocstrings(ast.NodeTransformer):
    def visit_FunctionDef(self, node):
        self.generic_visit(node)
        first = node.body[0]
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            if isinstance(first.value.value, str):
                node.body = node.body[1:] or [ast.Pass()]
        return node

    visit_AsyncFunctionDef = visit_ClassDef = visit_Module = visit_FunctionDef


class _WithDocstrings(ast.NodeTransformer):
    def visit_FunctionDef(self, node):
        self.generic_visit(node)
        about = getattr(node, "name", "the module")
        node.body = [ast.Expr(ast.Constant(f"About {about}.")), *node.body]
        return node

    visit_AsyncFunctionDef = visit_ClassDef = visit_Module = visit_FunctionDef


class _WithoutAnnotations(ast.NodeTransformer):
    def visit_FunctionDef(self, node):
        self.generic_visit(node)
        node.returns = None
        for parameter in _parameters(node.args):
            parameter.annotation = None
        return node

    visit_AsyncFunctionDef = visit_FunctionDef


class _WithAnnotations(ast.NodeTransformer):
    def visit_FunctionDef(self, node):
        self.generic_visit(node)
        node.returns = ast.parse("dict[str, 'int'] | typing.Any", mode="eval").body
        for parameter in _parameters(node.args):
            parameter.annotation = ast.parse("typing.Callable[..., int]", mode="eval").body
        return node

    visit_AsyncFunctionDef = visit_FunctionDef


def without_docstrings(tree: ast.Module) -> ast.Module:
    return _WithoutDocstrings().visit(copy.deepcopy(tree))


def with_docstrings(tree: ast.Module) -> ast.Module:
    return _WithDocstrings().visit(copy.deepcopy(without_docstrings(tree)))


def without_annotations(tree: ast.Module) -> ast.Module:
    return _WithoutAnnotations().visit(copy.deepcopy(tree))


def with_annotations(tree: ast.Module) -> ast.Module:
    return _WithAnnotations().visit(copy.deepcopy(tree))


def _parameters(arguments: ast.arguments) -> list[ast.arg]:
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [*named, *(a for a in (arguments.vararg, arguments.kwarg) if a is not None)]


def renamed_locals(tree: ast.Module, random: random.Random) -> ast.Module:
    """Other names for local variables and for the parameters whose names no caller can use."""
    tree = copy.deepcopy(tree)
    count = 0
    for scope in ast.walk(tree):
        if isinstance(scope, (*Scope, *Comprehension)):
            for name in _renamable(scope):
                # The first letter changes where the name is sorted among the others.
                count += 1
                _rename(scope, name, f"{random.choice('aZz_')}renamed{count}")
    return tree


def _own_and_nested(scope: ast.AST) -> tuple[list[ast.AST], list[ast.AST]]:
    """The nodes that belong to a scope itself, and the scopes directly inside."""
    own: list[ast.AST] = []
    nested: list[ast.AST] = []
    if isinstance(scope, Comprehension):
        # The first iterable is evaluated outside.
        pending = [node for node in ast.iter_child_nodes(scope) if node is not scope.generators[0]]
        pending += [scope.generators[0].target, *scope.generators[0].ifs]
    elif isinstance(scope, Scope):
        body = scope.body if isinstance(scope.body, list) else [scope.body]
        pending = [*_parameters(scope.args), *body]
        for parameter in _parameters(scope.args):
            own.append(parameter)
            pending.remove(parameter)
    else:
        pending = list(scope.body)
    while pending:
        node = pending.pop()
        if isinstance(node, Scope):
            nested.append(node)
            outside = [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]
            if not isinstance(node, ast.Lambda):
                outside += node.decorator_list
                annotations = [p.annotation for p in _parameters(node.args)] + [node.returns]
                outside += [annotation for annotation in annotations if annotation is not None]
            pending += outside
        elif isinstance(node, ast.ClassDef):
            nested.append(node)
            pending += [*node.bases, *(k.value for k in node.keywords), *node.decorator_list]
        elif isinstance(node, Comprehension):
            nested.append(node)
            pending.append(node.generators[0].iter)
        else:
            own.append(node)
            pending += ast.iter_child_nodes(node)
    return own, nested


def _otherwise_bound(scope: ast.AST) -> set[str]:
    """Names that a scope binds or declares in another manner than by assignment."""
    own, nested = _own_and_nested(scope)
    names: set[str] = {n.name for n in nested if isinstance(getattr(n, "name", None), str)}
    for node in [*own, *nested]:
        names.update(parameter.name for parameter in getattr(node, "type_params", ()))
    for node in own:
        match node:
            case ast.Global(names=declared) | ast.Nonlocal(names=declared):
                names.update(declared)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                names.update((a.asname or a.name).split(".")[0] for a in aliases)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                names.add(name)
            case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                names.add(name)
    if isinstance(scope, Scope):
        arguments = scope.args
        names.update(p.arg for p in [*arguments.args, *arguments.kwonlyargs])
    return names


def _assigned(scope: ast.AST) -> set[str]:
    own, nested = _own_and_nested(scope)
    names = {n.id for n in own if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    if isinstance(scope, Comprehension):
        return names - _walrus([scope])
    if isinstance(scope, Scope):
        hidden = [*scope.args.posonlyargs, scope.args.vararg, scope.args.kwarg]
        names.update(p.arg for p in hidden if p is not None)
    return names | _walrus([n for n in nested if isinstance(n, Comprehension)])


def _walrus(comprehensions: list[ast.AST]) -> set[str]:
    return {
        node.target.id
        for comprehension in comprehensions
        for node in ast.walk(comprehension)
        if isinstance(node, ast.NamedExpr)
    }


def _renamable(scope: ast.AST) -> list[str]:
    fixed = _otherwise_bound(scope)
    _, pending = _own_and_nested(scope)
    while pending:
        inner = pending.pop()
        fixed |= _otherwise_bound(inner)
        if isinstance(inner, (*Scope, ast.ClassDef)):
            fixed |= _assigned(inner)
        else:
            fixed |= _assigned(inner) - _walrus([inner])
        pending += _own_and_nested(inner)[1]
    special = {"__class__", "super"}
    return sorted(name for name in _assigned(scope) - fixed - special if not name.startswith("__"))


def _rename(scope: ast.AST, old: str, new: str) -> None:
    own, pending = _own_and_nested(scope)
    while True:
        for node in own:
            if isinstance(node, ast.Name) and node.id == old:
                node.id = new
            elif isinstance(node, ast.arg) and node.arg == old:
                node.arg = new
        if not pending:
            return
        own, nested = _own_and_nested(pending.pop())
        pending += nested


# Mutations


def mutations(
    tree: ast.Module, random: random.Random, count: int
) -> Iterator[tuple[str, ast.Module]]:
    """`count` trees with one small change each, and its name."""
    sites = [
        (index, change)
        for index, node in enumerate(ast.walk(tree))
        for change, accepts in _CHANGES.items()
        if accepts(node)
    ]
    for index, change in random.sample(sites, min(count, len(sites))):
        mutated = copy.deepcopy(tree)
        node = next(n for i, n in enumerate(ast.walk(mutated)) if i == index)
        change(node)
        yield f"{change.__name__} at line {getattr(node, 'lineno', 0)}", mutated


def operator_swapped(node: ast.BinOp | ast.AugAssign) -> None:
    node.op = ast.Sub() if not isinstance(node.op, ast.Sub) else ast.Add()


def comparison_flipped(node: ast.Compare) -> None:
    node.ops[0] = ast.Lt() if not isinstance(node.ops[0], ast.Lt) else ast.GtE()


def constant_changed(node: ast.Constant) -> None:
    value = node.value
    if isinstance(value, bool):
        node.value = int(value)
    elif isinstance(value, int):
        node.value = float(value) if abs(value) < 2**50 else value + 1
    elif isinstance(value, float):
        node.value = -value if value == 0 else value * 3
    elif isinstance(value, str):
        node.value = value + "x"
    elif isinstance(value, bytes):
        node.value = value + b"x"
    else:
        node.value = 0


def global_renamed(node: ast.Name) -> None:
    node.id += "_other"


def attribute_renamed(node: ast.Attribute) -> None:
    node.attr += "_other"


def keyword_renamed(node: ast.keyword) -> None:
    node.arg += "_other"


def arguments_swapped(node: ast.Call) -> None:
    node.args[0], node.args[1] = node.args[1], node.args[0]


def statement_removed(node: ast.FunctionDef) -> None:
    del node.body[-1]


def statements_swapped(node: ast.FunctionDef) -> None:
    node.body[-1], node.body[-2] = node.body[-2], node.body[-1]


def condition_negated(node: ast.If | ast.While | ast.IfExp) -> None:
    node.test = ast.UnaryOp(ast.Not(), node.test)


def handler_widened(node: ast.ExceptHandler) -> None:
    node.type = ast.Name("BaseException_other", ast.Load())


def default_changed(node: ast.arguments) -> None:
    node.defaults[-1] = ast.Constant("another default")


def parameter_renamed(node: ast.arguments) -> None:
    node.args[-1].arg += "_other"


def finally_moved(node: ast.Try) -> None:
    node.orelse, node.finalbody = node.finalbody, []


_CHANGES: dict[Callable, Callable[[ast.AST], bool]] = {
    operator_swapped: lambda n: isinstance(n, ast.BinOp | ast.AugAssign),
    comparison_flipped: lambda n: isinstance(n, ast.Compare),
    constant_changed: lambda n: isinstance(n, ast.Constant),
    global_renamed: lambda n: isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load),
    attribute_renamed: lambda n: isinstance(n, ast.Attribute),
    keyword_renamed: lambda n: isinstance(n, ast.keyword) and n.arg is not None,
    arguments_swapped: lambda n: (
        isinstance(n, ast.Call)
        and len(n.args) > 1
        and not any(isinstance(a, ast.Starred) for a in n.args)
    ),
    statement_removed: lambda n: isinstance(n, ast.FunctionDef) and len(n.body) > 1,
    statements_swapped: lambda n: isinstance(n, ast.FunctionDef) and len(n.body) > 1,
    condition_negated: lambda n: isinstance(n, ast.If | ast.While | ast.IfExp),
    handler_widened: lambda n: isinstance(n, ast.ExceptHandler) and n.type is not None,
    default_changed: lambda n: isinstance(n, ast.arguments) and bool(n.defaults),
    parameter_renamed: lambda n: isinstance(n, ast.arguments) and bool(n.args),
    finally_moved: lambda n: isinstance(n, ast.Try) and bool(n.finalbody and n.handlers),
}
