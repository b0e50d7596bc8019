"""`f.explain(…)`: would the call hit, and if not, why; and that asking changes nothing."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import rememo
from _samples import Point
from _support import cell, environment, hit, miss, ran, runs


def said(explanation: rememo.Explanation) -> list[str]:
    """The lines of the text, without how long ago something was and what it took."""
    return [line.split(" (", 1)[0] for line in str(explanation).splitlines()]


def lines(explanation: rememo.Explanation) -> list[str]:
    """The lines that tell differences."""
    return [line.strip() for line in str(explanation).splitlines()[2:]]


@rememo.cache
def double(x: Any, /, *rest: Any, scale: Any = 1, **more: Any) -> Any:
    ran()
    return [x, scale]


# ---- each reason ------------------------------------------------------------------------------


def test_a_function_that_never_ran_has_no_entries() -> None:
    explanation = double.explain(1)
    assert not explanation
    name = f"{__name__}.double"
    assert str(explanation) == f"{name}(1) would miss: the function has no entries."
    assert explanation.reason == "not stored before"
    assert explanation.to_dict()["kind"] == "absent"


def test_a_hit_tells_where_the_entry_lies_who_wrote_it_and_what_it_saves() -> None:
    miss(double, 1)
    explanation = double.explain(1)
    assert explanation
    first, second = str(explanation).splitlines()
    assert first == f"{__name__}.double(1) would hit."
    assert second.startswith("  The entry is in memory, written ")
    assert " ago by this process, " in second
    assert second.endswith(", not used yet.")
    data = explanation.to_dict()
    assert data["tier"] == "memory"
    assert data["process"] == os.getpid()
    assert abs(data["written"] - time.time()) < 60
    assert data["bytes"] > 0
    assert data["seconds_saved"] >= 0
    hit(double, 1)
    assert str(double.explain(1)).endswith(", used once so far.")


def test_other_arguments_are_told_each_by_name() -> None:
    miss(double, 1, 2, scale="a", colour="red")
    explanation = double.explain(1, 3, scale="b", colour="blue")
    assert said(explanation)[:2] == [
        f"{__name__}.double(1, 3, scale='b', colour='blue') would miss: "
        "it was not computed with these arguments.",
        "  Other than for the nearest entry",
    ]
    assert lines(explanation) == [
        "argument 'scale': 'a' → 'b'",
        "argument '*rest': [0]: 2 → 3",
        "argument '**more': ['colour']: 'red' → 'blue'",
    ]
    assert explanation.reason == "new arguments"


def test_the_same_arguments_under_another_type_differ() -> None:
    miss(double, 1)
    assert lines(double.explain(1.0)) == ["argument 'x': 1 → 1.0"]
    assert lines(double.explain(True)) == ["argument 'x': 1 → True"]


def test_an_expired_entry() -> None:
    @rememo.cache(ttl=0.01)
    def f(x: int) -> int:
        return x

    f(1)
    time.sleep(0.02)
    explanation = f.explain(1)
    assert "would miss: its entry expired " in str(explanation)
    assert str(explanation).endswith(" ms ago (ttl).")
    data = explanation.to_dict()
    assert data["kind"] == "expired"
    assert data["expired_ago"] > 0


def test_an_entry_tells_how_long_it_holds() -> None:
    @rememo.cache(ttl="1h")
    def f(x: int) -> int:
        return x

    f(1)
    assert "; it expires in 59 min." in str(f.explain(1))
    assert 3000 < f.explain(1).to_dict()["expires_in"] <= 3600


@pytest.mark.parametrize(
    ("options", "bound"), [({"max_entries": 1}, "max_entries"), ({"max_bytes": 60}, "max_bytes")]
)
def test_an_evicted_entry_tells_by_which_bound(options: dict[str, Any], bound: str) -> None:
    @rememo.cache(**options)
    def f(x: str) -> str:
        return x * 40

    f("a")
    f("b")
    explanation = f.explain("a")
    assert str(explanation).endswith(
        f"would miss: its entry had to make room, or found none ({bound})."
    )
    assert explanation.reason == f"evicted ({bound})"
    assert explanation.to_dict()["bound"] == bound


@pytest.mark.parametrize("clear", ["one", "all", "functools", "module"])
def test_a_cleared_entry(clear: str) -> None:
    miss(double, 1)
    if clear == "one":
        double.clear(1)
    elif clear == "all":
        double.clear()
    elif clear == "functools":
        double.cache_clear()
    else:
        rememo.clear()
    assert str(double.explain(1)) == f"{__name__}.double(1) would miss: its entry was cleared."


SETTINGS = {"rate": 0.2, "names": ["a", "b"]}
RATE = 0.2


@rememo.cache
def taxed(x: float) -> Any:
    ran()
    return x * RATE, dict(SETTINGS)


def test_a_global_that_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    miss(taxed, 1)
    monkeypatch.setitem(globals(), "RATE", 0.25)
    explanation = taxed.explain(1)
    assert said(explanation) == [
        f"{__name__}.taxed(1) would miss: what it depends on has changed.",
        "  Since these arguments were computed",
        "    global RATE: 0.2 → 0.25",
    ]
    assert explanation.reason == "global RATE: 0.2 → 0.25"


def test_a_global_that_was_changed_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    miss(taxed, 1)
    monkeypatch.setitem(SETTINGS, "names", ["a", "c"])
    assert lines(taxed.explain(1)) == ["global SETTINGS['names'][1]: 'b' → 'c'"]


def test_two_changes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    miss(taxed, 1)
    monkeypatch.setitem(globals(), "RATE", 0.25)
    monkeypatch.setitem(SETTINGS, "more", None)
    explanation = taxed.explain(1)
    assert lines(explanation) == [
        "global RATE: 0.2 → 0.25",
        "global SETTINGS['more'] was added: None",
    ]
    assert explanation.reason == "global RATE: 0.2 → 0.25, and 1 more"


def test_an_edited_helper_is_told_with_the_lines_that_differ(project: Any) -> None:
    app = """
        import rememo
        import helpers

        @rememo.cache
        def total(prices):
            return sum(helpers.clean(prices))
    """
    project.write(
        app=app,
        helpers="""
            LIMIT = 0


            def clean(prices):
                # only what was sold
                return [price for price in prices if price > LIMIT]
        """,
    )
    project.load("app").total([1, -2])
    project.write(
        helpers="""
            import math

            LIMIT = 0


            def positive(price):
                return abs(price)


            def clean(prices):
                # whatever its sign
                return [positive(price) for price in prices]
        """
    )
    explanation = project.load("app").total.explain([1, -2])
    assert lines(explanation) == [
        f"{project.root}/helpers.py:11 clean() changed",
        "- return [price for price in prices if price > LIMIT]",
        "+ return [positive(price) for price in prices]",
        "and with that:",
        f"{project.root}/helpers.py:7 positive() is reached now",
        "global helpers.LIMIT is no longer reached",
    ]
    assert [d["follows"] for d in explanation.differences] == [False, True, True]
    first = explanation.differences[0]
    assert (first["kind"], first["name"], first["change"]) == (
        "function",
        "helpers.clean",
        "changed",
    )


def test_places_are_told_from_where_one_works(
    project: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.root)
    project.write(
        app="""
            import rememo

            def clean(x):
                return x

            @rememo.cache
            def f(x):
                return clean(x)
        """
    )
    project.load("app").f(1)
    project.write(app=(project.root / "app.py").read_text().replace("return x\n", "return -x\n"))
    assert lines(project.load("app").f.explain(1))[0] == "app.py:4 clean() changed"


def test_the_function_s_own_body_and_a_cell_run_again() -> None:
    source = "@rememo.cache\ndef f(x):\n    return x + {}\n"
    cell(source.format(1))(1)
    explanation = cell(source.format(2)).explain(1)
    # The cell is kept nowhere, so its lines cannot be told.
    assert lines(explanation) == ["<cell>:1 f() changed"]


def test_a_name_that_leads_elsewhere_is_no_edit_of_the_code_that_reads_it() -> None:
    source = (
        "def one(x): return 1\ndef two(x): return 2\n{}\n@rememo.cache\ndef f(x):\n return g(x)\n"
    )
    import linecache

    def run(binding: str) -> Any:
        text = source.format(binding)
        linecache.cache["<cell>"] = (len(text), None, text.splitlines(True), "<cell>")
        return cell(text)

    try:
        run("g = one")(1)
        explanation = run("g = two").explain(1)
    finally:
        del linecache.cache["<cell>"]
    assert lines(explanation) == [
        "<cell>:4 f() reads as before, but leads to other code",
        "and with that:",
        "<cell>:1 one() is no longer reached",
        "<cell>:2 two() is reached now",
    ]


def test_a_class_attribute_a_default_and_a_closure() -> None:
    source = """
class Table:
    size = {size}
def grow(x, by={by}):
    return x + by
def make(n):
    return lambda x: x + n
step = make({n})
@rememo.cache
def f(x):
    return grow(Table().size) + step(x)
"""
    cell(source.format(size=1, by=2, n=3))(1)
    explanation = cell(source.format(size=10, by=20, n=30)).explain(1)
    assert lines(explanation) == [
        "attribute Table.size: 1 → 10",
        "closure make.<locals>.<lambda> cell 0: 3 → 30",
        "grow defaults[0]: 2 → 20",
    ]


def test_depends_on_and_version() -> None:
    source = "@rememo.cache(version={version!r}, depends_on=[{extra}])\ndef f(x):\n    return x\n"
    cell(source.format(version=1, extra="'a'"))(1)
    explanation = cell(source.format(version=2, extra="'b'")).explain(1)
    assert lines(explanation) == ["depends_on[0]: 'a' → 'b'", "version: 1 → 2"]


def test_a_library_of_another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def with_version(version: str) -> Any:
        site = tmp_path / version / "site-packages"
        info = site / f"pricing-{version}.dist-info"
        info.mkdir(parents=True)
        info.joinpath("METADATA").write_text(
            f"Metadata-Version: 2.1\nName: pricing\nVersion: {version}\n"
        )
        info.joinpath("RECORD").write_text("pricing.py,,\n")
        site.joinpath("pricing.py").write_text("def tax(x):\n    return x\n")
        monkeypatch.syspath_prepend(str(site))
        sys.modules.pop("pricing", None)
        source = "from pricing import tax\n@rememo.cache\ndef f(x):\n    return tax(x)\n"
        return cell(source)

    with_version("2.3.1")(1)
    explanation = with_version("3.0.0").explain(1)
    sys.modules.pop("pricing", None)
    assert lines(explanation) == ["pricing 2.3.1 → 3.0.0"]
    (difference,) = explanation.differences
    assert (difference["kind"], difference["name"]) == ("library", "pricing")


# ---- values -----------------------------------------------------------------------------------


def frame() -> pd.DataFrame:
    return pd.DataFrame({"price": np.arange(1000.0), "name": ["a"] * 1000, "qty": range(1000)})


def price_changed(df: pd.DataFrame) -> pd.DataFrame:
    df.loc[3, "price"] = -1
    return df


VALUES: dict[str, tuple[Any, Any, str]] = {
    "an int": (1, 2, "argument 'x': 1 → 2"),
    "a text": ("a", "b", "argument 'x': 'a' → 'b'"),
    "None": (None, 0, "argument 'x': None → 0"),
    "an element": ([1, [2, 3]], [1, [2, 4]], "argument 'x': [1][1]: 3 → 4"),
    "a key": ({"a": {"b": 1}}, {"a": {"b": 2}}, "argument 'x': ['a']['b']: 1 → 2"),
    "a length": ([1, 2], [1, 2, 3], "argument 'x': length 2 → 3"),
    "a set": ({1, 2}, {2, 3}, "argument 'x': without 1; with 3"),
    "an attribute": (Point(1, 2), Point(1, 5), "argument 'x': .y: 2 → 5"),
    "a small array": (
        np.zeros((3, 2)),
        np.array([[0.0, 0], [0, 9], [0, 0]]),
        "argument 'x': [1, 1]: 0.0 → 9.0",
    ),
    "a dtype": (
        np.zeros(3, "f8"),
        np.zeros(3, "f4"),
        "argument 'x': dtype float64 → float32",
    ),
    "a shape": (np.zeros(6), np.zeros((2, 3)), "argument 'x': shape (6,) → (2, 3)"),
    "a column": (
        frame(),
        price_changed(frame()),
        "argument 'x': column 'price' values differ (float64, 1,000)",
    ),
    "a new column": (frame(), frame().assign(tax=1), "argument 'x': column 'tax' was added"),
    "a column less": (
        frame(),
        frame().drop(columns="qty"),
        "argument 'x': column 'qty' was removed",
    ),
    "an index": (
        frame(),
        frame().set_index(np.arange(1000) + 1),
        "argument 'x': the index differs",
    ),
}


@pytest.mark.parametrize("name", VALUES)
def test_what_differs_in_a_value_is_told(name: str) -> None:
    old, new, expected = VALUES[name]
    miss(double, old)
    assert lines(double.explain(new)) == [expected]


def test_a_value_too_long_to_be_kept_differs() -> None:
    miss(double, list(range(100_000)))
    (line,) = lines(double.explain([*range(99_999), -1]))
    assert line.startswith("argument 'x': differs after the first ")


def test_the_nearest_entry_is_the_one_with_the_fewest_other_arguments() -> None:
    miss(double, 1, scale=2)
    miss(double, 5, scale=6)
    miss(double, 7, scale=8)
    assert lines(double.explain(5, scale=2)) in (
        ["argument 'x': 1 → 5"],
        ["argument 'scale': 6 → 2"],
    )
    assert lines(double.explain(5, scale=0)) == ["argument 'scale': 6 → 0"]


# ---- no values where they are not wanted ------------------------------------------------------


@pytest.fixture
def without_summaries() -> Any:
    rememo.configure(summaries=False)
    yield
    rememo.configure(summaries=True)


def test_without_summaries_names_alone_are_told(
    without_summaries: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    miss(double, "secret one", scale=[1])
    explanation = double.explain("secret two", scale=[2])
    assert lines(explanation) == ["argument 'x' differs", "argument 'scale' differs"]
    assert explanation.differences[0]["old"] is None
    miss(taxed, 1)
    monkeypatch.setitem(globals(), "RATE", 0.25)
    assert lines(taxed.explain(1)) == ["global RATE differs"]


def test_what_was_kept_is_forgotten_when_summaries_are_switched_off() -> None:
    miss(double, "secret one")
    rememo.configure(summaries=False)
    try:
        assert "secret one" not in str(double.explain("two"))
        assert double.explain("secret one")
    finally:
        rememo.configure(summaries=True)


# ---- asking changes nothing -------------------------------------------------------------------


def test_asking_runs_nothing_counts_as_no_use_and_changes_no_entry() -> None:
    @rememo.cache(max_entries=2)
    def f(x: int) -> int:
        ran()
        return x

    f(1)
    f(2)
    before = (f.cache_info(), f.stats(), runs())
    for x in (1, 1, 1, 3, 4):
        f.explain(x)
    assert (f.cache_info(), f.stats(), runs()) == before
    # As if nobody had asked, the entry that was unused for longest makes room.
    f(3)
    assert not f.explain(1)
    assert f.explain(2)


def test_asking_does_not_take_over_what_a_namesake_stored() -> None:
    source = "@rememo.cache\ndef f(x):\n    return x\n"
    cell(source)(1)
    again = cell(source)
    assert again.explain(1)
    assert again.cache_info().currsize == 0


def test_arguments_that_do_not_fit_raise_as_the_call_would() -> None:
    @rememo.cache
    def f(x: int) -> int:
        return x

    with pytest.raises(TypeError, match="too many positional arguments"):
        f.explain(1, 2)
    with pytest.raises(rememo.UnhashableTypeError):
        f.explain(iter([1]))


def test_a_body_that_changes_its_argument_is_told_by_what_it_was_given() -> None:
    @rememo.cache
    def grow(values: list[int]) -> int:
        values.append(0)
        return len(values)

    grow([1])
    assert grow.explain([1])
    assert lines(grow.explain([2])) == ["argument 'values': [0]: 1 → 2"]


# ---- everywhere -------------------------------------------------------------------------------


def test_methods_take_their_instance() -> None:
    class Account:
        def __init__(self, rate: int) -> None:
            self.rate = rate

        @rememo.cache
        def worth(self, years: int) -> int:
            return self.rate * years

    Account(2).worth(1)
    assert Account(2).worth.explain(1)
    assert lines(Account(3).worth.explain(1)) == ["argument 'self': .rate: 2 → 3"]


def test_coroutine_functions() -> None:
    @rememo.cache
    async def f(x: list[int]) -> int:
        x.append(0)
        return 1

    asyncio.run(f([1]))
    assert f.explain([1])
    assert lines(f.explain([2])) == ["argument 'x': [0]: 1 → 2"]


def test_callables_without_a_signature_of_their_own() -> None:
    import functools

    f = rememo.cache(functools.partial(pow, 2))
    f(3)
    assert f.explain(3)
    assert lines(f.explain(4)) == ["argument '*args': [0]: 3 → 4"]


def test_from_many_threads_at_once() -> None:
    errors: list[BaseException] = []

    @rememo.cache(max_entries=50)
    def f(x: int) -> int:
        return x

    def work(seed: int) -> None:
        try:
            for i in range(300):
                f((seed * i) % 97)
                str(f.explain((seed + i) % 97))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert errors == []


def test_an_entry_of_a_parent_process_is_told_by_its_process() -> None:
    script = """
import os, rememo
@rememo.cache
def f(x):
    return x
f(1)
parent = os.getpid()
if os.fork() == 0:
    assert f"by process {parent}," in str(f.explain(1)), f.explain(1)
    f(2)
    assert "by this process," in str(f.explain(2)), f.explain(2)
    os._exit(7)
assert os.waitstatus_to_exitcode(os.wait()[1]) == 7
"""
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


# ---- as data and as a picture -----------------------------------------------------------------


def test_as_data_it_is_plain() -> None:
    miss(double, {"a": [1]})
    for explanation in (double.explain({"a": [1]}), double.explain({"a": [2]})):
        data = explanation.to_dict()
        assert json.loads(json.dumps(data)) == data
        assert data["function"] == f"{__name__}.double"
        assert data["key"] == double.key({"a": [1] if explanation else [2]})
        assert data["hit"] is bool(explanation)
        assert data["reason"] == explanation.reason
    (difference,) = explanation.differences
    assert difference["name"] == "x"
    assert difference["details"] == [
        {"path": "['a'][0]", "old": "1", "new": "2", "text": "['a'][0]: 1 → 2"}
    ]
    data["nearest"]["differences"].clear()
    assert explanation.differences, "data handed out is the reader's own"


def test_in_a_notebook_it_is_safe_html() -> None:
    miss(double, "<b>")
    html = double.explain("<script>")._repr_html_()
    assert "&lt;script&gt;" in html
    assert "<script>" not in html


def test_with_rich_it_has_the_same_text() -> None:
    console = pytest.importorskip("rich.console")
    import io

    miss(double, 1)
    out = io.StringIO()
    explanation = double.explain(2)
    console.Console(file=out, width=200).print(explanation)
    assert out.getvalue().strip() == str(explanation)
