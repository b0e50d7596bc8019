# ruff: noqa: E501
"""What ordinary programs have lying around: used or not, it neither fails nor misses for no reason."""

from ..case import changed, miss, reading, unhashable, used_around


def _thing(name, setup, use, body="THING; return x", **options):
    """A global that the function reads and that the program uses between two calls."""
    return used_around(name, setup, use, body, **options)


def _resource(name, setup, body="THING; return x", **options):
    return unhashable(name, reading(setup, body), names="THING", **options)


FUNCTOOLS = "import functools\n"

CASES = [
    _thing(
        "a logger",
        'import logging\nTHING = logging.getLogger("acme")',
        'THING.setLevel(10); THING.addHandler(logging.NullHandler()); THING.debug("a")',
        'THING.debug("x"); return x',
    ),
    _thing(
        "a logger's adapter",
        'import logging\nTHING = logging.LoggerAdapter(logging.getLogger("acme"), {})',
        'THING.debug("a")',
    ),
    _thing("a lock", "import threading\nTHING = threading.Lock()", "THING.acquire()"),
    _thing(
        "a lock that is taken in the body",
        "import threading\nTHING = threading.Lock()",
        "with THING: pass",
        "with THING: return x",
    ),
    _thing("a reentrant lock", "import threading\nTHING = threading.RLock()", "THING.acquire()"),
    _thing(
        "a condition",
        "import threading\nTHING = threading.Condition()",
        "with THING: THING.notify_all()",
    ),
    _thing("an event", "import threading\nTHING = threading.Event()", "THING.set()"),
    _thing("a semaphore", "import threading\nTHING = threading.Semaphore(2)", "THING.acquire()"),
    _thing("a barrier", "import threading\nTHING = threading.Barrier(2)", "THING.abort()"),
    _thing("thread-local data", "import threading\nTHING = threading.local()", "THING.a = 1"),
    _thing(
        "a lock of asyncio",
        "import asyncio\nTHING = asyncio.Lock()",
        "asyncio.run(THING.acquire())",
    ),
    _thing(
        "a lock in an instance",
        "import threading\nclass P:\n    def __init__(self):\n        self.lock = threading.Lock()\n        self.n = 1\n    def m(self):\n        with self.lock: return self.n\nTHING = P()",
        "THING.lock.acquire(); THING.lock.release()",
        "return THING.m()",
    ),
    changed(
        "the state beside a lock",
        "import threading\nclass P:\n    def __init__(self):\n        self.lock = threading.Lock()\n        self.n = 1\n    def m(self):\n        with self.lock: return self.n\nTHING = P()\n@rememo.cache\ndef f(x): return THING.m()",
        "THING.n = 2",
    ),
    _thing(
        "a pool of threads",
        "import concurrent.futures\nTHING = concurrent.futures.ThreadPoolExecutor(1)",
        "THING.submit(int).result()",
    ),
    _thing(
        "the standard output",
        "import sys\nTHING = sys.__stdout__",
        "THING.write('')",
        "print(x, file=THING); return x",
    ),
    _thing("a sentinel", "THING = object()", "hash(THING)", "return x is THING"),
    _thing(
        "the missing value of dataclasses",
        "import dataclasses\nTHING = dataclasses.MISSING",
        "",
        "return x is THING",
    ),
    _thing("a module", "import json as THING", "THING.dumps([])", "return THING.dumps(x)"),
    _thing(
        "a function below lru_cache",
        FUNCTOOLS + "@functools.lru_cache\ndef THING(y): return y",
        "THING(1); THING(2)",
        "return THING(x)",
    ),
    _thing(
        "a function of singledispatch",
        FUNCTOOLS + "@functools.singledispatch\ndef THING(y): return y",
        "THING(1); THING('a')",
        "return THING(x)",
    ),
    _thing(
        "a compiled regex",
        "import re\nTHING = re.compile('a+')",
        "THING.sub('', 'aa')",
        "return THING.findall('aab')",
    ),
    _thing(
        "a path",
        "import pathlib\nTHING = pathlib.Path('a/b')",
        "str(THING), hash(THING), THING.parts, THING.name",
        "return THING.name",
    ),
    _thing(
        "an abstract class",
        "import abc\nclass THING(abc.ABC): pass",
        "isinstance(1, THING); issubclass(int, THING)",
        "return isinstance(x, THING)",
    ),
    _thing(
        "a protocol",
        "from typing import Protocol, runtime_checkable\n@runtime_checkable\nclass THING(Protocol):\n    def m(self): ...",
        "isinstance(1, THING)",
        "return isinstance(x, THING)",
    ),
    _thing(
        "a class",
        "class THING:\n    a = 1\n    def m(self): return self.a",
        "import copyreg, pickle; copyreg._slotnames(THING); THING().m(); class_ = type('Q', (THING,), {})",
        "return THING().m()",
    ),
    _thing(
        "a flag",
        "import enum\nclass THING(enum.Flag):\n    A = 1\n    B = 2",
        "THING.A | THING.B; ~THING.A",
        "return THING.A.value",
    ),
    _thing(
        "an enumeration",
        "import enum\nclass THING(enum.Enum):\n    A = 1",
        "THING(1); THING['A']; hash(THING.A); repr(THING.A)",
        "return THING.A.value",
    ),
    _thing(
        "a named tuple that is pickled",
        "from typing import NamedTuple\nclass THING(NamedTuple):\n    a: int = 1",
        "import copyreg; copyreg._slotnames(THING); THING().__reduce_ex__(2)",
        "return THING().a",
    ),
    _thing(
        "a dataclass",
        "import dataclasses\n@dataclasses.dataclass\nclass THING:\n    a: int = 1",
        "dataclasses.asdict(THING()); repr(THING()); dataclasses.fields(THING)",
        "return THING().a",
    ),
    _thing(
        "a class whose hints are read elsewhere",
        "class THING:\n    a: int = 1",
        "import typing; typing.get_type_hints(THING); THING.__annotations__",
        "return THING.a",
    ),
    _thing(
        "a decimal context",
        "import decimal\nTHING = decimal.Context(prec=5)",
        "THING.divide(1, 3)",
        "return str(THING.divide(1, 3))",
    ),
    _thing(
        "a context variable",
        "import contextvars\nTHING = contextvars.ContextVar('a', default=1)",
        "",
        "return THING.get()",
    ),
    _thing(
        "a weak reference",
        "import weakref\nclass P: pass\nKEEP = P()\nTHING = weakref.ref(KEEP)",
        "THING()",
        "return THING() is not None",
    ),
    changed(
        "a weak reference that dies",
        "import weakref\nclass P: pass\nKEEP = [P()]\nTHING = weakref.ref(KEEP[0])\n@rememo.cache\ndef f(x): return THING() is not None",
        "KEEP.clear(); __import__('gc').collect()",
    ),
    _thing(
        "a weak dictionary",
        "import weakref\nclass P: pass\nKEEP = P()\nTHING = weakref.WeakValueDictionary(a=KEEP)",
        "len(THING)",
        "return len(THING)",
    ),
    _thing(
        "a thread",
        "import threading\nclass THING(threading.Thread): pass",
        "",
        "return THING.__name__",
    ),
    _thing(
        "a ctypes library",
        "import ctypes\nTHING = ctypes.CDLL(None)",
        "THING.abs(1)",
        "return THING.abs(x)",
    ),
    _thing(
        "a command line parser",
        "import argparse\nTHING = argparse.ArgumentParser(prog='a')\nTHING.add_argument('--n', type=int)",
        "THING.parse_args([])",
        "return THING.parse_args(['--n', '1']).n",
    ),
    _thing(
        "a configuration parser",
        "import configparser\nTHING = configparser.ConfigParser()\nTHING.read_dict({'a': {'b': '1'}})",
        "THING.sections()",
        "return THING['a']['b']",
    ),
    changed(
        "a configuration parser's value",
        "import configparser\nTHING = configparser.ConfigParser()\nTHING.read_dict({'a': {'b': '1'}})\n@rememo.cache\ndef f(x): return THING['a']['b']",
        "THING['a']['b'] = '2'",
    ),
    _thing(
        "a type variable",
        "from typing import TypeVar\nTHING = TypeVar('THING')",
        "",
        "return THING.__name__",
    ),
    _thing("a generic alias", "THING = list[int]", "THING.__args__", "return THING([x])"),
    _thing(
        "a template",
        "import string\nTHING = string.Template('$a')",
        "THING.substitute(a=1)",
        "return THING.substitute(a=x)",
    ),
    _thing(
        "warning filters",
        "import warnings",
        "warnings.simplefilter('ignore')",
        "warnings.warn('a', stacklevel=2) if x > 9 else None; return x",
    ),
    _thing("the random module", "import random as THING", "THING.random()", "THING; return x"),
    changed(
        "a random generator of one's own",
        "import random\nTHING = random.Random(1)\n@rememo.cache\ndef f(x): return THING.getstate()[1][1]",
        "THING.seed(2)",
    ),
    _thing(
        "a numpy function",
        "import numpy as THING",
        "THING.zeros(3)",
        "return float(THING.sqrt(x))",
        requires=("numpy",),
    ),
    _thing(
        "a frame that was looked at",
        "import pandas as pd\nTHING = pd.DataFrame({'a': [1, 2]})",
        "THING.index.is_unique; THING['a'].sum(); repr(THING); THING.index.get_loc(0)",
        "return int(THING['a'].sum())",
        requires=("pandas",),
    ),
    _thing(
        "an environment that is read",
        "import os as THING",
        "THING.environ['ACME_UNREAD'] = '1'",
        "return THING.sep",
    ),
    miss(
        "the level beside a logger",
        "import logging\nTHING = logging.getLogger('acme')\nLEVEL = 10\n@rememo.cache\ndef f(x): return LEVEL",
        ("LEVEL = 10", "LEVEL = 20"),
    ),
    # Refused
    _resource("a generator", "THING = (n for n in 'ab')"),
    _resource("an iterator", "THING = iter([1, 2])"),
    _resource("a database connection", "import sqlite3\nTHING = sqlite3.connect(':memory:')"),
    _resource("a socket", "import socket\nTHING = socket.socket()"),
    _resource("a process", "import subprocess\nTHING = subprocess.Popen(['true'])"),
    _resource(
        "a resource in a dict that is passed on",
        "import sqlite3\nTHING = {'db': sqlite3.connect(':memory:')}",
        "return len(THING)",
    ),
    _resource(
        "a resource in an instance",
        "import sqlite3\nclass P:\n    def __init__(self): self.db = sqlite3.connect(':memory:')\n    def m(self): return 1\nTHING = P()",
        "return THING.m()",
    ),
    _resource(
        "a resource that a helper reads",
        "THING = (n for n in 'ab')\ndef g(y): return list(THING)",
        "return g(x)",
    ),
    unhashable(
        "a resource in an enclosed variable",
        "def make(THING):\n    @rememo.cache\n    def f(x): return next(THING)\n    return f\nf = make(iter([1, 2, 3]))",
        names="THING",
    ),
    unhashable(
        "a lock as an argument",
        "import threading\n@rememo.cache\ndef f(x): return 1",
        call="f(threading.Lock())",
        names="x",
    ),
    unhashable(
        "a generator as an argument",
        "@rememo.cache\ndef f(x): return 1",
        call="f(n for n in 'ab')",
        names="x",
    ),
]
