"""The specification on the value: the cached output "and a hash of the cached output"."""

from __future__ import annotations

import socket
import warnings

import pytest
import rememo
from _support import hit, miss, ran, runs


@rememo.cache
def expensive_computation(a: int, b: int) -> dict[str, int]:
    ran()
    return {"product": a * b}


def test_a_known_key_extracts_the_previously_cached_output() -> None:
    """ "If the key is found in the cache, then: extracts the previously-cached tuple"."""
    first = miss(expensive_computation, 2, 21)
    assert first == {"product": 42}
    assert hit(expensive_computation, a=2, b=21) is first


def test_an_unknown_key_executes_the_function_and_stores_the_output() -> None:
    """ "Executes the cached function (i.e. output = expensive_computation(2, 21)) … stores"."""
    assert not expensive_computation.contains(2, 21)
    assert expensive_computation(2, 21) == {"product": 42}
    assert runs() == 1
    assert expensive_computation.contains(2, 21)


def test_an_unchanged_output_gives_no_warning() -> None:
    """ "a fresh hash of the output is computed and compared to the stored output_hash"."""
    expensive_computation(2, 21)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        hit(expensive_computation, 2, 21)


def test_a_changed_output_shows_a_cached_object_mutated_warning() -> None:
    """ "If the two hashes are different, shows a Cached Object Mutated warning … returns"."""
    output = miss(expensive_computation, 2, 21)
    output["product"] = 43
    with pytest.warns(rememo.CachedObjectMutatedWarning):
        assert hit(expensive_computation, 2, 21) is output


def test_an_output_changed_and_changed_back_gives_no_warning() -> None:
    """The check compares contents: an output that is as it was stored is not reported."""
    output = miss(expensive_computation, 2, 21)
    output["product"] = 43
    output["product"] = 42
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        hit(expensive_computation, 2, 21)


def test_allow_output_mutation_disables_the_check() -> None:
    """ "Setting allow_output_mutation=True disables this step"."""

    @rememo.cache(allow_output_mutation=True)
    def rows() -> list[int]:
        ran()
        return [1]

    output = miss(rows)
    output.append(2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert hit(rows) == [1, 2]


def test_an_error_is_raised() -> None:
    """ "If an error is encountered an exception is raised"; the next call tries again."""

    @rememo.cache
    def fails(x: int) -> int:
        ran()
        raise LookupError(f"no {x}")

    for attempt in (1, 2):
        with pytest.raises(LookupError, match="no 7"):
            fails(7)
        assert runs() == attempt


def test_an_error_while_hashing_the_key_is_an_unhashable_type_error() -> None:
    """ "If the error occurs while hashing either the key … an UnhashableTypeError is thrown"."""

    @rememo.cache
    def send(connection: socket.socket) -> None:
        ran()

    with socket.socket() as connection, pytest.raises(rememo.UnhashableTypeError):
        send(connection)
    assert runs() == 0


def test_an_error_while_hashing_an_external_variable_is_an_unhashable_type_error() -> None:
    """The key's other half: the variable is named."""
    connection = socket.socket()

    @rememo.cache
    def send() -> int:
        ran()
        return connection.fileno()

    with connection, pytest.raises(rememo.UnhashableTypeError, match="connection"):
        send()
    assert runs() == 0


def test_an_error_while_hashing_the_output_is_an_unhashable_type_error() -> None:
    """ "… or the output an UnhashableTypeError error is thrown"."""

    @rememo.cache
    def numbers() -> object:
        ran()
        return iter([1, 2])

    with pytest.raises(rememo.UnhashableTypeError):
        numbers()
