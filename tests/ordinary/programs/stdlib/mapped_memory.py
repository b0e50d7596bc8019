"""Anonymous mapped memory: bytes like others, since it offers them as a buffer."""

import mmap

import rememo

memory = mmap.mmap(-1, 4096)
memory[:5] = b"hello"


@rememo.cache
def start(length: int) -> bytes:
    return memory[:length]


def call(f):
    return f(4)


def use():
    memory.find(b"l")


def change():
    memory[:4] = b"jell"
