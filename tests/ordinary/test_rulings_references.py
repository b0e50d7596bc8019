"""How references, wrappers and a library's data count: rulings 6 to 8 of "Ordinary programs"."""

import calendar
import functools
import gc
import logging
import string
import sys
import textwrap
import weakref
from collections.abc import Callable
from typing import Any

import pytest
import rememo
from _support import Project, hit, miss, ran, run_script


class Target:
    def __init__(self, n: int) -> None:
        self.n = n


# 6. References.


def test_6_a_weak_reference_counts_by_what_it_refers_to() -> None:
    first, same, other = Target(1), Target(1), Target(2)
    digests = [rememo.hash(weakref.ref(t)) for t in (first, same, other)]
    assert digests[0] == digests[1] != digests[2]
    first.n = 2
    assert rememo.hash(weakref.ref(first)) == digests[2]


def test_6_a_dead_reference_counts_as_dead() -> None:
    targets = [Target(1), Target(2)]
    references = [weakref.ref(t) for t in targets]
    alive = {rememo.hash(r) for r in references}
    targets.clear()
    gc.collect()
    dead = {rememo.hash(r) for r in references}
    assert len(alive) == 2 and len(dead) == 1 and not alive & dead


def test_6_a_callback_of_a_reference_is_not_called_by_hashing() -> None:
    called: list = []
    target = Target(1)
    reference = weakref.ref(target, called.append)
    rememo.hash(reference)
    assert reference() is target and called == []


def weak_values(*numbers: int) -> tuple[Any, list]:
    kept = [Target(n) for n in numbers]
    return weakref.WeakValueDictionary(enumerate(kept)), kept


def weak_keys(*numbers: int) -> tuple[Any, list]:
    kept = [Target(n) for n in numbers]
    return weakref.WeakKeyDictionary({t: t.n for t in kept}), kept


def weak_set(*numbers: int) -> tuple[Any, list]:
    kept = [Target(n) for n in numbers]
    return weakref.WeakSet(kept), kept


@pytest.mark.parametrize("make", [weak_values, weak_keys, weak_set])
def test_6_weak_collections_count_by_their_contents(make: Callable[..., tuple[Any, list]]) -> None:
    (first, kept), (same, kept_same), (other, kept_other) = make(1, 2), make(1, 2), make(1, 3)
    before = rememo.hash(first)
    assert before == rememo.hash(same) != rememo.hash(other)
    kept_other.clear()
    kept.pop()
    gc.collect()
    assert rememo.hash(first) not in (before, rememo.hash(make()[0]))
    assert len(kept_same) == 2


def test_6_a_method_held_weakly_counts_by_its_object() -> None:
    class Worker:
        def __init__(self, n: int) -> None:
            self.n = n

        def run(self) -> int:
            return self.n

    first, other = Worker(1), Worker(2)
    assert rememo.hash(weakref.WeakMethod(first.run)) != rememo.hash(weakref.WeakMethod(other.run))


# 7. Wrappers count by what they store.

FACTOR = 2


def timed(function: Callable) -> Callable:
    @functools.wraps(function)
    def wrapper(*args: object) -> object:
        wrapper.last = args
        return function(*args)

    return wrapper


@timed
def scaled(x: int) -> int:
    return x * FACTOR


def limited(x: int) -> int:
    return min(x, limited.limit)


limited.limit = 5
limited.note = "unread"


def test_7_an_attribute_that_a_decorator_writes_changes_nothing() -> None:
    @rememo.cache
    def body(x: int) -> int:
        ran()
        return scaled(x)

    miss(body, 3)
    scaled(4)
    hit(body, 3)


def test_7_an_attribute_of_a_function_that_is_read_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    @rememo.cache
    def body(x: int) -> int:
        ran()
        return limited(x)

    assert miss(body, 9) == 5
    monkeypatch.setattr(limited, "note", "changed, and nobody reads it")
    assert hit(body, 9) == 5
    monkeypatch.setattr(limited, "limit", 7)
    assert miss(body, 9) == 7


def test_7_a_function_that_is_a_value_counts_with_all_its_attributes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    @rememo.cache
    def body(function: Callable) -> dict:
        ran()
        return dict(vars(function))

    miss(body, limited)
    hit(body, limited)
    monkeypatch.setattr(limited, "note", "changed")
    assert miss(body, limited)["note"] == "changed"


WRAPPED = {
    "lru_cache": "import functools\n{}wrapped = functools.lru_cache(helper)",
    "partial": "import functools\n{}wrapped = functools.partial(helper)",
    "own decorator": (
        "def decorate(f):\n    def wrapper(x):\n        return f(x)\n    return wrapper\n"
        "{}wrapped = decorate(helper)"
    ),
    "rememo": "import rememo\n{}wrapped = rememo.cache(helper)",
    "tenacity": "import tenacity\n{}wrapped = tenacity.retry(helper)",
    "wrapt": (
        "import wrapt\n@wrapt.decorator\ndef through(wrapped, instance, args, kwargs):\n"
        "    return wrapped(*args)\n{}wrapped = through(helper)"
    ),
    "click": (
        "import click\n{}command = click.command()(click.argument('x', type=int)(helper))\n"
        "wrapped = command.callback"
    ),
    "werkzeug": "from werkzeug.local import LocalProxy\n{}wrapped = LocalProxy(lambda: helper)",
}


@pytest.mark.parametrize("wrapper", WRAPPED)
def test_7_an_edit_of_what_a_wrapper_wraps_is_seen(wrapper: str, project: Project) -> None:
    package = wrapper if wrapper in ("tenacity", "wrapt", "click", "werkzeug") else "sys"
    pytest.importorskip(package)
    helper = "def helper(x):\n    return x + 1\n"
    project.write(
        helpers=WRAPPED[wrapper].format(helper),
        user="import rememo, helpers\n@rememo.cache\ndef f(x):\n    return helpers.wrapped(x)\n",
    )
    module = project.load("user")
    before = module.f.key(1)
    assert module.f(1) == 2
    assert project.load("user").f.key(1) == before
    project.write(helpers=WRAPPED[wrapper].format(helper.replace("+ 1", "+ 2")))
    edited = project.load("user")
    assert edited.f.key(1) != before
    assert edited.f(1) == 3


# 8. Data of a library that the code names.


def test_8_the_command_line_counts_by_value(monkeypatch: pytest.MonkeyPatch) -> None:
    @rememo.cache
    def body() -> bool:
        ran()
        return "--verbose" in sys.argv

    assert not miss(body)
    monkeypatch.setattr(sys, "argv", list(sys.argv))
    assert not hit(body)
    sys.argv.append("--verbose")
    assert miss(body)


def test_8_a_plain_constant_of_a_library_counts_by_value(monkeypatch: pytest.MonkeyPatch) -> None:
    @rememo.cache
    def body() -> str:
        ran()
        return string.digits + str(calendar.day_abbr is None)

    miss(body)
    monkeypatch.setattr(string, "digits", "01")
    assert miss(body).startswith("01F")


def test_8_what_is_no_plain_data_in_a_library_counts_by_version() -> None:
    @rememo.cache
    def body() -> bool:
        ran()
        return logging.root is None

    miss(body)
    logging.root.addFilter(print)
    try:
        hit(body)
    finally:
        logging.root.removeFilter(print)


def test_8_an_object_of_a_library_under_a_name_of_our_own_counts_by_value() -> None:
    formatter = logging.Formatter("%(message)s")

    @rememo.cache
    def body() -> str:
        ran()
        return formatter.format(logging.LogRecord("n", 1, "p", 1, "text", (), None))

    miss(body)
    formatter = logging.Formatter("%(message)s")
    hit(body)
    formatter = logging.Formatter("%(name)s")
    assert miss(body) == "n"


def test_8_settings_of_matplotlib_count_by_value() -> None:
    matplotlib = pytest.importorskip("matplotlib")

    @rememo.cache
    def body() -> float:
        ran()
        return matplotlib.rcParams["lines.linewidth"]

    miss(body)
    with matplotlib.rc_context({"lines.linewidth": 9.5}):
        assert miss(body) == 9.5
    hit(body)


def test_8_djangos_settings_count_by_value(tmp_path: Any) -> None:
    pytest.importorskip("django")
    printed = run_script(
        tmp_path,
        """
        import rememo
        from django.conf import settings

        settings.configure(RATE=2)

        @rememo.cache
        def rated(x):
            return x * settings.RATE

        print(rated(3), rated(3), rated.cache_info().hits)
        settings.RATE = 4
        print(rated(3), rated.cache_info().hits)
        """,
    )
    assert printed.split() == ["6", "6", "1", "12", "1"]


def test_8_a_name_that_is_written_on_a_library_function_does_not_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # attrs gives the function that its classes share the name of the class that was made last.
    before = rememo.hash(textwrap.dedent)
    monkeypatch.setattr(textwrap.dedent, "__qualname__", "Size.dedent")
    monkeypatch.setattr(textwrap.dedent, "__module__", "elsewhere")
    assert rememo.hash(textwrap.dedent) == before != rememo.hash(textwrap.indent)
