"""Bytes in memory, read from where the stream stands."""

import io

import rememo

CHUNK = 4


@rememo.cache
def chunks(stream: io.BytesIO) -> list[bytes]:
    return list(iter(lambda: stream.read(CHUNK), b""))


def call(f):
    stream = io.BytesIO(b"0123456789")
    stream.seek(2)
    return f(stream)


def use():
    io.BytesIO(b"x").getvalue()


def change():
    global CHUNK
    CHUNK = 3
