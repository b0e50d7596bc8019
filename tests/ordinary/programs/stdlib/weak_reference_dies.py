"""A weak reference whose object goes away."""

import weakref

import rememo


class Session:
    user = "ada"


sessions = [Session()]
current = weakref.ref(sessions[0])


@rememo.cache
def user() -> str:
    session = current()
    return "nobody" if session is None else session.user


def call(f):
    return f()


def use():
    assert current() is sessions[0]


def change():
    sessions.clear()
