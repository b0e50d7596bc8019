"""A subinterpreter is told that it cannot use rememo; the main one goes on."""

import subprocess
import sys

import pytest

PROGRAM = """
import importlib
for name in ("_interpreters", "_xxsubinterpreters"):
    try:
        interpreters = importlib.import_module(name)
        break
    except ImportError:
        pass
FIRST
code = '''
try:
    import rememo
except ImportError as error:
    print(error, flush=True)
'''
other = interpreters.create()
interpreters.run_string(other, code)
interpreters.destroy(other)

import rememo

@rememo.cache
def double(x):
    return x * 2

print(double(1), double(1), double.cache_info().hits)
"""


@pytest.mark.parametrize("first", ["", "import rememo"], ids=["before", "after"])
def test_a_subinterpreter_is_refused_and_the_main_one_works(first: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.replace("FIRST", first)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    refused, worked = done.stdout.splitlines()
    assert "subinterpreter" in refused
    assert worked == "2 2 1"
