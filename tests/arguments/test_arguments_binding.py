"""A call is bound to the signature: two spellings of one call are one entry."""

from __future__ import annotations

from typing import Any

import pytest
import rememo
from _support import hit, miss, ran, runs


def test_positional_and_keyword_are_one_entry() -> None:
    @rememo.cache
    def f(a: int, b: int) -> int:
        ran()
        return a - b

    assert miss(f, 1, 2) == -1
    assert hit(f, 1, b=2) == -1
    assert hit(f, a=1, b=2) == -1
    assert hit(f, b=2, a=1) == -1
    assert miss(f, a=2, b=1) == 1


def test_an_explicit_default_is_the_same_call() -> None:
    @rememo.cache
    def f(a: int, b: int = 2, *, c: int = 3) -> tuple[int, int, int]:
        ran()
        return a, b, c

    assert miss(f, 1) == (1, 2, 3)
    hit(f, 1, 2)
    hit(f, 1, b=2)
    hit(f, 1, c=3)
    hit(f, c=3, b=2, a=1)
    assert miss(f, 1, c=2) == (1, 2, 2)


def test_an_explicit_default_of_another_type_is_another_call() -> None:
    @rememo.cache
    def f(a: object = 2) -> object:
        ran()
        return a

    miss(f)
    miss(f, 2.0)
    miss(f, True)
    hit(f, 2)


def test_positional_only_parameters_and_keywords_of_the_same_name() -> None:
    @rememo.cache
    def f(a: int, /, **rest: int) -> tuple[int, dict[str, int]]:
        ran()
        return a, rest

    assert miss(f, 1) == (1, {})
    assert miss(f, 1, a=2) == (1, {"a": 2})
    assert miss(f, 2, a=1) == (2, {"a": 1})
    assert hit(f, 1, a=2) == (1, {"a": 2})


def test_variable_positionals_are_in_order() -> None:
    @rememo.cache
    def f(*values: Any) -> tuple[Any, ...]:
        ran()
        return values

    miss(f)
    miss(f, 1, 2)
    miss(f, 2, 1)
    miss(f, (1, 2))
    miss(f, 1, 2, None)
    hit(f, *[1, 2])


def test_what_keywords_collect_is_in_order() -> None:
    """Code can see the order of `**kwargs`, so that it counts."""

    @rememo.cache
    def f(**values: int) -> list[str]:
        ran()
        return list(values)

    assert miss(f, x=1, y=2) == ["x", "y"]
    assert miss(f, y=2, x=1) == ["y", "x"]
    assert hit(f, x=1, y=2) == ["x", "y"]


def test_keywords_of_named_parameters_may_stand_among_collected_ones() -> None:
    @rememo.cache
    def f(a: int, **values: int) -> list[str]:
        ran()
        return list(values)

    assert miss(f, x=1, a=0, y=2) == ["x", "y"]
    assert hit(f, a=0, x=1, y=2) == ["x", "y"]
    assert hit(f, 0, x=1, y=2) == ["x", "y"]


def test_positionals_are_no_keywords() -> None:
    @rememo.cache
    def f(*args: Any, **kwargs: Any) -> str:
        ran()
        return f"{args}{kwargs}"

    calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
        ((), {}),
        (("a", 1), {}),
        ((("a", 1),), {}),
        (({"a": 1},), {}),
        ((), {"a": 1}),
        ((), {"args": (), "kwargs": {}}),
        (((), {}), {}),
    ]
    results = [miss(f, *args, **kwargs) for args, kwargs in calls]
    assert len(set(results)) == len(calls)
    assert [hit(f, *args, **kwargs) for args, kwargs in calls] == results


def test_parameters_may_have_any_name() -> None:
    """The wrapper's own parameters never collide with those of the function."""

    @rememo.cache
    def f(self: int, args: int = 0, kwargs: int = 0, func: int = 0, key: int = 0) -> int:
        ran()
        return self + args + kwargs + func + key

    assert miss(f, self=1, args=2, kwargs=3, func=4, key=5) == 15
    assert hit(f, 1, 2, 3, 4, 5) == 15


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [((), {}), ((1, 2, 3), {}), ((1,), {"a": 1}), ((1,), {"z": 1}), ((), {"b": 1})],
)
def test_a_wrong_call_fails_as_the_function_would(
    args: tuple[int, ...], kwargs: dict[str, int]
) -> None:
    def plain(a: int, b: int = 0) -> int:
        return a + b

    cached = rememo.cache(plain)
    with pytest.raises(TypeError) as expected:
        plain(*args, **kwargs)
    with pytest.raises(TypeError) as got:
        cached(*args, **kwargs)
    assert not isinstance(got.value, rememo.RememoError)
    assert str(got.value) == str(expected.value)


def test_a_mutable_default_counts_as_it_is_when_called() -> None:
    default = [1]

    @rememo.cache
    def f(values: list[int] = default) -> int:
        ran()
        return sum(values)

    assert miss(f) == 1
    assert hit(f, [1]) == 1
    default.append(2)
    assert miss(f) == 3


def test_a_replaced_default_counts() -> None:
    @rememo.cache
    def f(a: int = 1) -> int:
        ran()
        return a

    assert miss(f) == 1
    f.__wrapped__.__defaults__ = (2,)
    assert miss(f) == 2


def test_a_body_that_changes_its_argument_is_keyed_by_the_state_it_found() -> None:
    """A mutated argument is fine: the key is taken before the body runs."""

    @rememo.cache
    def drain(values: list[int]) -> int:
        ran()
        total = sum(values)
        values.clear()
        return total

    values = [1, 2, 3]
    assert miss(drain, values) == 6
    assert hit(drain, [1, 2, 3]) == 6
    assert miss(drain, values) == 0


def test_many_parameters_are_bound() -> None:
    names = [f"p{number}" for number in range(300)]
    scope: dict[str, Any] = {"ran": ran}
    exec(f"def f({', '.join(f'{name}=0' for name in names)}):\n ran()\n return p299", scope)
    f = rememo.cache(scope["f"])
    assert miss(f) == 0
    assert miss(f, p299=1) == 1
    assert hit(f, *[0] * 299, 1) == 1
    assert hit(f, **{name: 0 for name in reversed(names)}) == 0


def test_arguments_are_evaluated_for_the_key_only_once() -> None:
    """An unhashable argument fails before the body runs, however it is passed."""

    @rememo.cache
    def f(a: object, *rest: object, **more: object) -> None:
        ran()

    generator = (number for number in range(3))
    for args, kwargs in [((generator,), {}), ((1, generator), {}), ((1,), {"z": generator})]:
        with pytest.raises(rememo.UnhashableTypeError):
            f(*args, **kwargs)
    assert runs() == 0
    assert list(generator) == [0, 1, 2]
