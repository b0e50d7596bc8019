"""The language of the corpus: a small project, an edit or a change in the run, an expectation.

A project is one text. A line ``## pkg/mod.py`` starts a file; what stands before the first such
line is ``app.py``, into which ``import rememo`` is put, and which holds the cached function. Files
below ``site-packages/`` are installed as a library. An edit is a pair (old fragment, new fragment),
where the old one occurs exactly once in the whole project, a dict {file: new text, or None to
remove it}, or a list of these.

The truth needs no cache. For a miss the plain function must give different results before and
after, for a hit the same one. Where the contract counts more than this one call could observe, the
case says so in ``conservative``; where it counts less, in ``blind``.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field, replace

MAIN = "app.py"
PRELUDE = "import rememo\n"

MISS = "miss"
HIT = "hit"
UNHASHABLE = "unhashable"

Files = dict[str, str]
Edit = tuple[str, str] | dict[str, "str | None"] | list["tuple[str, str] | dict[str, str | None]"]


@dataclass(frozen=True)
class Case:
    """One declaration. Attributes that begin with ``after_`` hold for the edited side alone."""

    name: str
    expect: str
    before: Files
    after: Files
    family: str = ""
    call: str = "f(3)"
    """The call that is judged; the callable in it is the cached function."""
    after_call: str | None = None
    run: str | None = None
    """How the call is run where calling it is not enough (a coroutine has to be awaited)."""
    how: str = "import"
    """How the project is brought into the process: see ``PLACINGS`` in ``worker.py``."""
    after_how: str | None = None
    change: str | None = None
    """Statements run in the module between two calls; then the case is judged within one run."""
    do: str = ""
    """Statements run in the module on both sides before the call."""
    after_do: str | None = None
    undo: str = ""
    """Statements that take back what the change did beyond the project's own modules."""
    after_flags: tuple[str, ...] = ()
    """Options of the interpreter."""
    after_under: str | None = None
    """What watches or runs the call: ``thread``, ``settrace``, ``setprofile``, ``monitoring``."""
    unloaded: tuple[str, ...] = ()
    """Modules which taking the key must not have imported."""
    restless: bool = False
    """The body changes what it reads, so its second call has another key."""
    settles: bool = False
    """What the body imports has another key once it is loaded, for only running its code would tell
    what it holds; the result is found under that key too."""
    names: str = ""
    """What the message of an unhashable value must name."""
    conservative: str = ""
    """Why a miss is due although this one call gives the same result."""
    blind: str = ""
    """Why a hit is due although the plain result differs."""
    requires: tuple[str, ...] = ()
    """Packages that must be installed."""
    min_version: tuple[int, int] = (3, 11)
    in_library: bool = field(default=False)
    """Whether the project installs files as a library; set from the files."""

    @property
    def id(self) -> str:
        return f"{self.family}: {self.name}"


def parse(project: str) -> Files:
    """The files of a project's text."""
    files: Files = {}
    name, lines = MAIN, []

    def close() -> None:
        text = textwrap.dedent("\n".join(lines)).strip("\n") + "\n"
        if text.strip() or name != MAIN:
            assert name not in files, f"{name} is declared twice"
            files[name] = text

    for line in textwrap.dedent(project).splitlines():
        if line.startswith("## "):
            close()
            name, lines = line[3:].strip(), []
        else:
            lines.append(line)
    close()
    assert MAIN in files, f"a project needs {MAIN}"
    return files


def apply(files: Files, edit: Edit) -> Files:
    """``files`` with ``edit`` made in them."""
    result = dict(files)
    for step in edit if isinstance(edit, list) else [edit]:
        if isinstance(step, dict):
            for name, text in step.items():
                if text is None:
                    del result[name]
                else:
                    result[name] = textwrap.dedent(text).strip("\n") + "\n" if text else ""
            continue
        old, new = step
        places = [name for name, text in result.items() if old in text]
        count = sum(text.count(old) for text in result.values())
        assert count == 1, f"{old!r} occurs {count} times, in {places}"
        result[places[0]] = result[places[0]].replace(old, new)
    return result


def _case(expect: str, name: str, project: str, edit: Edit | None, **options) -> Case:
    prelude = options.pop("prelude", PRELUDE)
    before = parse(project)
    after = apply(before, edit) if edit is not None else dict(before)
    for files in (before, after):
        files[MAIN] = prelude + files[MAIN]
    case = Case(name=name, expect=expect, before=before, after=after, **options)
    installs = any(file.startswith("site-packages/") for file in before)
    return replace(case, in_library=installs)


def miss(name: str, project: str, edit: Edit | None = None, **options) -> Case:
    """After the edit the call must compute again."""
    return _case(MISS, name, project, edit, **options)


def hit(name: str, project: str, edit: Edit | None = None, **options) -> Case:
    """After the edit the call must still be answered from the cache."""
    return _case(HIT, name, project, edit, **options)


def unhashable(name: str, project: str, **options) -> Case:
    """The call must be refused with an error that names ``names``."""
    return _case(UNHASHABLE, name, project, None, **options)


def changed(name: str, project: str, change: str, **options) -> Case:
    """After ``change``, in the same run, the call must compute again."""
    return _case(MISS, name, project, None, change=textwrap.dedent(change), **options)


def used(name: str, project: str, change: str, **options) -> Case:
    """After ``change``, in the same run, the call must still be answered from the cache."""
    return _case(HIT, name, project, None, change=textwrap.dedent(change), **options)


def reading(setup: str, body: str) -> str:
    """A project in one module: ``setup``, then the cached ``f(x)`` with ``body``."""
    return f"{setup}\n@rememo.cache\ndef f(x):\n    {body}\n"


def miss_around(
    name: str, setup: str, before: str, after: str, body: str = "return g(x)", **options
) -> Case:
    """A miss by one changed fragment of what stands before ``f``."""
    return miss(name, reading(setup, body), (before, after), **options)


def hit_around(
    name: str, setup: str, before: str, after: str, body: str = "return g(x)", **options
) -> Case:
    """A hit although a fragment of what stands before ``f`` was edited."""
    return hit(name, reading(setup, body), (before, after), **options)


def changed_around(
    name: str, setup: str, change: str, body: str = "return g(x)", **options
) -> Case:
    """A miss by a change of what stands before ``f``, in the same run."""
    return changed(name, reading(setup, body), change, **options)


def used_around(name: str, setup: str, change: str, body: str = "return g(x)", **options) -> Case:
    """A hit after a change of what stands before ``f``, in the same run."""
    return used(name, reading(setup, body), change, **options)
