"""A codec that was looked up, and encodings in a table."""

import codecs

import rememo

latin = codecs.lookup("latin-1")


@rememo.cache
def decoded(data: bytes) -> str:
    return latin.decode(data)[0]


def call(f):
    return f(b"caf\xe9")


def use():
    assert latin.name == "iso8859-1"
    latin.encode("é")


def change():
    global latin
    latin = codecs.lookup("cp437")
