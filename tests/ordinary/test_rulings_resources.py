"""Resources and identity: rulings 9 and 10 of "Ordinary programs", and that every walk ends."""

import ast
import gc
import re
import socket
import sqlite3
import threading
import unittest.mock
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import rememo
from _support import Project, hit, miss, ran, run_script

SHOP = """
    import socket, sqlite3
    import rememo

    database = sqlite3.connect(":memory:")
    left, unread_peer = socket.socketpair()

    class Service:
        def __init__(self):
            self.clients = {"first": sqlite3.connect(":memory:").cursor()}

    service = Service()
    RATE = 2

    def stored():
        return database.total_changes

    @rememo.cache
    def total(x):
        left.fileno()
        return x * RATE + stored() + len(service.clients)
"""


@pytest.fixture
def message(project: Project) -> Iterator[str]:
    """The error of a call which reaches several resources."""
    project.write(shop=SHOP)
    module = project.load("shop")
    with pytest.raises(rememo.UnhashableTypeError) as caught:
        module.total(1)
    yield str(caught.value)
    module.left.close()
    module.unread_peer.close()


# 9. Resources raise, all of them at once.


def test_9_all_offending_values_of_a_call_are_named_at_once(message: str) -> None:
    for name in ("database", "left", "service", "clients"):
        assert re.search(rf"\b{name}\b", message), name
    assert "unread_peer" not in message


def test_9_each_is_named_with_type_reader_and_place(message: str) -> None:
    for kind in ("Connection", "socket", "Cursor"):
        assert kind in message
    for reader in ("total", "stored"):
        assert re.search(rf"\b{reader}\b", message), reader
    places = {int(line) for line in re.findall(r"shop\.py:(\d+)", message)}
    lines = [line.strip() for line in SHOP.splitlines()]
    read_in = {number: lines[number - 1] for number in places}
    assert any("database" in line or "def stored" in line for line in read_in.values()), read_in


def test_9_the_lines_to_paste_can_be_pasted(message: str) -> None:
    assert 'opaque="identity"' in message
    registered = re.findall(r"rememo\.register\(.*", message)
    names = {ast.literal_eval(ast.parse(line).body[0].value.args[0]) for line in registered}
    assert names == {"sqlite3.Connection", "sqlite3.Cursor", "socket.socket"}
    assert "hash_funcs={" in message


def test_9_the_remedy_for_the_project_works_when_it_is_pasted(tmp_path: Path) -> None:
    printed = run_script(
        tmp_path,
        """
        import re, sqlite3
        import rememo

        database = sqlite3.connect(":memory:")

        @rememo.cache
        def changes(x):
            return database.total_changes + x

        try:
            changes(1)
        except rememo.UnhashableTypeError as error:
            for line in re.findall(r"rememo[.]register[(].*", str(error)):
                exec(line)
        changes(1), changes(1)
        print(changes.cache_info().hits)
        """,
    )
    assert printed.split() == ["1"]


def test_9_a_registered_function_is_used_by_name_without_importing(tmp_path: Path) -> None:
    printed = run_script(
        tmp_path,
        """
        import sys
        import rememo

        rememo.register("sqlite3.Connection", lambda c: c.total_changes)
        print("sqlite3" in sys.modules)

        import sqlite3
        database = sqlite3.connect(":memory:")
        database.execute("create table t (x)")

        @rememo.cache
        def changes():
            return database.total_changes

        print(changes(), changes(), changes.cache_info().hits)
        database.execute("insert into t values (1)")
        print(changes(), changes.cache_info().hits)
        """,
    )
    assert printed.split() == ["False", "0", "0", "1", "1", "1"]


def test_9_opaque_identity_takes_external_values_and_attributes_of_instances() -> None:
    class Service:
        def __init__(self) -> None:
            self.connection = sqlite3.connect(":memory:")

    database, service = sqlite3.connect(":memory:"), Service()

    @rememo.cache(opaque="identity")
    def body(x: int) -> bool:
        ran()
        return database is service

    miss(body, 1)
    hit(body, 1)
    service.connection = sqlite3.connect(":memory:")
    miss(body, 1)
    database = sqlite3.connect(":memory:")
    miss(body, 1)
    hit(body, 1)


def test_9_opaque_identity_is_not_for_arguments() -> None:
    @rememo.cache(opaque="identity")
    def body(db: sqlite3.Connection) -> int:
        return 1

    with pytest.raises(rememo.UnhashableTypeError, match="db"):
        body(sqlite3.connect(":memory:"))


def test_9_opaque_identity_for_the_project(tmp_path: Path) -> None:
    printed = run_script(
        tmp_path,
        """
        import sqlite3
        import rememo

        rememo.configure(opaque="identity")
        database = sqlite3.connect(":memory:")

        @rememo.cache
        def changes():
            return database.total_changes

        @rememo.cache(opaque="error")
        def strict():
            return database.total_changes

        print(changes(), changes(), changes.cache_info().hits)
        try:
            strict()
        except rememo.UnhashableTypeError:
            print("refused")
        """,
    )
    assert printed.split() == ["0", "0", "1", "refused"]


def test_9_a_resource_in_hash_funcs_is_no_error_any_more() -> None:
    database = sqlite3.connect(":memory:")

    @rememo.cache(hash_funcs={"sqlite3.Connection": lambda c: c.total_changes})
    def body() -> int:
        ran()
        return database.total_changes

    miss(body)
    hit(body)
    database.executescript("create table t (x); insert into t values (1)")
    assert miss(body) == 1


class FailingState:
    error: Exception = RuntimeError("no state")

    def __getstate__(self) -> object:
        raise self.error


class FailingReduction:
    error: Exception = ValueError("no reduction")

    def __reduce_ex__(self, protocol: object) -> Any:
        raise self.error


class RecursiveState:
    error = RecursionError

    def __getstate__(self) -> object:
        return self.__getstate__()


class NonsenseReduction:
    error = None

    def __reduce_ex__(self, protocol: object) -> Any:
        return 42


@pytest.mark.parametrize(
    "kind", [FailingState, FailingReduction, RecursiveState, NonsenseReduction]
)
@pytest.mark.parametrize("placed", [lambda v: v, lambda v: {"key": [v]}])
def test_9_a_state_that_fails_is_unhashable_with_its_cause(
    kind: type, placed: Callable[[Any], Any]
) -> None:
    with pytest.raises(rememo.UnhashableTypeError) as caught:
        rememo.hash(placed(kind()))
    assert caught.value.type is kind
    error = kind.error
    if isinstance(error, Exception):
        assert caught.value.__cause__ is error
    elif error is not None:
        assert isinstance(caught.value.__cause__, error)


def test_9_an_exit_while_hashing_is_not_swallowed() -> None:
    class Interrupted:
        def __getstate__(self) -> object:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rememo.hash(Interrupted())


# 10. Identity is a lifetime.


class Session:
    """Weakly referable, with a free list's habit of coming back at the same address."""


class Slotted:
    """Not even weakly referable."""

    __slots__ = ("x",)


class Own(sqlite3.Connection):
    """A user's subclass of a resource."""


MADE: dict[str, Callable[[], Any]] = {
    "an instance": Session,
    "an instance without weak references": Slotted,
    "a connection": lambda: sqlite3.connect(":memory:"),
    "an own connection": lambda: sqlite3.connect(":memory:", factory=Own),
    "a lock": threading.Lock,
    "a list": lambda: [1],
    "a socket": socket.socket,
}
# Where an object can be referred to weakly, its token does not keep it alive.
MORTAL = ["an instance", "an own connection", "a lock", "a socket"]


def reused(make: Callable[[], Any], digest: Callable[[Any], str]) -> Iterator[tuple[int, str]]:
    """Addresses and digests of objects that die one after the other."""
    for _ in range(200):
        value = make()
        yield id(value), digest(value)
        if hasattr(value, "close"):
            value.close()
        del value
        gc.collect(0)


@pytest.mark.parametrize("name", MADE)
def test_10_a_token_is_never_used_again_when_an_address_is(name: str) -> None:
    kind = type(MADE[name]())
    found = list(reused(MADE[name], lambda v: rememo.hash(v, hash_funcs={kind: id})))
    assert len({digest for _, digest in found}) == len(found)
    if name in MORTAL:
        assert len({address for address, _ in found}) < len(found), "no address came back"


@pytest.mark.parametrize("name", MADE)
def test_10_an_object_that_lives_keeps_its_token(name: str) -> None:
    value, other = MADE[name](), MADE[name]()
    funcs = {type(value): id}
    assert rememo.hash(value, hash_funcs=funcs) == rememo.hash(value, hash_funcs=funcs)
    assert rememo.hash(value, hash_funcs=funcs) != rememo.hash(other, hash_funcs=funcs)
    gc.collect()
    assert rememo.hash((value,), hash_funcs=funcs) == rememo.hash((value,), hash_funcs=funcs)
    for socket_ in (value, other):
        if hasattr(socket_, "close"):
            socket_.close()


def test_10_opaque_identity_never_takes_a_new_connection_for_a_dead_one() -> None:
    database: Any = None

    @rememo.cache(opaque="identity")
    def body() -> str:
        ran()
        return database.execute("pragma database_list").fetchall() and str(database.total_changes)

    for _ in range(50):
        database = sqlite3.connect(":memory:")
        miss(body)
        hit(body)
        database.close()
        database = None
        gc.collect(0)


def test_10_no_other_process_has_the_token(tmp_path: Path) -> None:
    script = """
        import sqlite3
        import rememo

        database = sqlite3.connect(":memory:")

        @rememo.cache(opaque="identity")
        def changes():
            return database.total_changes

        print(changes.key(), rememo.hash(database, hash_funcs={sqlite3.Connection: id}))
    """
    printed = [run_script(tmp_path, script, seed=0).split() for _ in range(2)]
    assert not set(printed[0]) & set(printed[1])


# Every walk ends.


@pytest.mark.parametrize(
    "kind", [unittest.mock.Mock, unittest.mock.MagicMock, unittest.mock.AsyncMock]
)
def test_a_mock_ends(kind: type) -> None:
    mock = kind(name="service")
    mock.method.return_value = 3
    outcome = outcome_of(mock)
    assert outcome == outcome_of(mock)


def test_a_figure_ends() -> None:
    figure = pytest.importorskip("matplotlib.figure").Figure()
    axes = figure.subplots(2, 2)
    axes[0, 0].plot([1, 2, 3])
    assert outcome_of(figure) == outcome_of(figure)


def test_a_flask_application_ends() -> None:
    app = pytest.importorskip("flask").Flask("ordinary")
    app.add_url_rule("/", view_func=lambda: "hello")
    app.test_client().get("/")
    assert outcome_of(app) == outcome_of(app)


def outcome_of(value: object) -> str:
    """The digest, or that it is refused: nothing else comes out of hashing."""
    try:
        return rememo.hash(value)
    except rememo.UnhashableTypeError as error:
        return f"refused: {error.path}"
