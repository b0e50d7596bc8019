"""`output="shared"`, the same as `allow_output_mutation=True`: the same object, no hash taken."""

from __future__ import annotations

import socket
import threading
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import rememo
from _support import hit, miss, ran

SPELLINGS: dict[str, dict[str, Any]] = {
    "allow_output_mutation": {"allow_output_mutation": True},
    "shared": {"output": "shared"},
}


@pytest.fixture(params=SPELLINGS)
def shared(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """The decorator in each of its two spellings."""
    decorator: Callable[..., Any] = rememo.cache(**SPELLINGS[request.param])
    return decorator


def test_a_mutated_output_is_returned_without_a_word(shared: Callable[..., Any]) -> None:
    @shared
    def rows() -> list[int]:
        ran()
        return [1]

    first = miss(rows)
    first.append(2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert hit(rows) is first


@pytest.mark.parametrize(
    "make",
    [
        socket.socket,
        threading.Lock,
        lambda: iter([1]),
        lambda: (number for number in range(3)),
        object,
        lambda: lambda: 1,
    ],
)
def test_any_object_can_be_an_output(shared: Callable[..., Any], make: Callable[[], Any]) -> None:
    @shared
    def resource() -> Any:
        ran()
        return make()

    first = miss(resource)
    assert hit(resource) is first
    if isinstance(first, socket.socket):
        first.close()


def test_the_output_is_not_looked_at(shared: Callable[..., Any]) -> None:
    class Untouchable:
        def __reduce_ex__(self, protocol: object) -> Any:
            raise AssertionError("looked at")

        __eq__ = __hash__ = __getstate__ = __rememo_hash__ = __reduce_ex__  # type: ignore[assignment]

    @shared
    def make() -> Any:
        ran()
        return Untouchable()

    assert miss(make) is hit(make)
