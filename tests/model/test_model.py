"""Random calls against a naive model which agrees on every hit and miss.

The model is a dictionary from a description of the bound call and of all that the function reads.
60,000 steps by default; REMEMO_LONG=1 makes them a million.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from typing import Any

import _support
import pytest
import rememo
from _samples import Plain, Point
from _support import ran

STEPS = 1_000_000 if os.environ.get("REMEMO_LONG") == "1" else 60_000
SEEDS = (1, 2, 3)

RATE: Any = 1
TABLE: dict[str, Any] = {"a": 1}


class Rule:
    limit: Any = 1

    def __init__(self, name: Any) -> None:
        self.name = name

    def check(self, x: Any) -> str:
        return describe([x, self.name, self.limit])


RULE = Rule("r")


def helper(x: Any) -> str:
    return describe([x, RATE])


def describe(value: Any) -> str:
    """What code can see of a value of this model, as text."""
    if type(value) in (list, tuple):
        inner = ", ".join(describe(item) for item in value)
    elif type(value) is dict:
        inner = ", ".join(f"{describe(key)}: {describe(item)}" for key, item in value.items())
    elif type(value) in (set, frozenset):
        inner = ", ".join(sorted(describe(item) for item in value))
    elif hasattr(value, "__dict__"):
        inner = describe([vars(value), getattr(value, "limit", None)])
    else:
        inner = repr(value)
    return f"{type(value).__name__}({inner})"


@rememo.cache
def simple(a: Any, b: Any = 1, *, c: Any = None) -> list[str]:
    ran()
    return [describe([a, b, c])]


@rememo.cache
def collecting(a: Any, *rest: Any, **more: Any) -> list[str]:
    ran()
    return [describe([a, rest, more])]


@rememo.cache
def reading(a: Any) -> list[str]:
    ran()
    return [helper(a), describe(TABLE)]


@rememo.cache
def checking(a: Any) -> list[str]:
    ran()
    return [RULE.check(a)]


@rememo.cache(ignore=("b",), output="private")
def private(a: Any, b: Any = 0) -> list[str]:
    ran()
    return [describe(a)]


class Holder:
    def __init__(self, state: Any) -> None:
        self.state = state

    @rememo.cache
    def method(self, a: Any) -> list[str]:
        ran()
        return [describe([self.state, a])]


ATOMS: list[Callable[[], Any]] = [
    *(lambda: 0, lambda: 1, lambda: 2, lambda: -1, lambda: 2**70, lambda: True, lambda: False),
    *(lambda: 0.0, lambda: -0.0, lambda: 1.0, lambda: float("nan"), lambda: None),
    *(lambda: "", lambda: "a", lambda: "ab", lambda: b"a", lambda: "1", lambda: (), list),
    *(lambda: Point(1, 2), lambda: Point(1, 2.0), lambda: Plain(a=1), lambda: Rule(1)),
]


class Machine:
    """Makes random steps on the real cache and on the model."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.model: dict[str, dict[str, Any]] = {}
        self.hits = self.misses = 0

    def value(self, depth: int = 0) -> Any:
        """A fresh value out of a small world, so that calls repeat."""
        choice = self.random.random()
        if depth < 2 and choice < 0.25:
            items = [self.value(depth + 1) for _ in range(self.random.randrange(3))]
            kind = self.random.randrange(4)
            if kind == 0:
                return items
            if kind == 1:
                return tuple(items)
            if kind == 2:
                return dict(zip("ab", items))
            return {item for item in items if type(item) in (int, str, bool)}
        return self.random.choice(ATOMS)()

    def arguments(self, name: str) -> tuple[tuple[Any, ...], dict[str, Any], str]:
        """A call in one of its spellings, and the description of what is bound."""
        chance, a = self.random, self.value()
        if name == "simple":
            b, c = chance.choice([(1, None), (self.value(), None), (1, self.value())])
            spellings: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
                ((a, b), {"c": c}),
                ((a,), {"b": b, "c": c}),
                ((), {"c": c, "b": b, "a": a}),
            ]
            if type(b) is int and b == 1:
                spellings.append(((a,), {"c": c}))
                if c is None:
                    spellings.append(((a,), {}))
            return *chance.choice(spellings), describe([a, b, c])
        if name == "collecting":
            rest = tuple(self.value(1) for _ in range(chance.randrange(3)))
            names = chance.sample(["x", "y", "z"], chance.randrange(3))
            more = {key: self.value(2) for key in names}
            if not rest and chance.random() < 0.5:
                return (), {**more, "a": a}, describe([a, rest, more])
            return (a, *rest), more, describe([a, rest, more])
        if name == "private":
            return (a, self.value()), {}, describe(a)
        if name == "method":
            holder = Holder(self.value(1))
            if chance.random() < 0.5:
                return (holder, a), {}, describe([holder.state, a])
            return (holder,), {"a": a}, describe([holder.state, a])
        return ((a,), {}, describe(a)) if chance.random() < 0.5 else ((), {"a": a}, describe(a))

    def step(self) -> None:
        choice = self.random.random()
        if choice < 0.02:
            self.change_the_world()
            return
        name = self.random.choice(list(FUNCTIONS))
        function, outside = FUNCTIONS[name]
        if choice < 0.021:
            function.cache_clear()
            self.model[name] = {}
            return
        entries = self.model.setdefault(name, {})
        args, kwargs, bound = self.arguments(name)
        key = f"{bound} | {outside()}"
        if choice < 0.04:
            function.clear(*args, **kwargs)
            entries.pop(key, None)
        elif choice < 0.06:
            assert function.contains(*args, **kwargs) == (key in entries), key
        elif choice < 0.07:
            entries[key] = self.call(function.refresh, args, kwargs, expect=1)
        elif key in entries:
            result = self.call(function, args, kwargs, expect=0)
            assert result == entries[key], key
            assert (result is entries[key]) == (name != "private"), key
            self.hits += 1
        else:
            result = self.call(function, args, kwargs, expect=1)
            entries[key] = list(result) if name == "private" else result
            assert result == function.__wrapped__(*args, **kwargs), key
            self.misses += 1

    def call(
        self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], expect: int
    ) -> list[str]:
        before = _support.runs()
        result = function(*args, **kwargs)
        extra = _support.runs() - before
        assert extra == expect, f"{extra} runs instead of {expect}: {function} {args} {kwargs}"
        assert type(result) is list
        return result

    def change_the_world(self) -> None:
        """Rebind or mutate something that the functions read."""
        global RATE
        kind = self.random.randrange(6)
        if kind == 0:
            RATE = self.random.choice([1, 1.0, True, [1], "1"])
        elif kind == 1:
            TABLE[self.random.choice("ab")] = self.random.choice([1, 2, [1]])
        elif kind == 2:
            TABLE.pop(self.random.choice("ab"), None)
        elif kind == 3:
            Rule.limit = self.random.choice([1, 1.0, (1,)])
        elif kind == 4:
            RULE.name = self.random.choice(["r", "s", ["r"]])
        elif kind == 5 and isinstance(RATE, list):
            RATE.append(2) if len(RATE) < 3 else RATE.clear()


FUNCTIONS: dict[str, tuple[Any, Callable[[], str]]] = {
    "simple": (simple, lambda: ""),
    "collecting": (collecting, lambda: ""),
    "reading": (reading, lambda: describe([RATE, TABLE])),
    "checking": (checking, lambda: describe([RULE, Rule.limit])),
    "private": (private, lambda: ""),
    "method": (Holder.method, lambda: ""),
}


@pytest.fixture
def world() -> Iterator[None]:
    """The world which the functions read, as it was before."""
    global RATE
    yield
    RATE = 1
    TABLE.clear()
    TABLE.update(a=1)
    Rule.limit = 1
    RULE.name = "r"


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("seed", SEEDS)
def test_random_calls_hit_and_miss_exactly_as_the_model(seed: int) -> None:
    machine = Machine(seed)
    for _ in range(STEPS // len(SEEDS)):
        machine.step()
    # The run is worth something only if both happened often.
    assert machine.hits > STEPS // len(SEEDS) // 10
    assert machine.misses > STEPS // len(SEEDS) // 100
