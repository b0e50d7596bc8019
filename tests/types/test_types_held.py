"""What is taken by type and name where something holds it, and what becomes of it alone."""

import asyncio
import logging
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import rememo


class Holder:
    """An instance whose state it is."""

    def __init__(self, value: object) -> None:
        self.value = value


def held(value: object) -> str:
    return rememo.hash(Holder(value))


def event(is_set: bool) -> threading.Event:
    made = threading.Event()
    if is_set:
        made.set()
    return made


BY_STATE: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "threading.Event": (lambda: event(False), lambda: event(True)),
    "threading.Semaphore": (lambda: threading.Semaphore(1), lambda: threading.Semaphore(2)),
    "threading.Barrier": (lambda: threading.Barrier(2), lambda: threading.Barrier(3)),
    "asyncio.Semaphore": (lambda: asyncio.Semaphore(1), lambda: asyncio.Semaphore(2)),
}


@pytest.mark.parametrize("name", BY_STATE)
def test_alone_what_has_a_state_counts_by_it(name: str) -> None:
    one, other = BY_STATE[name]
    assert rememo.hash(one()) == rememo.hash(one()) != rememo.hash(other())
    assert rememo.hash([one()]) != rememo.hash([other()])


@pytest.mark.parametrize("name", BY_STATE)
def test_held_by_an_instance_it_counts_by_type(name: str) -> None:
    one, other = BY_STATE[name]
    assert held(one()) == held(other()) != held(threading.Lock())


class Audit(logging.Logger):
    """A logger of the user's with something in it."""

    def __init__(self, name: str, prefix: str) -> None:
        super().__init__(name)
        self.prefix = prefix


class Pool(ThreadPoolExecutor):
    """A pool of the user's with something in it."""

    def __init__(self, size: int, prefix: str) -> None:
        super().__init__(size)
        self.prefix = prefix


@pytest.mark.parametrize("make", [lambda p: Audit("a", p), lambda p: Pool(1, p)])
def test_what_a_users_subclass_adds_counts(make: Callable[[str], Any]) -> None:
    assert held(make("x")) == held(make("x")) != held(make("y"))


def test_a_pool_that_works_is_what_it_was() -> None:
    pool = Pool(1, "x")
    before = held(pool)
    assert pool.submit(abs, -1).result() == 1
    assert held(pool) == before
    pool.shutdown()
    assert held(pool) == before


def test_a_logger_counts_by_name_a_handler_by_its_name(tmp_path: Path) -> None:
    logger = logging.getLogger("rememo.types.a")
    before = rememo.hash(logger), held(logger)
    logger.addHandler(logging.FileHandler(tmp_path / "log"))
    logger.error("something")
    assert (rememo.hash(logger), held(logger)) == before
    assert rememo.hash(logging.getLogger("rememo.types.b")) != before[0]
    handler = logger.handlers[0]
    before = rememo.hash(handler), held(handler)
    logger.error("something more")
    assert (rememo.hash(handler), held(handler)) == before
    logger.removeHandler(handler)
    handler.close()


def test_an_adapter_counts_by_what_it_adds() -> None:
    logger = logging.getLogger("rememo.types.a")
    values = [logging.LoggerAdapter(logger, extra) for extra in ({"a": 1}, {"a": 2})]
    assert rememo.hash(values[0]) != rememo.hash(values[1])


def test_a_stream_is_standard_if_sys_holds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Teed:
        """What programs put in the place of a stream."""

        def __init__(self, stream: object) -> None:
            self.stream, self.written = stream, []

        def write(self, text: str) -> None:
            self.written.append(text)

    teed = Teed(sys.stdout)
    before = rememo.hash(teed)
    teed.write("a")
    assert rememo.hash(teed) != before
    monkeypatch.setattr(sys, "stdout", teed)
    standard = rememo.hash(teed)
    teed.write("b")
    assert rememo.hash(teed) == standard != before


def test_a_capsule_counts_by_its_name() -> None:
    datetime_capi = sys.modules["datetime"].datetime_CAPI
    assert type(datetime_capi).__name__ == "PyCapsule"
    assert held(datetime_capi) == held(datetime_capi)
    with pytest.raises(rememo.UnhashableTypeError):
        rememo.hash(datetime_capi)


def test_resources_are_refused_though_they_could_be_read() -> None:
    sqlalchemy = pytest.importorskip("sqlalchemy")
    engine = sqlalchemy.create_engine("sqlite://")
    for value in (engine, engine.pool, Holder(engine), [engine]):
        with pytest.raises(rememo.UnhashableTypeError):
            rememo.hash(value)


def test_a_row_of_sqlalchemy_counts_by_its_values() -> None:
    orm = pytest.importorskip("sqlalchemy.orm")
    sqlalchemy = pytest.importorskip("sqlalchemy")

    class Base(orm.DeclarativeBase):
        pass

    class Item(Base):
        __tablename__ = "item"
        id = sqlalchemy.Column(sqlalchemy.Integer, primary_key=True)
        name = sqlalchemy.Column(sqlalchemy.String)

    assert rememo.hash(Item(id=1, name="a")) == rememo.hash(Item(id=1, name="a"))
    assert rememo.hash(Item(id=1, name="a")) != rememo.hash(Item(id=1, name="b"))


def test_addresses_are_refused_numbers_of_c_are_not() -> None:
    import ctypes

    class Inner(ctypes.Structure):
        _fields_ = [("P", ctypes.c_int), ("z", ctypes.c_double)]

    class Pointing(ctypes.Structure):
        _fields_ = [("n", ctypes.c_int), ("text", ctypes.c_char_p)]

    kinds = [ctypes.c_int(1), ctypes.c_int(2), ctypes.c_long(1), Inner(1, 2), Inner(1, 3)]
    kinds.append((ctypes.c_int * 2)(1, 2))
    assert len({rememo.hash(value) for value in kinds}) == len(kinds)
    number = ctypes.c_int(1)
    for value in (
        *(ctypes.c_char_p(b"a"), ctypes.c_void_p(1), ctypes.pointer(number), Pointing(1, b"a")),
        *(ctypes.py_object(number), ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 1)),
    ):
        with pytest.raises(rememo.UnhashableTypeError):
            rememo.hash(value)


def test_a_function_of_a_c_library_counts_by_name_and_prototype() -> None:
    import ctypes

    one, same, typed = (ctypes.CDLL(None)["abs"] for _ in range(3))
    typed.argtypes = [ctypes.c_int]
    other = ctypes.CDLL(None)["labs"]
    digests = [rememo.hash(function) for function in (one, same, typed, other)]
    assert digests[0] == digests[1] and len(set(digests)) == 3
