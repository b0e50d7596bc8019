"""A coroutine that announces itself by an event."""

import asyncio

import rememo

done = asyncio.Event()
weights = {"a": 1, "b": 2}


@rememo.cache
async def weigh(name: str) -> int:
    done.set()
    return weights[name]


def call(f):
    return f("b")


async def use():
    done.clear()
    done.set()


def change():
    weights["b"] = 5
