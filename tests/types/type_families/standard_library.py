"""Value types of the standard library."""

import contextvars
import datetime
import decimal
import enum
import fractions
import functools
import http
import ipaddress
import operator
import pathlib
import random
import re
import statistics
import time
import types
import typing
import uuid
import zoneinfo

import rememo

UTC = datetime.UTC
HOUR = datetime.timedelta(hours=1)
Name = typing.TypeVar("Name")


class Colour(enum.Enum):
    RED = 1
    CRIMSON = 1  # noqa: PIE796 (an alias)
    GREEN = 2


class Fruit(enum.Enum):
    RED = 1


class Access(enum.Flag):
    READ = 1
    WRITE = 2


class Level(enum.IntEnum):
    LOW = 1


class Word(enum.StrEnum):
    LOW = "low"


def named(name: str, *value: object) -> contextvars.ContextVar:
    """A context variable of that name, set where a value is given."""
    made: contextvars.ContextVar = contextvars.ContextVar(name, default=0)
    if value:
        made.set(value[0])
    return made


def advanced(seed: int, steps: int) -> random.Random:
    """A generator after some steps."""
    made = random.Random(seed)
    for _ in range(steps):
        made.random()
    return made


def error_with(**attributes: object) -> Exception:
    """An exception that carries attributes."""
    made = ValueError("x")
    made.__dict__.update(attributes)
    return made


DISTINCT = {
    "datetime": [
        *(lambda: datetime.datetime(2024, 10, 27, 2, 30), lambda: datetime.datetime(2024, 10, 27)),
        lambda: datetime.datetime(2024, 10, 27, 2, 30, tzinfo=UTC),
        lambda: datetime.datetime(2024, 10, 27, 2, 30, fold=1),
        lambda: datetime.datetime(2024, 10, 27, 3, 30, tzinfo=datetime.timezone(HOUR)),
        lambda: datetime.datetime(2024, 10, 27, 2, 30, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")),
        lambda: datetime.datetime(2024, 10, 27, 2, 30, 0, 1),
    ],
    "date, time, timedelta, timezone": [
        *(lambda: datetime.date(2024, 10, 27), lambda: datetime.date(2024, 10, 28)),
        *(lambda: datetime.time(2, 30), lambda: datetime.time(2, 30, fold=1)),
        *(lambda: datetime.time(2, 30, tzinfo=UTC), lambda: datetime.timedelta(days=1)),
        *(lambda: datetime.timedelta(microseconds=1), lambda: datetime.timedelta(days=-1)),
        *(lambda: UTC, lambda: datetime.timezone(HOUR), lambda: datetime.timezone(HOUR, "CET")),
    ],
    "ZoneInfo": [lambda: zoneinfo.ZoneInfo("UTC"), lambda: zoneinfo.ZoneInfo("Europe/Berlin")],
    "Decimal": [
        *(lambda text=text: decimal.Decimal(text) for text in ("1", "1.0", "1.00", "0", "-0")),
        *(lambda text=text: decimal.Decimal(text) for text in ("1E+2", "100", "Infinity")),
        *(lambda text=text: decimal.Decimal(text) for text in ("-Infinity", "0E+1", "NaN", "sNaN")),
    ],
    "decimal.Context": [
        *(lambda: decimal.Context(prec=5), lambda: decimal.Context(prec=6)),
        lambda: decimal.Context(prec=5, rounding=decimal.ROUND_UP),
        lambda: decimal.Context(prec=5, traps=[decimal.Inexact]),
    ],
    "Fraction": [lambda: fractions.Fraction(1, 2), lambda: fractions.Fraction(2)],
    "UUID": [lambda: uuid.UUID(int=0), lambda: uuid.UUID(int=1)],
    "ipaddress": [
        *(lambda: ipaddress.ip_address("10.0.0.1"), lambda: ipaddress.ip_address("::1")),
        *(lambda: ipaddress.ip_network("10.0.0.0/8"), lambda: ipaddress.ip_network("10.0.0.0/9")),
        *(lambda: ipaddress.ip_interface("10.0.0.1/8"), lambda: ipaddress.ip_address("10.0.0.2")),
        *(lambda: ipaddress.ip_address("fe80::1%a"), lambda: ipaddress.ip_address("fe80::1%b")),
    ],
    "Path": [
        *(lambda: pathlib.Path("a"), lambda: pathlib.Path("a/b"), lambda: pathlib.Path("/a")),
        *(lambda: pathlib.PurePosixPath("a"), lambda: pathlib.PureWindowsPath("a")),
        *(lambda: pathlib.Path("a/../a"), lambda: pathlib.PureWindowsPath("A")),
    ],
    "Enum": [
        *(lambda: Colour.RED, lambda: Colour.GREEN, lambda: Fruit.RED, lambda: Level.LOW),
        *(lambda: Word.LOW, lambda: Access.READ, lambda: Access.READ | Access.WRITE),
        *(lambda: Access(0), lambda: http.HTTPStatus.OK, lambda: re.IGNORECASE),
    ],
    "Enum classes": [lambda: Colour, lambda: Fruit, lambda: Access, lambda: Level],
    "pattern": [
        *(lambda: re.compile("a"), lambda: re.compile("b"), lambda: re.compile("a", re.I)),
        *(lambda: re.compile(b"a"), lambda: re.compile("a", re.A), lambda: re.compile("a", re.M)),
    ],
    "structured tuples": [
        *(lambda: time.gmtime(0), lambda: time.gmtime(1), lambda: tuple(time.gmtime(0))),
        *(lambda: statistics.NormalDist(), lambda: statistics.NormalDist(1, 2)),
    ],
    "exceptions": [
        *(lambda: ValueError(), lambda: ValueError("x"), lambda: ValueError("y")),
        *(lambda: ValueError("x", 1), lambda: KeyError("x"), lambda: OSError(2, "x")),
        *(lambda: OSError(3, "x"), lambda: OSError(2, "x", "file"), lambda: ValueError),
        *(lambda: ExceptionGroup("g", [ValueError("x")]), lambda: error_with(code=1)),
        lambda: error_with(code=2),
    ],
    "generic aliases": [
        *(lambda: list[int], lambda: list[str], lambda: dict[str, int], lambda: tuple[int, ...]),
        *(lambda: typing.Literal[1], lambda: typing.Literal["1"], lambda: typing.Any),
        *(lambda: int | str, lambda: int | float, lambda: typing.Annotated[int, "m"]),
        *(lambda: typing.Annotated[int, "n"], lambda: typing.Callable[[int], str]),
    ],
    "partial": [
        *(lambda: functools.partial(int), lambda: functools.partial(int, "1")),
        *(lambda: functools.partial(int, base=2), lambda: functools.partial(float, "1")),
        *(lambda: functools.partial(int, "1", base=2), lambda: functools.partial(int, "1", base=3)),
    ],
    "operator": [
        *(lambda: operator.itemgetter(1), lambda: operator.itemgetter(1, 2)),
        *(lambda: operator.attrgetter("a"), lambda: operator.attrgetter("a.b")),
        *(lambda: operator.methodcaller("a"), lambda: operator.methodcaller("a", 1)),
        lambda: operator.methodcaller("a", x=1),
    ],
    "ContextVar": [
        *(lambda: named("a"), lambda: named("b"), lambda: named("a", 1), lambda: named("a", 2)),
    ],
    "Random": [
        *(lambda: advanced(1, 0), lambda: advanced(2, 0), lambda: advanced(1, 1)),
    ],
    "modules": [lambda: operator, lambda: functools, lambda: types],
    "TypeVar": [lambda: Name],
    "Env": [lambda: rememo.Env("ORDINARY_A"), lambda: rememo.Env("ORDINARY_B")],
}

ALIKE = {
    "datetime of equal parts": [
        lambda: datetime.datetime(2024, 1, 2, tzinfo=UTC),
        lambda: datetime.datetime.fromisoformat("2024-01-02T00:00:00+00:00"),
    ],
    "NaN of decimal": [
        lambda text=text: decimal.Decimal(text) for text in ("NaN", "-NaN", "NaN0", "-NaN123")
    ],
    "signaling NaN of decimal": [
        lambda text=text: decimal.Decimal(text) for text in ("sNaN", "-sNaN", "sNaN7")
    ],
    "decimal.Context whatever happened under it": [
        lambda: decimal.Context(prec=5),
        lambda: decimal.Context(prec=5, flags=[decimal.Inexact, decimal.Rounded]),
    ],
    "Path whatever was asked of it": [
        lambda: pathlib.Path("a", "b"),
        lambda: _asked(pathlib.Path("a/b")),
        lambda: pathlib.Path("a") / "b",
    ],
    "aliases of a member": [lambda: Colour.RED, lambda: Colour.CRIMSON, lambda: Colour(1)],
    "network whatever was asked of it": [
        lambda: ipaddress.ip_network("10.0.0.0/8"),
        lambda: _broadcast(ipaddress.ip_network("10.0.0.0/8")),
    ],
}


def _asked(path: pathlib.Path) -> pathlib.Path:
    assert str(path) == "a/b" and hash(path) and path.parts and not path.suffix
    assert path < pathlib.Path("z")
    return path


def _broadcast(network: typing.Any) -> typing.Any:
    assert network.broadcast_address and network.hostmask
    return network


UNCOPIED = {"modules", "ContextVar"}
