"""polars: categories by their strings, types by their parameters, plans by what they do."""

import subprocess
import sys
from typing import Any

import pytest
import rememo
from _support import environment

pl = pytest.importorskip("polars")


def test_a_categorical_column_does_not_depend_on_what_else_was_read():
    script = """if True:
        import sys, polars as pl, rememo
        for words in sys.argv[1:]:
            pl.Series(words.split(","), dtype=pl.Categorical)
        print(rememo.hash(pl.Series(["x", "y", None, "x"], dtype=pl.Categorical)))
    """
    digests = {
        subprocess.run(
            [sys.executable, "-c", script, *before],
            env=environment(),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for before in ([], ["y,x"], ["a,b,y", "q"])
    }
    assert len(digests) == 1


def test_the_order_of_the_values_of_an_enum_counts():
    values = [pl.Series(["a"], dtype=pl.Enum(names)) for names in (["a", "b"], ["b", "a"], ["a"])]
    assert len({rememo.hash(value) for value in values}) == 3


def test_types_without_an_equivalent_in_arrow_are_told_apart():
    values = [
        pl.Series([None], dtype=kind)
        for kind in (pl.Categorical, pl.String, pl.Enum([]), pl.Datetime("us"), pl.Datetime("ms"))
    ]
    assert len({rememo.hash(value) for value in values}) == len(values)


def test_python_objects_in_a_column_count_by_value():
    def column(*values: object) -> Any:
        return pl.Series("a", values, dtype=pl.Object)

    for wrapped in (lambda s: s, lambda s: pl.DataFrame([s, pl.Series("b", [1, 2])])):
        made = [wrapped(column({1}, {2})), wrapped(column({1}, {3}))]
        assert rememo.hash(wrapped(column({1}, {2}))) == rememo.hash(made[0])
        assert rememo.hash(made[0]) != rememo.hash(made[1])


def query(limit: int) -> Any:
    return pl.LazyFrame({"a": [1, 2, 3]}).filter(pl.col("a") > limit)


def test_a_lazy_frame_counts_by_its_plan():
    assert rememo.hash(query(1)) == rememo.hash(query(1)) != rememo.hash(query(2))


def test_a_plan_with_a_python_function_is_refused():
    for value in (
        pl.col("a").map_elements(lambda x: x + 1, return_dtype=pl.Int64),
        query(1).with_columns(pl.col("a").map_batches(lambda s: s + 1)),
    ):
        with pytest.raises(rememo.UnhashableTypeError, match="function"):
            rememo.hash(value)
