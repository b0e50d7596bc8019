"""The corpus: every case of every family. A family is a file with a list ``CASES``."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import replace

from ..case import Case


def _families() -> list[Case]:
    cases: list[Case] = []
    for module in pkgutil.iter_modules(__path__):
        family = importlib.import_module(f"{__name__}.{module.name}")
        cases += [replace(case, family=module.name) for case in family.CASES]
    return cases


CASES = _families()
