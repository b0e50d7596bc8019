"""An event loop as a global."""

import asyncio

import rememo

loop = asyncio.new_event_loop()
TIMES = 2


async def doubled(x: int) -> int:
    await asyncio.sleep(0)
    return x * TIMES


@rememo.cache
def run(x: int) -> int:
    return loop.run_until_complete(doubled(x))


def call(f):
    return f(3)


def use():
    loop.run_until_complete(asyncio.sleep(0))


def change():
    global TIMES
    TIMES = 3


EXPECT = "error"
NAMES = ["loop"]
REMEDY = {"hash_funcs": {"asyncio.unix_events._UnixSelectorEventLoop": lambda _: None}}
