"""Values of every type that rememo can hash, as data: one module a family.

Each module has

    DISTINCT    {name: [maker, …]}: no two values of all makers, of any name, are the same
    ALIKE       {name: [maker, …]}: the values of one name are the same, however they were made
    UNCOPIED    names whose values Python cannot copy or pickle
    REFUSED     {name: [maker, …]}: values that have no digest

A maker builds its value anew each time. Families whose package is missing have no values.
"""

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any

Maker = Callable[[], Any]

# The family's module, and the package without which it is left out.
FAMILIES = {
    "builtin": None,
    "containers": None,
    "standard_library": None,
    "code": None,
    "classes": None,
    "streams": None,
    "rarer": None,
    "numpy_values": "numpy",
    "pandas_values": "pandas",
    "polars_values": "polars",
    "pyarrow_values": "pyarrow",
    "scipy_values": "scipy",
    "pillow_values": "PIL",
    "torch_values": "torch",
    "jax_values": "jax",
    "attrs_values": "attrs",
    "pydantic_values": "pydantic",
}


def gathered(table: str) -> dict[str, list[Maker]]:
    """The makers of every family that can be had, under `family: name`."""
    found: dict[str, list[Maker]] = {}
    for family, package in FAMILIES.items():
        if package is None or importlib.util.find_spec(package):
            module = importlib.import_module(f"{__name__}.{family}")
            found |= {
                f"{family}: {name}": made for name, made in getattr(module, table, {}).items()
            }
    return found


def uncopied() -> set[str]:
    """The names whose values are neither copied nor pickled."""
    found: set[str] = set()
    for family, package in FAMILIES.items():
        if package is None or importlib.util.find_spec(package):
            module = importlib.import_module(f"{__name__}.{family}")
            found |= {f"{family}: {name}" for name in getattr(module, "UNCOPIED", ())}
    return found
