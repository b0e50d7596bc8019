"""The rarer types of the standard library, and what counts by type where something holds it."""

import asyncio
import collections
import concurrent.futures
import contextvars
import csv
import ctypes
import functools
import ipaddress
import json
import logging
import multiprocessing
import random
import re
import sqlite3
import ssl
import struct
import sys
import threading
import typing
import weakref


class Holder:
    """An instance whose state it is."""

    def __init__(self, value: object) -> None:
        self.value = value


class Kept:
    """Something that a weak reference can refer to."""

    def __init__(self, n: int) -> None:
        self.n = n

    def method(self) -> int:
        return self.n


class Called(Kept):
    """One whose proxy can be called."""

    def __call__(self) -> int:
        return self.n


class Pair(ctypes.Structure):
    _fields_ = [("first", ctypes.c_int), ("second", ctypes.c_double)]


class Shape:
    @functools.singledispatchmethod
    def scaled(self, by: object) -> object:
        return by

    @functools.cached_property
    def area(self) -> int:
        return 1


ONE, TWO, CALLED = Kept(1), Kept(2), Called(1)


def row(text: str) -> sqlite3.Row:
    """A row of one column."""
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    return connection.execute("select ? as name", (text,)).fetchone()


def set_in_context(n: int) -> contextvars.Context:
    """A context in which one variable is set."""
    context = contextvars.Context()
    context.run(VARIABLE.set, n)
    return context


def alias(name: str) -> object:
    """What `type A = int` makes."""
    scope: dict[str, object] = {}
    exec(f"type {name} = int", scope)
    return scope[name]


VARIABLE: contextvars.ContextVar[int] = contextvars.ContextVar("rememo_types_variable")

DISTINCT = {
    "views of dicts": [
        *(lambda n=n: {"a": n}.items() for n in (1, 2)),
        *(lambda n=n: {n: 1}.keys() for n in "ab"),
        *(lambda n=n: {"a": n}.values() for n in (1, 2)),
        lambda: collections.OrderedDict(a=1).items(),
        lambda: collections.OrderedDict(a=1).keys(),
        lambda: collections.OrderedDict(a=1).values(),
    ],
    "weak references": [
        *(lambda kept=kept: weakref.ref(kept) for kept in (ONE, TWO)),
        *(lambda key=key: weakref.KeyedRef(ONE, None, key) for key in (1, 2)),
        lambda: weakref.WeakMethod(ONE.method),
        lambda: weakref.WeakSet([ONE]),
        lambda: weakref.WeakValueDictionary(a=ONE),
        lambda: weakref.WeakKeyDictionary({ONE: 1}),
    ],
    "proxies": [lambda: weakref.proxy(ONE), lambda: weakref.proxy(CALLED)],
    "rarer values": [
        *(lambda text=text: struct.Struct(text) for text in ("<i", "<q")),
        *(lambda text=text: re.match("(a)b?", text) for text in ("a", "ab")),
        *(lambda text=text: row(text) for text in ("a", "b")),
        *(lambda d=d: csv.reader([], d).dialect for d in (csv.excel, csv.excel_tab)),
        *(lambda strict=strict: json.JSONDecoder(strict=strict) for strict in (True, False)),
        *(lambda n=n: set_in_context(n) for n in (1, 2)),
        lambda: ipaddress.IPv6Network("2001:db8::/32"),
        lambda: ipaddress.IPv6Interface("2001:db8::1/32"),
        lambda: random.SystemRandom(),
        lambda: Shape.__dict__["area"],
        lambda: Shape.__dict__["scaled"],
        *(lambda name=name: typing.ForwardRef(name) for name in ("int", "str")),
        *(lambda name=name: typing.ParamSpec(name) for name in "PQ"),
        *(lambda name=name: typing.TypeVarTuple(name) for name in "ST"),
        *(lambda n=n: super(Called, Called(n)) for n in (1, 2)),
        *(lambda name=name: alias(name) for name in "AB" if sys.version_info >= (3, 12)),
    ],
    "wrapped methods": [
        *(lambda kind=kind: kind(Kept.method) for kind in (property, staticmethod, classmethod)),
    ],
    "ctypes": [
        *(lambda kind=kind: kind(None) for kind in (ctypes.CDLL, ctypes.PyDLL)),
        *(lambda name=name: ctypes.CDLL(None)[name] for name in ("abs", "labs")),
        *(lambda name=name: vars(Pair)[name] for name in ("first", "second")),
        lambda: ctypes.cdll,
    ],
    "open files": [
        *(lambda mode=mode: open(__file__, mode) for mode in ("r", "rb", "r+b", "ab")),
        lambda: open(__file__, "rb", buffering=0),
        lambda: open(__file__, encoding="ascii"),
        lambda: open(logging.__file__, "rb"),
    ],
    "held": [
        *(
            lambda make=make: Holder(make())
            for make in (
                *(threading.Lock, threading.RLock, threading._RLock, threading.Condition),
                *(threading.local, threading.Event, threading.Semaphore),
                *(asyncio.Lock, asyncio.Condition, asyncio.Event, asyncio.Semaphore),
                lambda: threading.Barrier(2),
                lambda: asyncio.Barrier(2),
                lambda: concurrent.futures.ThreadPoolExecutor(1),
                lambda: concurrent.futures.ProcessPoolExecutor(1),
                *(multiprocessing.Lock, multiprocessing.Condition, multiprocessing.Event),
                lambda: multiprocessing.Lock()._semlock,
                lambda: logging.getLogger("rememo.types.held"),
                lambda: logging.NullHandler(),
                lambda: logging.Logger.manager,
                lambda: logging.PlaceHolder(logging.getLogger("rememo.types.held")),
                lambda: sys.modules["datetime"].datetime_CAPI,
            )
        ),
    ],
}

ALIKE: dict = {}

UNCOPIED = {
    "views of dicts",
    "weak references",
    "proxies",
    "rarer values",
    "wrapped methods",
    "ctypes",
    "open files",
    "held",
}


def loop() -> asyncio.AbstractEventLoop:
    """An event loop that is closed."""
    made = asyncio.new_event_loop()
    made.close()
    return made


REFUSED = {
    "resources": [
        lambda: multiprocessing.Process(target=abs),
        lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        loop,
    ],
    "locks of their own": [
        *(threading.Lock, threading.RLock, threading.Condition, threading.local),
        *(asyncio.Lock, asyncio.Condition, multiprocessing.Lock),
        lambda: sys.modules["datetime"].datetime_CAPI,
    ],
    "iterators": [lambda: iter([1]), lambda: (n for n in ()), lambda: zip([1], [2], strict=True)],
}
