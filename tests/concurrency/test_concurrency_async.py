"""`async def`: concurrent awaiters of one key share one run, and nothing is left waiting."""

from __future__ import annotations

import asyncio
import inspect
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import rememo
from _support import hit, miss, ran, run_script, runs


def finish(coroutine: Any) -> Any:
    """Run a coroutine in a loop of its own; a hang is a failure."""

    async def limited() -> Any:
        return await asyncio.wait_for(coroutine, 10)

    return asyncio.run(limited())


def test_a_coroutine_function_is_cached() -> None:
    @rememo.cache
    async def double(x: int) -> int:
        ran()
        await asyncio.sleep(0)
        return x * 2

    async def main() -> None:
        assert await double(2) == 4
        assert await double(2) == 4
        assert await double(x=2) == 4
        assert runs() == 1
        assert await double(3) == 6
        assert runs() == 2

    finish(main())


def test_the_decorated_function_is_a_coroutine_function() -> None:
    """Frameworks ask before they call."""

    @rememo.cache
    async def f() -> int:
        return 1

    ask = (
        inspect.iscoroutinefunction if sys.version_info >= (3, 12) else asyncio.iscoroutinefunction
    )
    assert ask(f)

    @rememo.cache
    def g() -> int:
        return 1

    assert not ask(g)


def test_concurrent_awaiters_share_one_run() -> None:
    @rememo.cache
    async def slow(x: int) -> list[int]:
        ran()
        await asyncio.sleep(0.05)
        return [x]

    async def main() -> list[list[int]]:
        return await asyncio.gather(*(slow(1) for _ in range(50)), slow(2))

    results = finish(main())
    assert results == [[1]] * 50 + [[2]]
    assert all(result is results[0] for result in results[:50])
    assert runs() == 2


def test_an_entry_outlives_its_loop() -> None:
    @rememo.cache
    async def f(x: int) -> int:
        ran()
        await asyncio.sleep(0.01)
        return x

    assert miss(lambda: finish(f(1))) == 1
    assert hit(lambda: finish(f(1))) == 1


def test_an_exception_is_not_stored_and_hangs_nobody() -> None:
    @rememo.cache
    async def fails(x: int) -> int:
        ran()
        await asyncio.sleep(0.01)
        raise LookupError(x)

    async def main() -> list[Any]:
        return await asyncio.gather(*(fails(1) for _ in range(5)), return_exceptions=True)

    assert all(type(result) is LookupError for result in finish(main()))
    before = runs()
    assert before >= 1
    with pytest.raises(LookupError):
        finish(fails(1))
    assert runs() == before + 1


def test_a_cancelled_awaiter_takes_nobody_with_it() -> None:
    """The one that started the run is cancelled; the others still get the result."""

    @rememo.cache
    async def slow(x: int) -> int:
        await asyncio.sleep(0.1)
        return x

    async def main() -> None:
        first = asyncio.create_task(slow(1))
        await asyncio.sleep(0.01)
        others = [asyncio.create_task(slow(1)) for _ in range(4)]
        await asyncio.sleep(0.01)
        first.cancel()
        assert await asyncio.gather(*others) == [1] * 4
        with pytest.raises(asyncio.CancelledError):
            await first
        assert await slow(1) == 1

    finish(main())


def test_a_cancelled_waiter_leaves_the_run_alone() -> None:
    @rememo.cache
    async def slow(x: int) -> int:
        ran()
        await asyncio.sleep(0.1)
        return x

    async def main() -> None:
        first = asyncio.create_task(slow(1))
        await asyncio.sleep(0.01)
        second = asyncio.create_task(slow(1))
        await asyncio.sleep(0.01)
        second.cancel()
        assert await first == 1
        assert await slow(1) == 1
        assert runs() == 1

    finish(main())


def test_a_run_cancelled_alone_can_be_tried_again() -> None:
    @rememo.cache
    async def slow(x: int) -> int:
        await asyncio.sleep(0.05)
        return x

    async def main() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(slow(1), 0.01)
        assert await slow(1) == 1

    finish(main())


def test_recursion_of_coroutines() -> None:
    @rememo.cache
    async def fib(n: int) -> int:
        ran()
        if n < 2:
            return n
        one, two = await asyncio.gather(fib(n - 1), fib(n - 2))
        return one + two

    assert finish(fib(25)) == 75025
    assert runs() == 26


def test_a_coroutine_that_is_never_awaited_computes_nothing() -> None:
    @rememo.cache
    async def f(x: int) -> int:
        ran()
        return x

    made = f(1)
    close = getattr(made, "close", None)
    if close is not None:
        close()
    del made
    assert runs() == 0
    assert finish(f(1)) == 1
    assert runs() == 1


def test_a_wrong_call_fails_at_once_or_when_awaited() -> None:
    @rememo.cache
    async def f(x: int) -> int:
        return x

    async def main() -> None:
        with pytest.raises(TypeError, match="x"):
            await f()  # type: ignore[call-arg]

    finish(main())


def test_loops_in_several_threads_share_one_run() -> None:
    @rememo.cache
    async def slow(x: int) -> int:
        ran()
        await asyncio.sleep(0.2)
        return x

    results: list[int] = []
    start = threading.Barrier(4)

    def one() -> None:
        start.wait(10)
        results.append(finish(slow(5)))

    threads = [threading.Thread(target=one, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(15)
    assert results == [5] * 4
    assert runs() == 1


def test_outputs_of_coroutines_are_checked_or_private_too() -> None:
    @rememo.cache
    async def checked() -> list[int]:
        return [1]

    @rememo.cache(output="private")
    async def private() -> list[int]:
        return [1]

    async def main() -> None:
        (await checked()).append(2)
        with pytest.warns(rememo.CachedObjectMutatedWarning, match="checked"):
            assert await checked() == [1, 2]
        (await private()).append(2)
        (await private()).append(2)
        assert await private() == [1]

    finish(main())


def test_asynchronous_methods() -> None:
    class Client:
        def __init__(self, url: str) -> None:
            self.url = url

        @rememo.cache
        async def get(self, path: str) -> str:
            ran()
            return self.url + path

    async def main() -> None:
        assert await Client("a/").get("x") == "a/x"
        assert await Client("a/").get("x") == "a/x"
        assert await Client("b/").get("x") == "b/x"
        assert runs() == 2

    finish(main())


def test_refresh_of_a_coroutine_is_awaited() -> None:
    @rememo.cache
    async def f(x: int) -> int:
        ran()
        return x

    async def main() -> None:
        await f(1)
        assert await f.refresh(1) == 1
        assert runs() == 2
        await f(1)
        assert runs() == 2
        assert f.contains(1)

    finish(main())


def test_mutual_recursion_of_tasks_does_not_deadlock(tmp_path: Path) -> None:
    """Each task runs one key and awaits that of the other."""
    out = run_script(
        tmp_path,
        """
        import asyncio
        import rememo

        @rememo.cache(ignore=("depth",))
        async def ping(x, depth):
            await asyncio.sleep(0.05)
            return 0 if depth == 0 else await pong(x, depth - 1) + 1

        @rememo.cache(ignore=("depth",))
        async def pong(x, depth):
            await asyncio.sleep(0.05)
            return 0 if depth == 0 else await ping(x, depth - 1) + 1

        async def main():
            results = await asyncio.wait_for(asyncio.gather(ping(7, 4), pong(7, 4)), 10)
            assert all(type(result) is int for result in results)
            print("fine")

        asyncio.run(main())
        """,
        timeout=20,
    )
    assert out.strip() == "fine"
