"""Shows what rememo does with a real program: run it with `make demo`.

It copies `report.py` and its two modules to a temporary folder, runs the report there cold and
warm, then edits the copies as a programmer would, reloads them, and runs it again. Each step says
what happened and how long it took; the program fails if a step does not turn out as told.
"""

import importlib
import shutil
import sys
import tempfile
import textwrap
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import rememo

HERE = Path(__file__).resolve().parent
MODULES = ["source", "ranking", "report"]


class Demonstration:
    """The program under demonstration: its folder, its modules, its cached function."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in MODULES:
            shutil.copy(HERE / f"{name}.py", folder)
        # A compiled copy could outlive an edit made within the same second.
        sys.dont_write_bytecode = True
        # Our own folder must not be found first: it holds the modules that nobody edits.
        sys.path[:] = [str(folder), *(path for path in sys.path if Path(path).resolve() != HERE)]
        self.modules: dict[str, ModuleType] = {
            name: importlib.import_module(name) for name in MODULES
        }
        self.files = self.modules["report"].standard_library()

    @property
    def report(self) -> Any:
        return self.modules["report"].report

    def edit(self, name: str, old: str, new: str) -> None:
        """Changes a module's source and loads it again, as an editor and a notebook would."""
        path = self.folder / f"{name}.py"
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{name}.py no longer says {old!r} once"
        path.write_text(text.replace(old, new), encoding="utf-8")
        importlib.invalidate_caches()
        importlib.reload(self.modules[name])

    def run(self, title: str, *, computed: bool) -> Any:
        """Runs the report, and says how long that took and whether it was computed."""
        misses = self.report.cache_info().misses
        result, seconds = timed(lambda: self.report(self.files))
        was_computed = self.report.cache_info().misses > misses
        print(f"{title:<58} {'computed' if was_computed else 'from the cache':>15}", spent(seconds))
        if was_computed != computed:
            sys.exit(f"expected it to be {'computed' if computed else 'from the cache'}")
        return result


def timed(run: Callable[[], Any]) -> tuple[Any, float]:
    """What a call returns, and how many seconds it took."""
    start = time.perf_counter()
    result = run()
    return result, time.perf_counter() - start


def spent(seconds: float) -> str:
    """A time in the unit that reads best."""
    return f"{seconds:8.2f} s " if seconds >= 1 else f"{seconds * 1e3:8.2f} ms"


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What differs between two looks at a function's dependencies, and where it lies."""
    return [
        f"{name} ({after[name]['kind']}, {after[name]['place']})"
        for name in sorted(before.keys() & after.keys())
        if before[name]["digest"] != after[name]["digest"]
    ] + [f"{name} came or went" for name in sorted(before.keys() ^ after.keys())]


def demonstrate(program: Demonstration) -> None:
    print(f"A report on {len(program.files)} source files of Python {sys.version.split()[0]}\n")

    first = program.run("1. The first run", computed=True)
    second = program.run("2. The same again", computed=False)
    assert second is first

    before = program.report.dependencies()
    program.edit("ranking", "WEIGHT_OF_IMPORTS * imported", "2 * WEIGHT_OF_IMPORTS * imported")
    third = program.run("3. An edited helper: imports weigh twice as much", computed=True)
    assert third != first
    changed = differences(before, program.report.dependencies())
    assert changed
    for change in changed:
        print(f"     changed: {change}")

    program.edit("source", "# What adds a path", "# After T. J. McCabe, 1976.\n# What adds a path")
    program.edit("report", "Parses every file, counts,", "Parses all files, counts,")
    program.run("4. An edited comment, a moved line, another docstring", computed=False)

    program.edit("ranking", "WEIGHT_OF_IMPORTS = 40", "WEIGHT_OF_IMPORTS = 400")
    result = program.run("5. An edited constant that a helper reads", computed=True)

    print("\nThe caller changes the result that it was given:")
    result["modules imported most"].clear()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        program.run("6. The same again", computed=False)
    messages = [w for w in caught if issubclass(w.category, rememo.CachedObjectMutatedWarning)]
    assert len(messages) == 1
    print(textwrap.indent(f"{messages[0].category.__name__}: {messages[0].message}", "     "))

    print("\nThe report itself:")
    for title, figures in first.items():
        print(f"  {title}: " + ", ".join(f"{name} ({figure:,})" for name, figure in figures))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        demonstrate(Demonstration(Path(folder)))
