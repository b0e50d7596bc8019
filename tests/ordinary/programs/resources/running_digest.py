"""A digest to which more may be added: hidden state."""

import hashlib

import rememo

digest = hashlib.sha256(b"salt")
LENGTH = 8


@rememo.cache
def token(text: str) -> str:
    copy = digest.copy()
    copy.update(text.encode())
    return copy.hexdigest()[:LENGTH]


def call(f):
    return f("ada")


def use():
    digest.digest()


def change():
    global LENGTH
    LENGTH = 16


EXPECT = "error"
NAMES = ["digest"]
REMEDY = {"hash_funcs": {type(digest): lambda d: d.hexdigest()}}
