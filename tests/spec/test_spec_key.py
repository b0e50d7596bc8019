"""The specification on the key: "The cache is a key-value store, where the key is a hash of …"."""

from __future__ import annotations

from types import ModuleType

import rememo
from _support import Project, hit, miss, ran

RATE = 0.2
LIMITS = {"low": 1, "high": 10}


def test_the_cache_is_accessed_with_the_decorator() -> None:
    """ "… the cache, which is accessed with the @cache decorator"."""

    @rememo.cache
    def expensive_computation(a: int, b: int) -> int:
        ran()
        return a * b

    assert miss(expensive_computation, 2, 21) == 42
    assert hit(expensive_computation, 2, 21) == 42


def test_the_key_has_the_input_parameters() -> None:
    """ "The input parameters that you called the function with"."""

    @rememo.cache
    def product(a: int, b: int) -> int:
        ran()
        return a * b

    miss(product, 2, 21)
    miss(product, 2, 22)
    miss(product, 21, 2)
    hit(product, 2, 21)


def test_the_key_has_the_value_of_an_external_variable() -> None:
    """ "The value of any external variable used in the function"."""
    global RATE

    @rememo.cache
    def tax(amount: float) -> float:
        ran()
        return amount * RATE

    try:
        assert miss(tax, 100) == 20.0
        RATE = 0.25
        assert miss(tax, 100) == 25.0
        RATE = 0.2
        assert hit(tax, 100) == 20.0
    finally:
        RATE = 0.2


def test_the_key_has_the_value_of_a_mutable_external_variable() -> None:
    """The same sentence for a variable that is changed in place."""

    @rememo.cache
    def within(x: int) -> bool:
        ran()
        return LIMITS["low"] <= x <= LIMITS["high"]

    try:
        assert miss(within, 11) is False
        LIMITS["high"] = 11
        assert miss(within, 11) is True
        hit(within, 11)
    finally:
        LIMITS["high"] = 10


def test_the_key_has_the_value_of_a_closure_variable() -> None:
    """The same sentence for a variable of an enclosing function."""
    factor = 2

    @rememo.cache
    def scale(x: int) -> int:
        ran()
        return x * factor

    assert miss(scale, 10) == 20
    factor = 3
    assert miss(scale, 10) == 30
    assert hit(scale, 10) == 30


APP = """
    import rememo
    from _support import ran
    from steps import clean

    @rememo.cache
    def total(rows):
        ran()
        return sum(clean(rows)){tail}
"""

STEPS = """
    from parts import usable

    def clean(rows):
        return [row for row in rows if usable(row)]
"""

PARTS = """
    def usable(row):
        return row {test}
"""


def _load(project: Project, tail: str = "", test: str = "> 0") -> ModuleType:
    project.write(app=APP.format(tail=tail), steps=STEPS, parts=PARTS.format(test=test))
    return project.load("app")


def test_the_key_has_the_body_of_the_function(project: Project) -> None:
    """ "The body of the function"."""
    assert miss(_load(project).total, [1, 2]) == 3
    assert miss(_load(project, tail=" + 1").total, [1, 2]) == 4
    assert hit(_load(project).total, [1, 2]) == 3


def test_the_key_has_the_body_of_a_function_used_inside(project: Project) -> None:
    """ "The body of any function used inside the cached function", here two modules away."""
    assert miss(_load(project).total, [1, 2]) == 3
    assert miss(_load(project, test="> 1").total, [1, 2]) == 2
    assert hit(_load(project).total, [1, 2]) == 3


def test_a_comment_does_not_belong_to_a_body(project: Project) -> None:
    """A body is what runs: a comment, a blank line or a docstring changes nothing."""
    miss(_load(project).total, [1, 2])
    project.write(
        parts='''
        # A comment, and a blank line below.

        def usable(row):
            """What counts."""

            return row > 0  # positive
        '''
    )
    hit(project.load("app").total, [1, 2])


def test_the_hash_function_traverses_code() -> None:
    """ "a specialized hash function that knows how to traverse code"."""

    def double(x: int) -> int:
        return x * 2

    def treble(x: int) -> int:
        return x * 3

    def through(step):  # type: ignore[no-untyped-def]
        def outer(x: int) -> int:
            return step(x) + 1

        return outer

    assert rememo.hash(through(double)) == rememo.hash(through(double))
    assert rememo.hash(through(double)) != rememo.hash(through(treble))


def test_the_hash_function_hashes_special_objects() -> None:
    """ "… hash special objects": a regex counts by pattern and flags, a function by its code."""
    import re

    assert rememo.hash(re.compile("a+")) == rememo.hash(re.compile("a+"))
    assert rememo.hash(re.compile("a+")) != rememo.hash(re.compile("a+", re.IGNORECASE))
    assert rememo.hash(re.compile("a+")) != rememo.hash(re.compile("a*"))


def test_the_hash_function_can_be_customised_by_the_user() -> None:
    """ "… and can have its behavior customized by the user"."""

    class Opaque:
        def __init__(self, name: str, noise: int) -> None:
            self.name = name
            self.noise = noise

    by_name = {Opaque: lambda value: value.name}
    assert rememo.hash(Opaque("a", 1)) != rememo.hash(Opaque("a", 2))
    assert rememo.hash(Opaque("a", 1), hash_funcs=by_name) == rememo.hash(
        Opaque("a", 2), hash_funcs=by_name
    )
    assert rememo.hash(Opaque("a", 1), hash_funcs=by_name) != rememo.hash(
        Opaque("b", 1), hash_funcs=by_name
    )
