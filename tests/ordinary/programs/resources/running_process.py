"""A child process that is kept running."""

import subprocess
import sys

import rememo

child = subprocess.Popen(
    [
        sys.executable,
        "-c",
        "import sys\nfor line in sys.stdin: print(line.upper(), end='', flush=True)",
    ],
    stdin=subprocess.PIPE,
    stdout=subprocess.PIPE,
    text=True,
)
MARK = "!"


@rememo.cache
def shouted(text: str) -> str:
    child.stdin.write(text + "\n")
    child.stdin.flush()
    return child.stdout.readline().strip() + MARK


def call(f):
    return f("hello")


def use():
    assert child.poll() is None


def change():
    global MARK
    MARK = "!!"


EXPECT = "error"
NAMES = ["child"]
REMEDY = {"hash_funcs": {subprocess.Popen: lambda p: p.args[1:]}}
