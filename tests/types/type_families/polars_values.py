"""polars: frames, series, expressions, types."""

import polars as pl


def frame() -> pl.DataFrame:
    """A small frame."""
    return pl.DataFrame({"a": [1, 2], "b": ["x", None]})


DISTINCT = {
    "frames": [
        *(lambda: pl.DataFrame(), frame, lambda: frame().select("b", "a"), lambda: frame()[:1]),
        *(lambda: frame().rename({"a": "c"}), lambda: frame().reverse()),
        *(lambda: frame().cast({"a": pl.Int32}), lambda: frame().fill_null("")),
    ],
    "series": [
        *(lambda: pl.Series([1]), lambda: pl.Series("a", [1]), lambda: pl.Series([1.0])),
        *(lambda: pl.Series([None, 1]), lambda: pl.Series(["a"]), lambda: pl.Series([[1], [2]])),
        *(lambda: pl.Series(["a"], dtype=pl.Categorical), lambda: pl.Series([[1, 2]])),
        lambda: pl.Series(["a"], dtype=pl.Enum(["a", "b"])),
    ],
    "expressions": [
        *(lambda: pl.col("a"), lambda: pl.col("b"), lambda: pl.col("a") + 1),
        *(lambda: pl.col("a") + 2, lambda: pl.lit(1), lambda: pl.col("a").alias("c")),
    ],
    "types": [
        *(lambda: pl.Int64, lambda: pl.Int32, lambda: pl.Datetime("ms"), lambda: pl.Datetime("us")),
        *(lambda: pl.List(pl.Int64), lambda: pl.Enum(["a"]), lambda: pl.Enum(["a", "b"])),
        *(lambda: pl.Schema({"a": pl.Int64}), lambda: pl.Schema({"a": pl.Int32})),
    ],
}

ALIKE = {
    "chunks": [
        frame,
        lambda: pl.concat([frame()[:1], frame()[1:]], rechunk=False),
        lambda: pl.DataFrame({"a": [0, 1, 2], "b": ["w", "x", None]})[1:],
    ],
}
