"""Whose code runs, hidden state, what is left out: rulings 1 to 3 of "Ordinary programs".

The rulings are those of the contract's section of that name. The others are in
`test_rulings_kinds.py` (4, 5), `test_rulings_references.py` (6 to 8), `test_rulings_resources.py`
(9, 10) and `test_rulings_paths.py` (only what is read counts).
"""

import abc
import ctypes
import decimal
import enum
import functools
import hashlib
import ipaddress
import json
import pathlib
import pickle
import socket
import sqlite3
import ssl
import typing
import zlib
from collections.abc import Callable
from typing import Any, NoReturn

import pytest
import rememo
from _support import hit, miss, ran


def refuse(*args: object) -> NoReturn:
    raise AssertionError("somebody's code ran")


# 1. Types decide; nobody's code runs.


def test_1_a_class_that_lies_about_itself_is_taken_for_what_it_is() -> None:
    class Liar:
        __class__ = property(lambda self: dict)  # type: ignore[assignment]

        def __init__(self, n: int) -> None:
            self.n = n

    assert isinstance(Liar(1), dict)
    assert rememo.hash(Liar(1)) == rememo.hash(Liar(1))
    assert rememo.hash(Liar(1)) != rememo.hash(Liar(2))
    assert rememo.hash(Liar(1)) != rememo.hash({})


def test_1_an_unbound_proxy_is_read_without_running_its_code() -> None:
    local = pytest.importorskip("werkzeug.local")
    proxy = local.LocalProxy(refuse)

    @rememo.cache
    def body() -> int:
        ran()
        return 1 if proxy is None else 2

    miss(body)
    hit(body)


def test_1_a_dictionary_attribute_that_a_class_overrides_is_not_asked() -> None:
    class Hidden:
        __dict__ = property(refuse)  # type: ignore[assignment]

        def __init__(self, n: int) -> None:
            self.n = n

    assert rememo.hash(Hidden(1)) == rememo.hash(Hidden(1)) != rememo.hash(Hidden(2))


def test_1_properties_and_attribute_hooks_do_not_run() -> None:
    class Hooked:
        __getattr__ = refuse
        value = property(refuse)

        def __init__(self, n: int) -> None:
            self.n = n

    assert rememo.hash(Hooked(1)) == rememo.hash(Hooked(1)) != rememo.hash(Hooked(2))


# 2. Hidden state is not no state.

HIDDEN: dict[str, Callable[[], Any]] = {
    "sqlite3.Connection": lambda: sqlite3.connect(":memory:"),
    "sqlite3.Cursor": lambda: sqlite3.connect(":memory:").cursor(),
    "ssl.SSLContext": ssl.create_default_context,
    "hash object": hashlib.sha256,
    "compressor": zlib.compressobj,
    "socket": socket.socket,
    "json scanner": lambda: json.JSONDecoder().scan_once,
    "generator": lambda: (x for x in ()),
    "iterator": lambda: iter([]),
}


class OwnConnection(sqlite3.Connection):
    """A user's subclass has attributes, and hidden state all the same."""


@pytest.mark.parametrize("name", HIDDEN)
@pytest.mark.parametrize(
    "placed",
    [lambda v: v, lambda v: [v], lambda v: {"key": (v,)}, lambda v: Holder(v)],
    ids=["alone", "in a list", "in a dict", "in an instance"],
)
def test_2_hidden_state_is_refused(name: str, placed: Callable[[Any], Any]) -> None:
    value = HIDDEN[name]()
    with pytest.raises(rememo.UnhashableTypeError) as caught:
        rememo.hash(placed(value))
    assert caught.value.type is type(value)
    assert isinstance(caught.value, TypeError)


class Holder:
    def __init__(self, value: object) -> None:
        self.value = value


def test_2_connections_are_never_equal_even_to_themselves() -> None:
    connection = sqlite3.connect(":memory:")
    other = sqlite3.connect(":memory:", factory=OwnConnection)
    other.name = "other"

    @rememo.cache
    def tables(db: sqlite3.Connection) -> list:
        ran()
        return db.execute("select name from sqlite_master").fetchall()

    for db in (connection, connection, other):
        with pytest.raises(rememo.UnhashableTypeError, match="db"):
            tables(db)


def test_2_hidden_state_that_reduces_itself_is_hashed() -> None:
    partial = functools.partial(int, base=2)  # nothing but hidden state, and a `__reduce__`
    assert rememo.hash(partial) == rememo.hash(functools.partial(int, base=2))
    assert rememo.hash(partial) != rememo.hash(functools.partial(int, base=8))


# 3. What the machinery writes by itself is left out.


class Access(enum.Flag):
    READ = 1
    WRITE = 2
    RUN = 4


def test_3_combining_flags_changes_nothing() -> None:
    before = rememo.hash(Access), rememo.hash(Access.READ)
    assert ~(Access.READ | Access.RUN) is Access.WRITE
    assert (rememo.hash(Access), rememo.hash(Access.READ)) == before


def test_3_combined_flags_are_values_of_their_own() -> None:
    combined = [Access.READ, Access.READ | Access.WRITE, Access.READ | Access.RUN, Access(0)]
    assert len({rememo.hash(value) for value in combined}) == len(combined)
    assert rememo.hash(Access.WRITE | Access.READ) == rememo.hash(combined[1])


class Pickled(typing.NamedTuple):
    x: int = 1


class Slotted:
    __slots__ = ("x",)


class Base(abc.ABC):
    @abc.abstractmethod
    def run(self) -> int: ...


@typing.runtime_checkable
class Running(typing.Protocol):
    def run(self) -> int: ...


class Annotated:
    x: "int"
    y: "list[str]"


MACHINERY: dict[str, tuple[type, Callable[[], object]]] = {
    "__slotnames__ of a named tuple": (Pickled, lambda: pickle.dumps(Pickled(), 2)),
    "__slotnames__ of a slotted class": (Slotted, lambda: pickle.dumps(Slotted(), 2)),
    "the caches of an ABC": (Base, lambda: (isinstance(1, Base), issubclass(dict, Base))),
    "the caches of a protocol": (Running, lambda: isinstance(1, Running)),
    "resolved annotations": (Annotated, lambda: typing.get_type_hints(Annotated)),
    "weak references": (Annotated, lambda: Annotated.__subclasses__()),
}


@pytest.mark.parametrize("name", MACHINERY)
def test_3_what_the_machinery_writes_on_a_class_is_left_out(name: str) -> None:
    kind, use = MACHINERY[name]
    before = rememo.hash(kind)
    use()
    assert rememo.hash(kind) == before


@functools.lru_cache
def squared(x: int) -> int:
    return x * x


@functools.singledispatch
def shown(value: object) -> str:
    return "object"


def test_3_the_contents_of_an_lru_cache_are_left_out() -> None:
    before = rememo.hash(squared)
    assert squared(7) == 49
    assert rememo.hash(squared) == before


def test_3_the_look_up_cache_of_singledispatch_is_left_out_its_registry_is_not() -> None:
    before = rememo.hash(shown)
    shown(1)
    shown("a")
    assert rememo.hash(shown) == before
    shown.register(bytes, lambda value: "bytes")
    assert rememo.hash(shown) != before


def test_3_what_a_path_has_parsed_is_left_out() -> None:
    path = pathlib.Path("a/b")
    before = rememo.hash(path)
    assert (str(path), hash(path), path.parts) and path < pathlib.Path("c")
    assert rememo.hash(path) == before == rememo.hash(pathlib.Path("a", "b"))


def test_3_functions_that_a_c_library_has_looked_up_are_left_out() -> None:
    library = ctypes.CDLL(None)
    before = rememo.hash(library)
    assert library.abs(-3) == 3 and "abs" in vars(library)
    assert rememo.hash(library) == before


def test_3_the_flags_of_a_decimal_context_are_left_out_its_precision_is_not() -> None:
    context = decimal.Context(prec=5)
    before = rememo.hash(context)
    context.divide(decimal.Decimal(1), decimal.Decimal(3))
    assert context.flags[decimal.Inexact]
    assert rememo.hash(context) == before
    context.prec = 6
    assert rememo.hash(context) != before


def test_3_a_cached_property_of_a_library_class_is_left_out() -> None:
    network = ipaddress.ip_network("10.0.0.0/8")
    before = rememo.hash(network)
    assert network.broadcast_address and "broadcast_address" in vars(network)
    assert rememo.hash(network) == before


class Report:
    def __init__(self, rows: list[int]) -> None:
        self.rows = rows

    @functools.cached_property
    def total(self) -> int:
        return sum(self.rows)


def test_3_a_cached_property_of_a_users_class_counts_because_it_can_be_stale() -> None:
    fresh, stale = Report([1, 2]), Report([1])
    assert stale.total == 1
    stale.rows.append(2)
    assert fresh.total == 3
    assert rememo.hash(fresh) != rememo.hash(stale)


def test_3_lazily_computed_flags_of_pandas_and_scipy_are_left_out() -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"k": ["a", "b"], "v": [1, 2]})
    groups = frame.groupby("k")
    before = rememo.hash(frame), rememo.hash(groups)
    groups.sum()
    assert groups.groups and frame["v"].is_unique and frame.index.is_unique
    assert (rememo.hash(frame), rememo.hash(groups)) == before


def test_3_lazily_computed_flags_of_a_sparse_matrix_are_left_out() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    matrix = sparse.csr_matrix([[0, 1], [2, 0]])
    before = rememo.hash(matrix)
    assert matrix.has_sorted_indices and matrix.has_canonical_format
    assert rememo.hash(matrix) == before
