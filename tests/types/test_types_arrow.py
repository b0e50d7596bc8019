"""Arrow data counts by type, validity and values, however it is cut, shifted and padded."""

from typing import Any

import pytest
import rememo
from hypothesis import given
from hypothesis import strategies as st

pa = pytest.importorskip("pyarrow")

LEAVES: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (pa.int8(), st.integers(-128, 127)),
    (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    (pa.float64(), st.floats(allow_nan=False)),
    (pa.bool_(), st.booleans()),
    (pa.string(), st.text(max_size=20)),
    (pa.large_string(), st.text(max_size=20)),
    (pa.string_view(), st.text(max_size=20)),
    (pa.binary(), st.binary(max_size=20)),
    (pa.binary(3), st.binary(min_size=3, max_size=3)),
    (pa.date32(), st.dates()),
    (pa.decimal128(8, 2), st.decimals(-9999, 9999, places=2)),
    (pa.null(), st.none()),
]


def missing_too(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


def nested(
    inner: st.SearchStrategy[tuple[Any, st.SearchStrategy[Any]]],
) -> st.SearchStrategy[tuple[Any, st.SearchStrategy[Any]]]:
    def built(of: tuple[Any, st.SearchStrategy[Any]]) -> list[tuple[Any, st.SearchStrategy[Any]]]:
        kind, values = of[0], missing_too(of[1])
        return [
            (pa.list_(kind), st.lists(values, max_size=3)),
            (pa.large_list(kind), st.lists(values, max_size=3)),
            (pa.list_view(kind), st.lists(values, max_size=3)),
            (pa.list_(kind, 2), st.lists(values, min_size=2, max_size=2)),
            (pa.map_(pa.int8(), kind), st.lists(st.tuples(st.integers(0, 9), values), max_size=3)),
            (
                pa.struct([("a", kind), ("b", pa.string())]),
                st.fixed_dictionaries({"a": values, "b": missing_too(st.text(max_size=3))}),
            ),
        ]

    return inner.flatmap(lambda of: st.sampled_from(built(of)))


TYPES = st.recursive(st.sampled_from(LEAVES), nested, max_leaves=3)


@st.composite
def columns(draw: st.DrawFn) -> tuple[Any, list[Any]]:
    """A type and values of it."""
    kind, values = draw(TYPES)
    return kind, draw(st.lists(missing_too(values), min_size=1, max_size=8))


@given(columns(), st.data())
def test_a_column_is_the_same_however_it_is_cut(column: tuple[Any, list], data: st.DataObject):
    kind, values = column
    whole = pa.chunked_array([pa.array(values, kind)])
    cut = data.draw(st.integers(0, len(values)))
    pieces = pa.chunked_array([pa.array(values[:cut], kind), pa.array(values[cut:], kind)], kind)
    shifted = pa.array([*values, *values], kind)[len(values) :]
    assert rememo.hash(pieces) == rememo.hash(whole)
    assert rememo.hash(whole[:cut]) == rememo.hash(pa.chunked_array([pa.array(values[:cut], kind)]))
    assert rememo.hash(shifted) == rememo.hash(pa.array(values, kind))
    part = pa.array(values, kind)[cut:]
    assert rememo.hash(part) == rememo.hash(pa.array(values[cut:], kind))


@given(columns(), columns())
def test_columns_that_differ_are_different(one: tuple[Any, list], other: tuple[Any, list]):
    first, second = pa.array(one[1], one[0]), pa.array(other[1], other[0])
    same = first.type == second.type and first.equals(second)
    # `-0.0` equals `0.0` there and nowhere here.
    shows = repr(first.to_pylist()) == repr(second.to_pylist())
    assert (rememo.hash(first) == rememo.hash(second)) == (same and shows)


@given(st.lists(missing_too(st.sampled_from(["a", "b", "c"])), min_size=1), st.data())
def test_dictionaries_of_chunks_are_put_together(values: list, data: st.DataObject):
    cut = data.draw(st.integers(0, len(values)))
    chunks = [
        pa.array(part, pa.string()).dictionary_encode() for part in (values[:cut], values[cut:])
    ]
    apart = pa.chunked_array(chunks)
    assert rememo.hash(apart) == rememo.hash(apart.unify_dictionaries())


def test_what_a_dictionary_holds_besides_counts_as_it_can_be_seen():
    def encoded(*dictionary: str) -> Any:
        return pa.DictionaryArray.from_arrays(pa.array([0, 0]), pa.array(dictionary))

    assert rememo.hash(encoded("a")) != rememo.hash(encoded("a", "b"))
    assert rememo.hash(encoded("a", "b")) != rememo.hash(encoded("b", "a"))


def hidden(kind: Any, filler: bytes, width: int) -> Any:
    """Two elements of which the second is missing, with other bytes under it."""
    buffers = [pa.py_buffer(b"\x01"), pa.py_buffer(bytes(width) + filler * width)]
    return pa.Array.from_buffers(kind, 2, buffers)


@pytest.mark.parametrize(("kind", "width"), [(pa.int32(), 4), (pa.float64(), 8), (pa.date64(), 8)])
def test_what_lies_under_a_missing_value_does_not_count(kind: Any, width: int):
    assert rememo.hash(hidden(kind, b"\x07", width)) == rememo.hash(hidden(kind, b"\x08", width))


def test_text_under_a_missing_value_does_not_count():
    def text(offsets: list[int], content: bytes) -> Any:
        buffers = [pa.py_buffer(b"\x05"), pa.array(offsets, pa.int32()).buffers()[1], content]
        return pa.Array.from_buffers(pa.string(), 3, [*buffers[:2], pa.py_buffer(content)])

    assert rememo.hash(text([0, 1, 4, 5], b"axyzb")) == rememo.hash(pa.array(["a", None, "b"]))
    assert rememo.hash(text([0, 1, 1, 2], b"ac")) != rememo.hash(pa.array(["a", None, "b"]))


def test_elements_under_a_missing_struct_do_not_count():
    def struct(under: int) -> Any:
        child = pa.array([1, under])
        return pa.StructArray.from_arrays([child], ["a"], mask=pa.array([False, True]))

    assert rememo.hash(struct(2)) == rememo.hash(struct(3))


def test_the_payload_of_nan_does_not_count():
    quiet = pa.Array.from_buffers(pa.float64(), 1, [None, pa.py_buffer(b"\x01" * 6 + b"\xf8\x7f")])
    assert rememo.hash(quiet) == rememo.hash(pa.array([float("nan")]))


def test_unions_count_by_the_type_and_value_of_each_element():
    def union(ids: list[int], dense: bool) -> Any:
        kinds = pa.array(ids, pa.int8())
        numbers = pa.array([1, 2], pa.int64())
        words = pa.array(["x", "y"])
        if dense:
            offsets = pa.array([0, 1], pa.int32())
            return pa.UnionArray.from_dense(kinds, offsets, [numbers, words])
        return pa.UnionArray.from_sparse(kinds, [numbers, words])

    made = [union(ids, dense) for dense in (True, False) for ids in ([0, 1], [1, 0], [0, 0])]
    assert len({rememo.hash(one) for one in made}) == len(made)
    for one in made:
        assert rememo.hash(one[:1]) != rememo.hash(one)
    # The second word is none of the elements.
    other = pa.UnionArray.from_sparse(
        pa.array([0, 1], pa.int8()), [pa.array([1, 9]), pa.array(["z", "y"])]
    )
    assert rememo.hash(other) == rememo.hash(union([0, 1], False))


def test_runs_count_by_their_lengths_and_values():
    runs = pa.RunEndEncodedArray.from_arrays(pa.array([2, 3], pa.int32()), pa.array(["a", "b"]))
    again = pa.RunEndEncodedArray.from_arrays(pa.array([1, 3, 4], pa.int32()), list("xab"))[1:]
    assert rememo.hash(runs) == rememo.hash(again)
    assert rememo.hash(runs) != rememo.hash(runs[:2])


class Stream:
    """A class of ours that offers its data."""

    def __init__(self, table: Any) -> None:
        self.table = table
        self.lock = iter([])

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


class OtherStream(Stream):
    pass


class Single:
    """One that offers its data at once."""

    def __init__(self, batch: Any) -> None:
        self.batch = batch

    def __arrow_c_array__(self, requested_schema: object = None) -> object:
        return self.batch.__arrow_c_array__(requested_schema)


def test_whatever_offers_arrow_data_counts_by_it_and_by_its_class():
    table, other = pa.table({"a": [1, 2]}), pa.table({"a": [1, 3]})
    assert rememo.hash(Stream(table)) == rememo.hash(Stream(pa.table({"a": [1, 2]})))
    batch = pa.record_batch({"a": [1, 2]})
    values = [Stream(table), Stream(other), OtherStream(table), table, Single(batch), batch]
    assert len({rememo.hash(value) for value in values}) == len(values)


class Reader(Stream):
    """One that is consumed by being read."""

    def __next__(self) -> object:
        raise AssertionError("hashing read an iterator")

    def __iter__(self) -> "Reader":
        return self


def test_a_stream_that_can_be_read_once_is_refused_and_left_alone():
    table = pa.table({"a": [1, 2]})
    with pytest.raises(rememo.UnhashableTypeError):
        rememo.hash(Reader(table))
    reader = table.to_reader()
    with pytest.raises(rememo.UnhashableTypeError):
        rememo.hash(reader)
    assert reader.read_all().equals(table)


def test_a_stream_that_fails_is_unhashable_with_its_cause():
    class Broken:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            raise RuntimeError("no data today")

    class Nonsense:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return 42

    for value, cause in ((Broken(), RuntimeError), (Nonsense(), ValueError)):
        with pytest.raises(rememo.UnhashableTypeError) as caught:
            rememo.hash(value)
        assert isinstance(caught.value.__cause__, cause)
