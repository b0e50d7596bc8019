"""Ranking what was read: the modules that matter most, the functions that are hardest to follow."""

from collections import Counter
from collections.abc import Iterable

from source import Module

TOP = 5

# How much a module's size counts against how many others import it.
WEIGHT_OF_IMPORTS = 40


def importance(module: Module, imported: Counter[str]) -> int:
    """How much a module matters: how many others rely on it, then how much there is of it."""
    top_level = module.name.partition(".")[0]
    return WEIGHT_OF_IMPORTS * imported[top_level] + module.lines


def rank(modules: Iterable[Module]) -> dict[str, list[tuple[str, int]]]:
    """The leading modules, functions and identifiers, each with its figure."""
    modules = list(modules)
    imported = Counter(name for module in modules for name in module.imports)
    names: Counter[str] = Counter()
    for module in modules:
        names += module.names
    return {
        "modules that matter most": _leading(
            (module.name, importance(module, imported)) for module in modules
        ),
        "modules imported most": imported.most_common(TOP),
        "functions hardest to follow": _leading(
            (f"{module.name}.{function}", complexity)
            for module in modules
            for function, complexity in module.functions.items()
        ),
        "names read most": names.most_common(TOP),
    }


def _leading(figures: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(figures, key=lambda figure: (-figure[1], figure[0]))[:TOP]
