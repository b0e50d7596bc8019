"""Cycles, shared references and depth: any shape of object graph is hashed, and exactly."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from typing import Any

import pytest
import rememo
from _samples import Plain, Point
from _support import OtherProcess, hit, miss, ran, run_script

DEPTH = 100_000


def self_list() -> list[Any]:
    made: list[Any] = []
    made.append(made)
    return made


def ring(length: int, payload: Any = None) -> list[Any]:
    """`length` lists, each holding the payload and the next, the last holding the first."""
    links: list[list[Any]] = [[payload] for _ in range(length)]
    for index, link in enumerate(links):
        link.append(links[(index + 1) % length])
    return links[0]


def self_dict(key: str = "me") -> dict[str, Any]:
    made: dict[str, Any] = {}
    made[key] = made
    return made


def self_instance() -> Plain:
    made = Plain()
    made.me = made  # type: ignore[attr-defined]
    return made


def self_tuple() -> tuple[Any, ...]:
    inner: list[Any] = []
    made = (inner,)
    inner.append(made)
    return made


def parent_and_children() -> Plain:
    parent = Plain(children=[])
    parent.children = [Plain(parent=parent, name=name) for name in "abc"]  # type: ignore[attr-defined]
    return parent


CYCLES: dict[str, Callable[[], Any]] = {
    "list": self_list,
    "dict": self_dict,
    "dict with another key": lambda: self_dict("you"),
    "instance": self_instance,
    "tuple": self_tuple,
    "ring of two": lambda: ring(2),
    "ring of three": lambda: ring(3),
    "ring of two with a payload": lambda: ring(2, "x"),
    "parent and children": parent_and_children,
    "a list around a cycle": lambda: [self_list()],
    "two cycles": lambda: [self_list(), self_list()],
    "a cycle beside a ring": lambda: [self_list(), ring(2)],
}


@pytest.mark.parametrize("name", CYCLES)
def test_a_cycle_equals_its_copy(name: str) -> None:
    digest = rememo.hash(CYCLES[name]())
    assert rememo.hash(CYCLES[name]()) == digest
    assert rememo.hash(copy.deepcopy(CYCLES[name]())) == digest


def test_different_cycles_differ() -> None:
    digests = {name: rememo.hash(make()) for name, make in CYCLES.items()}
    assert len(set(digests.values())) == len(digests), digests


def test_a_cycle_is_kept_apart_from_its_unrolling() -> None:
    """`x[0] is x` can be seen: a cycle is not the list around it, nor a longer way round."""
    cycle = self_list()
    assert rememo.hash([cycle]) != rememo.hash(cycle)
    assert rememo.hash([[cycle]]) != rememo.hash([cycle])
    assert rememo.hash(ring(1)) != rememo.hash(ring(2))
    assert rememo.hash(ring(2)) != rememo.hash(ring(4))


def test_a_cycle_differs_from_where_it_is_entered() -> None:
    a: list[Any] = ["a"]
    b: list[Any] = ["b", a]
    a.append(b)
    assert rememo.hash(a) != rememo.hash(b)


def test_a_value_inside_a_cycle_counts() -> None:
    one, two = parent_and_children(), parent_and_children()
    two.children[1].name = "z"  # type: ignore[attr-defined]
    assert rememo.hash(one) != rememo.hash(two)


def test_a_cycle_has_the_same_hash_in_another_process(other_process: OtherProcess) -> None:
    made = [CYCLES[name]() for name in CYCLES if name != "tuple"]
    assert other_process.hashes(*made) == [rememo.hash(value) for value in made]


def test_a_call_with_a_cycle_hits() -> None:
    @rememo.cache
    def f(value: object) -> int:
        ran()
        return 1

    miss(f, self_list())
    hit(f, self_list())
    miss(f, [self_list()])


def test_sharing_does_not_count() -> None:
    """`[a, a]` equals `[copy, copy]`, at any level and inside cycles too."""
    shared = [1, {"a": "b"}]
    assert rememo.hash([shared, shared]) == rememo.hash([shared, copy.deepcopy(shared)])
    assert rememo.hash({"x": shared, "y": (shared,)}) == rememo.hash(
        {"x": [1, {"a": "b"}], "y": ([1, {"a": "b"}],)}
    )
    point = Point(1, 2)
    assert rememo.hash([point, point]) == rememo.hash([Point(1, 2), Point(1, 2)])
    cycle = self_list()
    assert rememo.hash([cycle, cycle]) == rememo.hash([self_list(), self_list()])


def test_sharing_across_a_set_or_a_key_does_not_count() -> None:
    pair = ("a", "b")
    assert rememo.hash([pair, {pair}, {pair: pair}]) == rememo.hash(
        [("a", "b"), {("a", "b")}, {("a", "b"): ("a", "b")}]
    )


def test_sharing_inside_a_cycle_does_not_count() -> None:
    def build(share: bool) -> list[Any]:
        top: list[Any] = []
        first = [top]
        top.append(first)
        top.append(first if share else [top])
        return top

    assert rememo.hash(build(share=True)) == rememo.hash(build(share=False))


@pytest.mark.parametrize(
    "join",
    [
        lambda x: [x, x],
        lambda x: (x, x),
        lambda x: {"l": x, "r": x},
        lambda x: Plain(l=x, r=x),
        lambda x: Point(x, x),
    ],
    ids=["list", "tuple", "dict", "instance", "dataclass"],
)
def test_sharing_does_not_blow_up_the_cost(join: Callable[[Any], Any]) -> None:
    """200 levels of a value with itself: 2**200 paths, 200 objects."""
    value: Any = "leaf"
    for _ in range(200):
        value = join(value)
    other: Any = "leaf!"
    for _ in range(200):
        other = join(other)
    assert rememo.hash(value) == rememo.hash(value)
    assert rememo.hash(value) != rememo.hash(other)


def test_shared_values_among_cycles_do_not_blow_up_the_cost() -> None:
    top: list[Any] = []
    value: Any = top
    for _ in range(60):
        value = [value, value]
    top.append(value)
    assert rememo.hash(top) == rememo.hash(copy.deepcopy(top))


def test_a_complete_graph_of_instances_ends() -> None:
    """Everyone knows everyone: every path is a cycle."""
    people = [Plain(name=str(number)) for number in range(60)]
    for person in people:
        person.friends = people  # type: ignore[attr-defined]
    assert rememo.hash(people) == rememo.hash(copy.deepcopy(people))


NESTS: dict[str, Callable[[Any], Any]] = {
    "list": lambda x: [x],
    "tuple": lambda x: (x,),
    "dict": lambda x: {"k": x},
    "frozenset": lambda x: frozenset([x]),
    "instance": lambda x: Plain(next=x),
    "dataclass": lambda x: Point(x, 0),
    "partial": lambda x: functools.partial(max, x),
}


@pytest.mark.parametrize("name", NESTS)
def test_depth_is_bounded_by_memory_alone(tmp_path: Any, name: str) -> None:
    """100,000 levels, far beyond the recursion limit; the deepest element counts.

    In a process of its own: a crash of the stack must fail this test and not the whole run.
    """
    out = run_script(
        tmp_path,
        f"""
        import rememo
        from test_arguments_structure import DEPTH, NESTS

        def build(leaf, depth):
            for _ in range(depth):
                leaf = NESTS[{name!r}](leaf)
            return leaf

        a, again, other = build("a", DEPTH), build("a", DEPTH), build("b", DEPTH)
        assert rememo.hash(a) == rememo.hash(again)
        assert rememo.hash(a) != rememo.hash(other)
        assert rememo.hash(a) != rememo.hash(build("a", DEPTH - 1))

        @rememo.cache
        def f(value):
            return type(value).__name__

        f(a)
        f(again)
        f(other)
        assert f.cache_info()[:2] == (1, 2), f.cache_info()
        print("done", flush=True)
        import os
        os._exit(0)  # tearing down such a chain of instances is CPython's affair
        """,
        timeout=60,
    )
    assert out.strip() == "done"


def test_a_deep_output_is_checked_too(tmp_path: Any) -> None:
    out = run_script(
        tmp_path,
        """
        import os
        import warnings
        import rememo

        @rememo.cache
        def nest(depth):
            made = ["leaf"]
            for _ in range(depth):
                made = [made]
            return made

        first = nest(100_000)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert nest(100_000) is first
        print("done", flush=True)
        os._exit(0)
        """,
    )
    assert out.strip() == "done"
