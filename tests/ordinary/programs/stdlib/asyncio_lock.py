"""A coroutine that takes an asyncio lock and a semaphore."""

import asyncio

import rememo

lock = asyncio.Lock()
limit = asyncio.Semaphore(2)
PREFIX = "user"


@rememo.cache
async def fetch(number: int) -> str:
    async with limit, lock:
        await asyncio.sleep(0)
        return f"{PREFIX}-{number}"


def call(f):
    return f(7)


async def use():
    async with limit:
        pass


def change():
    global PREFIX
    PREFIX = "member"
