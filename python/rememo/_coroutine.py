"""Cached coroutine functions: concurrent awaiters of one key, in whatever loop, share one run."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from contextvars import ContextVar
from time import perf_counter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_Flight = tuple[int, bytes]

# The flights that the present task is computing, outermost first.
_leading: ContextVar[tuple[_Flight, ...]] = ContextVar("rememo_leading", default=())
# Futures of the runs under way, and for each leader's flight the flight it waits for.
_futures: dict[_Flight, Future[None]] = {}
_waits: dict[_Flight, _Flight] = {}


def mark(cached: Any) -> None:
    """Makes `inspect.iscoroutinefunction` say that it is one."""
    import inspect

    marker = getattr(inspect, "markcoroutinefunction", None)
    if marker is not None:
        marker(cached)
    else:
        cached._is_coroutine = asyncio.coroutines._is_coroutine  # type: ignore[attr-defined]


def _would_deadlock(flight: _Flight, leading: tuple[_Flight, ...]) -> bool:
    seen: _Flight | None = flight
    while seen is not None:
        if seen in leading:
            return True
        seen = _waits.get(seen)
    return False


async def run(cached: Any, key: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The stored output of `key`, that of a run under way, or that of a run of our own."""
    found, output = cached._look_up(key, True)
    if found:
        return output
    flight = (id(cached), key.digest)
    leading = _leading.get()
    while True:
        mine: Future[None] = Future()
        # One operation, so that of two threads one leads.
        under_way = _futures.setdefault(flight, mine)
        if under_way is mine:
            return await _lead(cached, key, flight, mine, args, kwargs, leading)
        if _would_deadlock(flight, leading):
            return await _compute(cached, key, args, kwargs)
        for own in leading:
            _waits[own] = flight
        try:
            # Shielded: a waiter that is cancelled does not cancel what the others wait for.
            await asyncio.shield(asyncio.wrap_future(under_way))
        finally:
            for own in leading:
                _waits.pop(own, None)
        found, output = cached._look_up(key, False)
        if found:
            return output


async def _lead(
    cached: Any,
    key: Any,
    flight: _Flight,
    future: Future[None],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    leading: tuple[_Flight, ...],
) -> Any:
    token = _leading.set((*leading, flight))
    try:
        return await _compute(cached, key, args, kwargs)
    finally:
        _leading.reset(token)
        del _futures[flight]
        future.set_result(None)


async def _compute(cached: Any, key: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    started = perf_counter()
    output = await cached.__wrapped__(*args, **kwargs)
    cached._record(key, output, perf_counter() - started)
    return output


async def refresh(cached: Any, key: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Computes and stores, whatever is stored."""
    return await _compute(cached, key, args, kwargs)
