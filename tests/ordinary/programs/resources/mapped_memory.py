"""Anonymous mapped memory."""

import mmap

import rememo

memory = mmap.mmap(-1, 4096)
memory[:5] = b"hello"
LENGTH = 4


@rememo.cache
def start() -> bytes:
    return memory[:LENGTH]


def call(f):
    return f()


def use():
    memory.find(b"l")


def change():
    global LENGTH
    LENGTH = 5


EXPECT = "error"
NAMES = ["memory"]
REMEDY = {"hash_funcs": {mmap.mmap: lambda m: bytes(m[:])}}
