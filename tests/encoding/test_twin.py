"""The extension and its slow twin agree on values that nobody has picked."""

import argparse
import collections
import datetime
import decimal
import fractions
import functools
import math
import struct
import subprocess
import sys
import types
from pathlib import PurePosixPath
from typing import Any

import pytest
import rememo
from _support import environment
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reference.encoding import HashFunction, digest, encode
from reference.key import arguments, fingerprint, key

try:
    import numpy as np
except ImportError:
    np = None

# ---- values without an identity -----------------------------------------------------------------

EDGES = [0, 1, -1, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**64]
FLOAT_BITS = st.integers(0, 2**64 - 1) | st.integers(0x7FF0 << 48, 0x7FFF << 48 | 1)
FLOATS = st.floats() | FLOAT_BITS.map(lambda bits: struct.unpack("<d", struct.pack("<Q", bits))[0])
OFFSETS = st.timedeltas(datetime.timedelta(hours=-23), datetime.timedelta(hours=23))
ZONES = st.none() | st.builds(datetime.timezone, OFFSETS)
TEXTS = st.text(st.characters(exclude_categories=()), max_size=12)

HASHABLE_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from(EDGES),
    FLOATS,
    st.builds(complex, FLOATS, FLOATS),
    TEXTS,
    st.binary(max_size=12),
    st.sampled_from([8150, 8200]).map(lambda bits: 2**bits),
    st.sampled_from([1021, 1022, 5000]).map(lambda length: "x" * length),
    st.sampled_from([1021, 1022, 5000]).map(lambda length: b"x" * length),
    st.sampled_from([..., NotImplemented]),
    st.dates(),
    st.times(timezones=ZONES),
    st.datetimes(timezones=ZONES),
    st.timedeltas(),
    st.decimals(allow_nan=False),
    st.fractions(),
    st.uuids(),
    st.builds(range, st.integers(), st.integers(), st.integers(1)),
    st.builds(PurePosixPath, st.text("ab/.", max_size=8)),
)
LEAVES = st.one_of(
    HASHABLE_LEAVES,
    st.binary(max_size=12).map(bytearray),
    st.builds(slice, st.integers(), st.none(), st.integers()),
    st.binary(max_size=12).map(memoryview),
    st.just(5000).map(bytearray),
)
HASHABLE = st.recursive(
    HASHABLE_LEAVES,
    lambda inner: st.lists(inner, max_size=4).map(tuple) | st.frozensets(inner, max_size=4),
    max_leaves=6,
)


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    lists = st.lists(inner, max_size=4)
    dicts = st.dictionaries(HASHABLE, inner, max_size=3)
    attributes = st.dictionaries(st.text("abc", min_size=1, max_size=2), inner, max_size=3)
    return st.one_of(
        lists,
        lists.map(tuple),
        lists.map(lambda items: items + items),
        lists.map(collections.deque),
        dicts,
        dicts.map(collections.OrderedDict),
        dicts.map(types.MappingProxyType),
        dicts.map(lambda items: collections.defaultdict(None, items)),
        attributes.map(lambda items: types.SimpleNamespace(**items)),
        attributes.map(lambda items: argparse.Namespace(**items)),
        st.sets(HASHABLE, max_size=5),
        inner.map(types.CellType),
    )


VALUES = st.recursive(LEAVES, containers, max_leaves=12)


@given(VALUES)
@example([["x" * 1017], ["x" * 1018], ["x" * 1019]])
@example({frozenset({1, "1"}), frozenset({1.5, b"1"}), frozenset()})
def test_they_agree_on_nested_values(value: Any) -> None:
    assert rememo.hash(value) == digest(value)


@given(VALUES)
def test_they_agree_on_values_beside_a_cycle(value: Any) -> None:
    # Where there is a cycle, the extension writes everything in another way.
    cycle: list[Any] = []
    cycle.append(cycle)
    assert rememo.hash([value, cycle, value]) == digest([value, cycle, value])


@given(st.lists(st.integers(0, 40), max_size=6), st.sampled_from(["x", "é", b"x", 0, None]))
def test_they_agree_around_the_lengths_at_which_values_collapse(
    lengths: list[int], unit: Any
) -> None:
    def part(length: int) -> Any:
        return unit * length if isinstance(unit, str | bytes) else [unit] * length

    value = [part(length + 1000) for length in lengths]
    assert rememo.hash(value) == digest(value)
    assert rememo.hash(part(sum(lengths) + 980)) == digest(part(sum(lengths) + 980))


@pytest.mark.parametrize("kind", [bytes, bytearray, str, list])
@pytest.mark.parametrize("length", [4095, 4096, 65_535, 65_536, 65_537])
def test_they_agree_around_the_lengths_at_which_buffers_are_flushed(
    kind: type, length: int
) -> None:
    value = "x" * length if kind is str else [None] * length if kind is list else kind(length)
    assert rememo.hash([1, value, 2]) == digest([1, value, 2])


@pytest.mark.parametrize("length", [524_287, 524_288])
def test_they_agree_on_what_is_hashed_in_parallel(length: int) -> None:
    assert rememo.hash(bytes(length)) == digest(bytes(length))


@pytest.mark.skipif(np is None, reason="numpy is not here")
@given(st.data())
def test_they_agree_on_arrays(data: st.DataObject) -> None:
    kind = data.draw(
        st.sampled_from(["<i1", "<i8", ">i4", "<u2", "<f4", ">f8", "<c16", "?", "<U3"])
    )
    shape = data.draw(st.lists(st.integers(0, 4), max_size=3))
    count = math.prod(shape) * np.dtype(kind).itemsize
    if kind == "<U3":
        flat = np.array([str(i) for i in range(math.prod(shape))], dtype=kind)
    elif kind == "?":
        flat = np.arange(math.prod(shape)) % 2 == 0
    else:
        flat = np.arange(count // np.dtype(kind).itemsize).astype(kind)
    value = flat.reshape(shape)
    value = value.transpose(data.draw(st.permutations(range(value.ndim))))
    value = value[tuple(slice(None, None, data.draw(st.sampled_from([1, -1, 2]))) for _ in shape)]
    libraries = {"numpy": ("numpy", np.__version__)}
    assert rememo.hash(value) == digest(value, libraries=libraries)
    assert rememo.hash([value, (value,)]) == digest([value, (value,)], libraries=libraries)
    if value.size and kind != "<U3":
        assert rememo.hash(value.flat[0]) == digest(value.flat[0], libraries=libraries)


def numpy_values() -> list[Any]:
    if np is None:
        return []
    nans = [np.array([bits], "u8").view("f8") for bits in (0x7FF8 << 48, (0xFFF8 << 48) + 5)]
    padded = np.dtype([("a", "i1"), ("b", ">f8", (2,)), ("c", [("d", "<f4")])], align=True)
    records = np.frombuffer(bytes(range(padded.itemsize)) * 3, padded)
    long = np.array([1.5, -0.0, np.nan, np.inf], np.longdouble)
    objects = np.empty((2, 2), dtype=object)
    objects[:] = [[1, "a"], [None, [2]]]
    return [
        *nans,
        *(nan.astype(kind) for nan in nans for kind in ("<f2", ">f4", ">f8", "<c8", ">c16")),
        *(
            np.array([[1, np.nan], [-np.nan, -0.0]])[:, ::-1],
            long,
            long[0],
            long[2],
            np.array([1j, complex(np.nan, 1)], np.clongdouble),
        ),
        *(records, records[::2], records["b"], records[0], padded, np.dtype("i8"), np.dtype(">f4")),
        *(
            objects,
            objects.T,
            objects[0],
            np.zeros(3, padded).view(np.recarray),
        ),
        *(np.array(["x" * 3000, 1], dtype=object), np.array(None), np.array([], dtype=object)),
    ]


@pytest.mark.parametrize("value", numpy_values(), ids=repr)
def test_they_agree_on_what_numpy_makes(value: Any) -> None:
    libraries = {"numpy": ("numpy", np.__version__)}
    cycle: list[Any] = []
    cycle.append(cycle)
    for root in (value, [value, value], [value, cycle]):
        assert rememo.hash(root) == digest(root, libraries=libraries)


# ---- values with one ----------------------------------------------------------------------------

KINDS = st.sampled_from(["list", "tuple", "dict", "namespace", "ordered", "set"])


@st.composite
def graphs(draw: st.DrawFn, kinds: st.SearchStrategy[str], labels: int) -> Any:
    """A value whose parts refer to each other at random."""
    count = draw(st.integers(1, 7))
    # Every node is a list, so that it can refer to one that is made later; what the list holds
    # is of many kinds.
    nodes: list[list[Any]] = [[draw(st.integers(0, labels - 1))] for _ in range(count)]
    for node in nodes:
        to = [nodes[i] for i in draw(st.lists(st.integers(0, count - 1), max_size=3))]
        kind = draw(kinds)
        if kind == "list":
            node += to
        elif kind == "tuple":
            node.append(tuple(to))
        elif kind == "dict":
            node.append(dict(enumerate(to)))
        elif kind == "namespace":
            node.append(types.SimpleNamespace(**{f"a{i}": end for i, end in enumerate(to)}))
        elif kind == "ordered":
            node.append(collections.OrderedDict(enumerate(to)))
        else:
            # A method of a list is hashable, whatever the list holds.
            node.append({end.append for end in to})
    return nodes[0] if draw(st.booleans()) else nodes


@given(graphs(KINDS.filter(lambda kind: kind != "set"), labels=2))
def test_they_agree_on_graphs_of_like_parts(value: Any) -> None:
    assert rememo.hash(value) == digest(value)


@settings(max_examples=200)
@given(graphs(KINDS, labels=1_000_000))
def test_they_agree_on_graphs_with_sets(value: Any) -> None:
    assert rememo.hash(value) == digest(value)


@given(graphs(KINDS, labels=1_000_000))
def test_hashing_a_graph_again_gives_the_same(value: Any) -> None:
    first = rememo.hash(value)
    assert rememo.hash([value]) == digest([value])
    assert rememo.hash(value) == first


@pytest.mark.parametrize("turn", [False, True])
def test_alike_members_of_a_set_on_a_cycle_are_equal_in_any_order(turn: bool) -> None:
    # Lists that know the list which holds them in a set; two of them know each other as well.
    top: list[Any] = []
    children: list[list[Any]] = [[top] for _ in range(6)]
    children[0].append({children[1].append})
    children[1].append({children[0].append})
    order = reversed(children) if turn else children
    top.append({child.append for child in order})
    seen = [rememo.hash(child) for child in children]
    assert seen == [digest(child) for child in children]
    assert seen[0] == seen[1] != seen[2]
    assert len(set(seen[2:])) == 1


# ---- depth, sharing, order ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", [list, tuple, dict, "through a cycle"])
def test_they_agree_at_a_depth_of_100_000(kind: Any) -> None:
    value: Any = "end"
    if kind == "through a cycle":
        value = []
        value.append(value)
    for _ in range(100_000):
        value = {0: value} if kind is dict else (value,) if kind is tuple else [value]
    assert rememo.hash(value) == digest(value)


@pytest.mark.parametrize("end", ["end", {1, 2}, b"x" * 10_000, "in a cycle"])
def test_they_agree_on_two_to_the_200_parts_that_are_shared(end: Any) -> None:
    value: Any = [end]
    if end == "in a cycle":
        value.append(value)
    for i in range(200):
        value = {"a": value, "b": (value, i)} if i % 3 else [value, value]
    assert rememo.hash(value) == digest(value)


def test_a_hash_function_runs_once_for_a_value_however_often_it_is_shared() -> None:
    calls = []

    def count(value: argparse.Namespace) -> Any:
        calls.append(value)
        return [value.left, value.right]

    value = argparse.Namespace(left="x" * 2000, right=None)
    for _ in range(200):
        value = argparse.Namespace(left=value, right=value)
    rememo.hash(value, hash_funcs={argparse.Namespace: count})
    assert len(calls) < 400


SET_VALUES = """
[
    {"a", "b", "c", b"a", 1, 1.5, None},
    {str(i) for i in range(3000)},
    {frozenset({"a", "b"}), frozenset({"c", "d", frozenset({"e", "f"})})},
    {("a", 1): {"x", "y"}, ("b",): frozenset("abcdefgh")},
    {"long " * 500, "longer " * 500},
]
"""


def test_the_order_of_a_set_depends_on_no_hash_seed() -> None:
    program = f"import rememo; print(*map(rememo.hash, {SET_VALUES.strip()}))"
    expected = [digest(value) for value in eval(SET_VALUES)]
    for seed in (0, 1, 2, 3):
        printed = subprocess.check_output(
            [sys.executable, "-P", "-c", program], env=environment(seed), text=True
        )
        assert printed.split() == expected


# ---- hash functions -----------------------------------------------------------------------------


@example(types.CellType("x" * 5000), {str: len})
@given(VALUES, st.sampled_from([{int: str}, {list: tuple}, {dict: list}, {str: len, tuple: len}]))
def test_they_agree_on_hash_functions(value: Any, functions: dict[type, Any]) -> None:
    told = {
        base: HashFunction(function, f"builtins.{function.__name__}".encode())
        for base, function in functions.items()
    }
    cycle: list[Any] = [value]
    cycle.append(types.SimpleNamespace(cycle=cycle))
    for root in (value, [value, value], cycle):
        assert rememo.hash(root, hash_funcs=functions) == digest(root, hash_funcs=told)


def test_a_hash_function_whose_result_contains_the_value_comes_to_an_end() -> None:
    value = argparse.Namespace(a=1)
    wrapped = {argparse.Namespace: wrap}
    assert rememo.hash(value, hash_funcs=wrapped) == rememo.hash(value, hash_funcs=wrapped)
    other = argparse.Namespace(a=2)
    assert rememo.hash(value, hash_funcs=wrapped) != rememo.hash(other, hash_funcs=wrapped)


def wrap(value: argparse.Namespace) -> Any:
    return [value.a, value]


# ---- keys ---------------------------------------------------------------------------------------


def double(x: Any) -> Any:
    return x * 2


@rememo.cache(ignore=["left_out"])
def everything(
    a: Any, b: Any = 2, /, c: Any = 3, *args: Any, d: Any, left_out: Any = 0, **more: Any
):
    return double(a)


@given(
    st.lists(VALUES, min_size=1, max_size=5),
    st.dictionaries(st.sampled_from(["x", "y", "a", "left_out"]), VALUES, max_size=3),
)
def test_they_agree_on_keys(args: list[Any], kwargs: dict[str, Any]) -> None:
    entries = everything.dependencies()
    flat = [(e["kind"], e["name"], bytes.fromhex(e["digest"])) for e in entries.values()]
    root = ("function", f"{__name__}.everything")
    function = everything.__wrapped__
    written = arguments(function, tuple(args), {**kwargs, "d": args}, ["left_out"])
    assert everything.key(*args, **kwargs, d=args) == key(fingerprint(flat, root), written)


def test_a_callable_without_a_signature_is_keyed_by_what_it_is_given() -> None:
    cached = rememo.cache(functools.partial(double))
    cached_key = cached.key([1], x=2)
    assert cached_key == cached.key([1], x=2)
    assert cached_key != cached.key((1,), x=2)
    assert encode([1]) != encode((1,))


def test_what_an_instance_on_a_cycle_holds_can_be_taken_by_identity() -> None:
    @rememo.cache(opaque="identity")
    def number(value: argparse.Namespace) -> int:
        return value.number

    value = argparse.Namespace(number=1, source=(i for i in "ab"))
    assert number(value) == 1
    value.itself = value
    assert number(value) == 1
    one_key = number.key(value)
    value.source = (i for i in "ab")
    assert number.key(value) != one_key


def test_leaves_stay_apart() -> None:
    # What the twin and the extension agree on is not that everything is alike.
    values = [1, 1.0, True, "1", b"1", fractions.Fraction(1), decimal.Decimal(1), (1,), [1], {1}]
    values += [0.0, -0.0, frozenset({1}), {1: 1}, range(1), bytearray(b"1"), memoryview(b"1")]
    assert len({rememo.hash(value) for value in values}) == len(values)
