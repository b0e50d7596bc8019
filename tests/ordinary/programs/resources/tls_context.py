"""A TLS context, all of whose state is hidden in C."""

import ssl

import rememo

context = ssl.create_default_context()
PORT = 443


@rememo.cache
def secure() -> str:
    return f"{context.check_hostname}:{PORT}"


def call(f):
    return f()


def use():
    context.get_ciphers()


def change():
    global PORT
    PORT = 8443


EXPECT = "error"
NAMES = ["context"]
REMEDY = {"hash_funcs": {ssl.SSLContext: lambda c: c.verify_mode}}
