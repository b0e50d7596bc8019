"""What comes back from `output="private"`, and from the stored form, is what was put in.

Values of all kinds are generated; what comes back must have the same digest, the same types down to
the last part, the same flags and layout of arrays, and the same sharing. The stored form is what
a disk keeps of a value (`rememo._native._stored_and_back`).
"""

from __future__ import annotations

import datetime
import decimal
import fractions
import pathlib
import uuid
import zoneinfo
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import rememo
from _samples import Colour, Couple, Keyed, Pixel, Plain, Point, Slotted, Tagged, adder
from _support import run_script
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from rememo import _native

FEW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def private(value: Any) -> Callable[[], Any]:
    """A cached function that holds the value already and gives a copy of its own to each caller."""

    @rememo.cache(output="private", ignore=("given",))
    def give(given: Any) -> Any:
        return given

    give.cache_clear()
    give(value)
    return lambda: give(None)


def parts(value: Any) -> Iterator[Any]:
    """The parts of a value that are looked at one by one."""
    if isinstance(value, list | tuple | set | frozenset | deque):
        yield from value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield item
    elif hasattr(value, "__dict__") and not isinstance(value, type):
        yield from vars(value).values()


def outline(value: Any) -> Any:
    """Types, flags and layout down to the last part; parts of sets in no order."""
    if isinstance(value, np.ndarray):
        inner = [type(item) for item in value.flat] if value.dtype == object else None
        return type(value), value.dtype, value.shape, value.flags.writeable, inner
    inner = [outline(part) for part in parts(value)]
    return type(value), sorted(map(repr, inner)) if isinstance(value, set | frozenset) else inner


def assert_same(again: Any, value: Any) -> None:
    assert rememo.hash(again) == rememo.hash(value)
    assert outline(again) == outline(value)


def ways(value: Any) -> Iterator[Any]:
    """Copies of a value: two in memory, three by way of the stored form."""
    give = private(value)
    yield give()
    yield give()
    copies, _, _ = _native._stored_and_back(value)
    yield from copies


def assert_comes_back(value: Any) -> None:
    digest, before = rememo.hash(value), outline(value)
    for again in ways(value):
        assert_same(again, value)
    assert (rememo.hash(value), outline(value)) == (digest, before)


# ---- plain values --------------------------------------------------------------------------------

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.text(),
    st.sampled_from(["\udc80", "é", "日本", "🦀", "a" * 2000]),
    st.binary(),
    st.binary(min_size=2000, max_size=2000),
    st.datetimes(timezones=st.just(datetime.UTC) | st.just(zoneinfo.ZoneInfo("Asia/Tokyo"))),
    st.dates() | st.times() | st.timedeltas(),
    st.decimals(allow_nan=False) | st.fractions() | st.uuids(),
    st.sampled_from([Colour.RED, range(3), pathlib.Path("a/b"), len, np.float64(1.5), ...]),
)
KEYS = st.text(max_size=5) | st.integers() | st.tuples(st.integers(), st.text(max_size=2))


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.lists(inner, max_size=5),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(KEYS, inner, max_size=4),
        st.sets(KEYS, max_size=4),
        st.frozensets(KEYS, max_size=4),
        st.binary(max_size=8).map(bytearray),
        st.lists(inner, max_size=3).map(Tagged),
        st.dictionaries(KEYS, inner, max_size=3).map(OrderedDict),
        st.lists(inner, max_size=3).map(deque),
        st.builds(Point, inner, inner),
        st.builds(Couple, inner, inner),
        st.builds(lambda a, b: Plain(a=a, b=b), inner, inner),
    )


@FEW
@given(st.recursive(LEAVES, containers, max_leaves=12))
def test_nested_values(value: Any) -> None:
    assert_comes_back(value)


# ---- arrays --------------------------------------------------------------------------------------

PLAIN_DTYPES = st.one_of(
    hnp.boolean_dtypes(),
    hnp.integer_dtypes(endianness="?"),
    hnp.unsigned_integer_dtypes(endianness="?"),
    hnp.floating_dtypes(endianness="?", sizes=(16, 32, 64)),
    hnp.complex_number_dtypes(endianness="?", sizes=(64, 128)),
    hnp.datetime64_dtypes(endianness="?"),
    hnp.timedelta64_dtypes(endianness="?"),
    hnp.byte_string_dtypes(min_len=1),
    hnp.unicode_string_dtypes(min_len=1, endianness="?"),
)
DTYPES = PLAIN_DTYPES | hnp.array_dtypes(PLAIN_DTYPES, max_size=3)

VIEWS: list[Callable[[Any], Any]] = [
    lambda a: a,
    lambda a: np.asfortranarray(a),
    lambda a: a[::2],
    lambda a: a[::-1],
    lambda a: a.T,
    lambda a: np.moveaxis(a, 0, -1),
    lambda a: a[..., :1],
    lambda a: a[:0],
    lambda a: np.broadcast_to(a, (2, *a.shape)),
    lambda a: a.reshape(-1)[0],
    lambda a: np.array(a.reshape(-1)[0]),
]


@FEW
@given(
    st.data(),
    DTYPES,
    st.sampled_from(VIEWS),
    st.booleans(),
    st.sampled_from([1, 700]),
)
def test_arrays(data: Any, dtype: Any, view: Any, read_only: bool, repeats: int) -> None:
    shape = data.draw(hnp.array_shapes(max_dims=3, max_side=4))
    base = data.draw(hnp.arrays(dtype, shape))
    # Large ones lie in a region, small ones do not.
    array = view(np.concatenate([base] * repeats))
    if read_only and isinstance(array, np.ndarray):
        array = array.view()
        array.flags.writeable = False
    assert_comes_back(array)
    if isinstance(array, np.ndarray):
        assert_lie_alike(array)


def assert_lie_alike(array: Any) -> None:
    """Copies lie as the array does, in C or Fortran order, if it does lie in one of these."""
    flags = array.flags
    if flags.c_contiguous or flags.f_contiguous:
        for again in ways(array):
            assert again.flags.c_contiguous == flags.c_contiguous
            assert again.flags.f_contiguous == flags.f_contiguous


def large(**more: Any) -> Any:
    return np.arange(100_000.0).reshape(100, 1000, **more)


LARGE_ARRAYS: dict[str, Callable[[], Any]] = {
    "C order": large,
    "Fortran order": lambda: large(order="F"),
    "transposed axes": lambda: np.arange(120_000).reshape(20, 30, 200).transpose(1, 0, 2),
    "every second": lambda: np.arange(200_000)[::2],
    "backwards": lambda: np.arange(100_000)[::-1],
    "dates": lambda: np.arange(100_000).astype("M8[s]"),
    "records": lambda: np.zeros(30_000, dtype=[("a", "i4"), ("when", "M8[ns]"), ("b", "f8", 2)]),
    "aligned records": lambda: np.zeros(30_000, dtype=np.dtype([("a", "i1"), ("b", "f8")], True)),
    "strings": lambda: np.array(["a", "bcd"] * 50_000),
    "big-endian": lambda: np.arange(100_000, dtype=">i4"),
    "half floats": lambda: np.arange(100_000, dtype="f2"),
    "variable strings": lambda: np.array(["a", "b" * 40] * 10_000, dtype="T"),
}


@pytest.mark.parametrize("name", LARGE_ARRAYS)
@pytest.mark.parametrize("writable", [True, False], ids=["writable", "read-only"])
def test_large_arrays(name: str, writable: bool) -> None:
    array = LARGE_ARRAYS[name]()
    array.flags.writeable = writable
    for within in (array, [array, array.copy()], Plain(array=array)):
        assert_comes_back(within)
    assert_lie_alike(array)


def test_a_large_array_is_not_in_the_head() -> None:
    """Whatever its dtype and order: nothing that pickle would take into its stream."""
    for name, make in LARGE_ARRAYS.items():
        if name != "variable strings":
            array = make()
            _, head, lengths = _native._stored_and_back(array)
            assert head < 2000, name
            assert lengths == [array.nbytes], name


def test_read_only_arrays_cannot_be_made_writable() -> None:
    array = large()
    array.flags.writeable = False
    back = private(array)()
    with pytest.raises(ValueError):
        back.flags.writeable = True


@FEW
@given(
    st.lists(
        st.text(max_size=5) | st.sampled_from(["\udc80", None, float("nan"), "日本"]),
        min_size=1,
        max_size=60,
    ),
    st.sampled_from(["C", "F"]),
    st.sampled_from([1, 300]),
    st.booleans(),
)
def test_arrays_of_strings(items: list[Any], order: Any, repeats: int, read_only: bool) -> None:
    array = np.empty(2 * len(items) * repeats, dtype=object)
    array[:] = items * (2 * repeats)
    array = array.reshape((2, -1), order=order)
    array.flags.writeable = not read_only
    assert_comes_back(array)
    assert_lie_alike(array)


def test_missing_values_in_arrays_of_strings_are_kept_apart() -> None:
    pd = pytest.importorskip("pandas")
    array = np.array(["a", None, float("nan"), pd.NA, "b"] * 20, dtype=object)
    for again in ways(array):
        assert [type(item) for item in again] == [type(item) for item in array]
        assert again[3] is pd.NA
    nested = np.array([["a"], {"b": [1]}] * 20, dtype=object)
    nested.flags.writeable = False
    assert_comes_back([nested, nested])
    with_others = np.array(["a", 1, pd.NaT, b"x", ("t",), [1]] * 20, dtype=object)
    assert_comes_back(with_others)


def test_strings_that_were_one_object_are_one_again() -> None:
    """A column of few distinct strings does not take the memory of many."""
    words = ["".join(["word", str(i)]) for i in range(10)]
    array = np.array(words * 10_000, dtype=object)
    (again, *_), _, lengths = _native._stored_and_back(array)
    assert len({id(item) for item in again}) == 10
    distinct = np.array([f"word {i}" for i in range(20_000)], dtype=object)
    assert_comes_back(distinct)


# ---- frames --------------------------------------------------------------------------------------


def frames() -> dict[str, Callable[[], Any]]:
    pd = pytest.importorskip("pandas")
    n = 20_000
    numbers = np.arange(n)

    def mixed() -> Any:
        return pd.DataFrame(
            {
                "i": numbers,
                "f": numbers / 7,
                "g": numbers / 3,
                "when": pd.date_range("2020", periods=n, freq="min"),
                "zoned": pd.date_range("2020", periods=n, freq="min", tz="Europe/Paris"),
                "text": [f"x{i % 100}" for i in range(n)],
                "object": np.array([None, "a", float("nan"), "b"] * (n // 4), dtype=object),
                "category": pd.Categorical(["a", "b"] * (n // 2)),
                "nullable": pd.array([1, None] * (n // 2), dtype="Int64"),
                "flag": numbers % 2 == 0,
            }
        )

    def attributes() -> Any:
        frame = mixed()[["i", "text"]]
        frame.attrs["source"] = ["file"]
        return frame

    return {
        "mixed": mixed,
        "attributes": attributes,
        "one block": lambda: pd.DataFrame(np.zeros((n, 3)), columns=list("abc")),
        "index of text": lambda: mixed().set_index("text"),
        "index of dates": lambda: mixed().set_index("when"),
        "index of objects": lambda: mixed().set_index("object"),
        "multi-index": lambda: mixed().set_index(["i", "category"]),
        "series": lambda: mixed()["f"],
        "series of text": lambda: mixed()["text"],
        "index": lambda: pd.Index(numbers * 2, name="n"),
        "intervals": lambda: pd.DataFrame({"k": pd.interval_range(0, 1000)}),
        "periods": lambda: pd.DataFrame({"k": pd.period_range("2000", periods=500, freq="D")}),
        "sparse": lambda: pd.DataFrame({"k": pd.arrays.SparseArray([0, 1] * 500)}),
        "empty": pd.DataFrame,
        "in a dict": lambda: {"train": mixed(), "rows": [1, 2]},
    }


FRAMES = [
    *("mixed", "attributes", "one block", "index of text", "index of dates", "index of objects"),
    *("multi-index", "series", "series of text", "index", "intervals", "periods", "sparse"),
    *("empty", "in a dict"),
]


@pytest.mark.parametrize("name", FRAMES)
def test_frames(name: str) -> None:
    value = frames()[name]()
    digest = rememo.hash(value)
    for again in ways(value):
        assert type(again) is type(value)
        assert rememo.hash(again) == digest


def writable_views(frame: Any) -> Iterator[Any]:
    """Every array that can be reached from a frame, made writable: what nobody should do."""
    manager = frame._mgr
    for block in manager.blocks:
        for values in (block.values, getattr(block.values, "_ndarray", None)):
            if isinstance(values, np.ndarray):
                yield values
    for axis in manager.axes:
        if isinstance(axis.values, np.ndarray):
            yield axis.values
    for name in frame.columns:
        yield frame[name].to_numpy()


def test_writing_past_pandas_changes_no_other_frame() -> None:
    """Copy-on-write guards a frame from its own methods, not from whoever has its arrays."""
    make = frames()["mixed"]
    value = make()
    digest = rememo.hash(value)
    give = private(value)
    for frame in (give(), value, give()):
        for array in writable_views(frame):
            try:
                array.flags.writeable = True
            except ValueError:
                continue
            array[...] = array[0]
    assert rememo.hash(give()) == digest


# ---- polars and pyarrow --------------------------------------------------------------------------


def polars_columns() -> dict[str, Any]:
    pl = pytest.importorskip("polars")
    day = datetime.datetime(2020, 1, 1)
    return {
        "ints": pl.Series([1, None, 3], dtype=pl.Int8),
        "wide": pl.Series([1, None, 3], dtype=pl.Int128),
        "floats": pl.Series([1.5, None, float("nan")]),
        "flags": pl.Series([True, None, False]),
        "text": pl.Series(["x", None, "longer than twelve bytes"]),
        "bytes": pl.Series([b"x", None, b""]),
        "categories": pl.Series(["x", "y", None], dtype=pl.Categorical),
        "enum": pl.Series(["x", "y", None], dtype=pl.Enum(["x", "y", "z"])),
        "dates": pl.Series([day.date(), None, day.date()]),
        "times": pl.Series([day, None, day], dtype=pl.Datetime("ms", "Asia/Tokyo")),
        "spans": pl.Series([datetime.timedelta(1), None, datetime.timedelta(2)]),
        "clock": pl.Series([datetime.time(1), None, datetime.time(2)]),
        "money": pl.Series([decimal.Decimal("1.5"), None, decimal.Decimal("-2")]),
        "lists": pl.Series([[1, 2], None, []], dtype=pl.List(pl.Int64)),
        "pairs": pl.Series([[1, 2], None, [3, 4]], dtype=pl.Array(pl.Int64, 2)),
        "records": pl.Series([{"a": 1, "b": ["x"]}, None, {"a": None, "b": None}]),
        "nothing": pl.Series([None, None, None]),
    }


def test_polars_columns_of_all_types() -> None:
    pl = pytest.importorskip("polars")
    columns = polars_columns()
    for name, series in [*columns.items(), ("frame", pl.DataFrame(columns))]:
        for value in (series, series[1:], series.clear(), pl.concat([series, series])):
            for again in ways(value):
                assert type(again) is type(value), name
                assert again.equals(value, null_equal=True), name
                types = "schema" if name == "frame" else "dtype"
                assert getattr(again, types) == getattr(value, types), name


def test_large_polars_buffers_are_not_in_the_head() -> None:
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame(
        {"n": np.arange(100_000), "s": [f"some longer text {i}" for i in range(100_000)]}
    )
    _, head, lengths = _native._stored_and_back(frame)
    assert head < 3000
    assert sum(lengths) > 100_000 * (8 + 16 + 16)


def test_sorted_columns_are_known_to_be_sorted() -> None:
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"a": [1, 2, 3], "b": [3, 2, 1], "c": [1, 3, 2]})
    frame = frame.set_sorted("a").set_sorted("b", descending=True)
    for value in (frame, frame["a"], frame["b"]):
        for again in ways(value):
            assert again.flags == value.flags


def test_polars_frames_of_objects_cannot_be_copied() -> None:
    """Arrow would carry their addresses."""
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"o": pl.Series([object(), [1]], dtype=pl.Object)})
    with pytest.raises(rememo.RememoError, match="polars"):
        private(frame)


def test_polars_frames_without_columns() -> None:
    pl = pytest.importorskip("polars")
    assert_comes_back(pl.DataFrame())


def test_polars_frames_are_copied_when_they_are_changed() -> None:
    pl = pytest.importorskip("polars")
    numbers = np.arange(1000.0)
    frame = pl.DataFrame({"n": numbers, "s": [str(i) for i in range(1000)]})
    digest = rememo.hash(frame)
    give = private(frame)
    numbers[0] = 99  # A frame may lie in the memory of the array that it was made from.
    assert rememo.hash(give()) == digest
    changed = give()
    changed[0, "n"] = -1.0
    changed.insert_column(0, pl.Series("new", [1] * 1000))
    assert rememo.hash(give()) == digest
    series = private(pl.Series("a", [1, 2, 3]))
    series()[0] = 9
    assert series().to_list() == [1, 2, 3]


def test_pyarrow_tables() -> None:
    pa = pytest.importorskip("pyarrow")
    numbers = np.arange(1000.0)
    table = pa.table({"n": numbers, "s": [str(i) for i in range(1000)]})
    values = [table, table["n"], table["s"].chunk(0), table.to_batches()[0], table["s"][3]]
    give = [private(value) for value in values]
    digests = [rememo.hash(value) for value in values]
    numbers[0] = 99
    for value, digest, again in zip(values, digests, give, strict=True):
        assert type(again()) is type(value)
        assert rememo.hash(again()) == digest
        assert again() is again()
    assert_comes_back({"table": table, "schema": table.schema})


def test_of_a_slice_only_the_slice_is_kept() -> None:
    pa = pytest.importorskip("pyarrow")
    pd = pytest.importorskip("pandas")
    text = [f"customer {i}" for i in range(50_000)]
    frame = pd.DataFrame({"n": range(50_000), "s": text}).astype({"s": "string[pyarrow]"})
    table = pa.table({"n": range(50_000), "s": text, "l": [[i] for i in range(50_000)]})
    for value in (frame[10:15], table[10:15], table["s"].chunk(0)[:3], table.to_batches()[0][:3]):
        give = private(value)
        _, head, lengths = _native._stored_and_back(value)
        assert rememo.stats()["bytes"] < 30_000
        assert head + sum(lengths) < 10_000
        for again in (give(), *ways(value)):
            assert again.equals(value)
        rememo.clear()


# ---- structure -----------------------------------------------------------------------------------


def test_sharing_and_cycles_survive() -> None:
    inner: list[Any] = [1]
    array = large()
    cycle: dict[str, Any] = {"a": inner, "b": inner, "t": (inner, array), "array": array}
    cycle["me"] = cycle
    for value in (cycle, Plain(**cycle)):
        for again in ways(value):
            found = again if isinstance(again, dict) else vars(again)
            assert found["a"] is found["b"] is found["t"][0]
            assert found["array"] is found["t"][1]
            assert found["me"] is (found if again is found else found["me"])
            assert found["me"]["me"] is found["me"]
            assert found["a"] is not inner


def test_a_cycle_through_a_tuple() -> None:
    items: list[Any] = []
    value = (items, 1)
    items.append(value)
    again = private(value)()
    assert again[0][0] is again
    assert again is not value


def test_depth_is_bounded_by_memory() -> None:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    again = private(value)()
    depth = 0
    while again:
        again, depth = again[0], depth + 1
    assert depth == 100_000
    # Freed without recursion by the collector's trashcan, whichever goes first.
    del value, again


def test_keys_and_order_of_dicts_survive() -> None:
    value = {i: [i] for i in range(100)}
    for i in range(0, 100, 3):
        del value[i]
    value[0] = [0]
    assert list(private(value)()) == list(value)


def test_what_copies_are_taken_as_they_are() -> None:
    function = adder(1)
    value = {"f": [function, len, Colour.RED, Plain], "x": Plain(f=function, cls=Point)}
    again = private(value)()
    assert again["f"] == [function, len, Colour.RED, Plain]
    assert again["x"].f is function


def test_a_method_of_an_object_is_not_shared() -> None:
    append = [1].append
    value = {"append": append}
    again = private(value)()
    again["append"](2)
    assert append.__self__ == [1]


def test_names_of_fields_can_be_changed() -> None:
    """numpy lets them be changed in place, also those of a dtype that is shared."""
    for n in (3, 100_000):
        array = np.zeros(n, dtype=[("a", "i4"), ("b", "f8")])
        for value in (array, Plain(array=array)):
            give = private(value)
            changed = give()
            getattr(changed, "array", changed).dtype.names = ("x", "y")
            again = give()
            assert getattr(again, "array", again).dtype.names == ("a", "b")
            assert array.dtype.names == ("a", "b")


def test_the_original_does_not_change_the_copies() -> None:
    original: dict[str, Any] = {
        "list": [1],
        "bytes": bytearray(b"a"),
        "set": {1},
        "small": np.zeros(3),
        "large": large(),
        "objects": np.array(["a"] * 100, dtype=object),
    }
    for value in (original, Plain(**original)):
        give = private(value)
        digest = rememo.hash(give())
        original["list"].append(2)
        original["bytes"].extend(b"b")
        original["set"].add(2)
        original["small"][0] = 9
        original["large"][0] = 9
        original["objects"][0] = "z"
        assert rememo.hash(give()) == digest


def test_instances_of_local_classes_are_copied() -> None:
    class Local:
        def __init__(self, items: list[int]) -> None:
            self.items = items

    give = private(Local([1]))
    give().items.append(2)
    assert type(give()) is Local
    assert give().items == [1]


@pytest.mark.parametrize(
    "value",
    [Pixel(1, [2]), defaultdict(list, {"a": [1]}), Counter("ab"), Keyed(a=[1]), 1 + 2j,
     decimal.Decimal("1.50"), fractions.Fraction(1, 3), uuid.UUID(int=5)],
    ids=repr,
)  # fmt: skip
def test_other_types(value: Any) -> None:
    again = private(value)()
    assert type(again) is type(value)
    assert again == value


def test_slots() -> None:
    value = Slotted()
    value.left = [1]  # type: ignore[attr-defined]
    give = private([value, value])
    first, second = give()
    assert first is second
    first.left.append(2)
    assert give()[0].left == [1]


class Stubborn:
    """What neither pickle nor cloudpickle takes."""

    def __reduce__(self) -> Any:
        raise TypeError("not me")


def test_what_cannot_be_copied_is_said_and_not_stored() -> None:
    @rememo.cache(output="private")
    def make() -> Any:
        return [Stubborn()]

    with pytest.raises(rememo.RememoError, match='(?s)make.*output="shared"') as got:
        make()
    assert isinstance(got.value.__cause__, TypeError)
    assert not make.contains()


def test_what_pickle_refuses_is_stored_with_cloudpickle() -> None:
    pytest.importorskip("cloudpickle")
    amount = 2
    value = [lambda x: x + amount, large()]
    (again, *_), head, lengths = _native._stored_and_back(value)
    assert again[0](1) == 3
    assert again[0] is not value[0]
    np.testing.assert_array_equal(again[1], value[1])
    assert lengths == [value[1].nbytes]


def test_cloudpickle_is_loaded_for_nothing_else(tmp_path: Any) -> None:
    source = """
        import sys
        from rememo import _native
        _native._stored_and_back([{"a": [1]}, print])
        assert "cloudpickle" not in sys.modules
        sys.modules["cloudpickle"] = None  # As where it is not installed.
        try:
            _native._stored_and_back([lambda: 1])
        except Exception as error:
            print(type(error).__name__, "lambda" in str(error))
    """
    name, told = run_script(tmp_path, source).split()
    assert name in ("PicklingError", "AttributeError")
    assert told == "True"
