"""Framework classes, and what is taken by type and name: rulings 4 and 5 of "Ordinary programs"."""

import asyncio
import contextlib
import logging
import multiprocessing
import ssl
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

import pytest
import rememo
from _support import Project, hit, miss, ran


class Holder:
    def __init__(self, value: object) -> None:
        self.value = value


# 4. Framework classes count by the code of their body.

MODEL = """
    import pydantic

    LIMIT = 3

    class Item(pydantic.BaseModel):
        name: str
        size: int = pydantic.Field(default=1, le=10)

        @pydantic.field_validator("name")
        @classmethod
        def shortened(cls, value):
            return value[:LIMIT]
"""
USER = """
    import rememo
    from model import Item

    @rememo.cache
    def named(name):
        return Item(name=name).name
"""
EDITS = {
    "a comment": ("LIMIT = 3", "LIMIT = 3  # letters", True),
    "a docstring": ("name: str", "name: str\n        'a word'", True),
    "a validator": ("value[:LIMIT]", "value[1:LIMIT]", False),
    "what a validator reads": ("LIMIT = 3", "LIMIT = 4", False),
    "a default": ("default=1", "default=2", False),
    "a constraint": ("le=10", "le=11", False),
    "an annotation": ("name: str", "name: str | None", False),
    "a field more": ("name: str", "name: str\n        more: int = 0", False),
}


@pytest.mark.parametrize("edit", EDITS)
def test_4_a_pydantic_model_counts_by_fields_validators_and_configuration(
    edit: str, project: Project
) -> None:
    pytest.importorskip("pydantic")
    old, new, same = EDITS[edit]
    assert old in MODEL
    project.write(model=MODEL, user=USER)
    before = project.load("user").named.key("abcdef")
    assert project.load("user").named.key("abcdef") == before
    project.write(model=MODEL.replace(old, new))
    assert (project.load("user").named.key("abcdef") == before) == same


CLIENT = """
    import ssl
    import rememo

    class Client:
        context = ssl.create_default_context()
        port = 443

        def address(self):
            return self.port

    @rememo.cache
    def address():
        return Client().address()
"""


def test_4_an_attribute_that_cannot_be_hashed_counts_by_the_code_that_made_it(
    project: Project,
) -> None:
    project.write(client=CLIENT)
    module = project.load("client")
    before = module.address.key()
    assert module.address() == 443
    assert project.load("client").address.key() == before
    edited = CLIENT.replace("create_default_context()", "create_default_context(cafile=None)")
    project.write(client=edited)
    assert project.load("client").address.key() != before


def test_4_an_attribute_that_was_replaced_in_the_run_counts_by_identity(project: Project) -> None:
    project.write(client=CLIENT)
    module = project.load("client")
    before = module.address.key()
    module.Client.context = ssl.create_default_context()
    replaced = module.address.key()
    module.Client.context = ssl.create_default_context()
    assert len({before, replaced, module.address.key()}) == 3


def test_4_a_generator_in_a_class_body_is_a_resource(project: Project) -> None:
    project.write(client=CLIENT.replace("ssl.create_default_context()", "(x for x in [1, 2])"))
    with pytest.raises(rememo.UnhashableTypeError, match="context"):
        project.load("client").address()


def test_4_a_resource_in_a_class_without_a_body_is_a_resource() -> None:
    made = type("Made", (), {"context": ssl.create_default_context()})

    @rememo.cache
    def body() -> str:
        return made.__name__ + str(made())

    with pytest.raises(rememo.UnhashableTypeError, match="context"):
        body()


# 5. Taken by type and name.


def make_local() -> threading.local:
    made = threading.local()
    made.x = 1
    return made


NAMED: dict[str, Callable[[], Any]] = {
    "Lock": threading.Lock,
    "RLock": threading.RLock,
    "Condition": threading.Condition,
    "Event": threading.Event,
    "Semaphore": threading.Semaphore,
    "BoundedSemaphore": threading.BoundedSemaphore,
    "Barrier": lambda: threading.Barrier(2),
    "multiprocessing.Lock": multiprocessing.Lock,
    "multiprocessing.RLock": multiprocessing.RLock,
    "multiprocessing.Condition": multiprocessing.Condition,
    "multiprocessing.Event": multiprocessing.Event,
    "multiprocessing.Semaphore": multiprocessing.Semaphore,
    "asyncio.Lock": asyncio.Lock,
    "asyncio.Event": asyncio.Event,
    "asyncio.Condition": asyncio.Condition,
    "asyncio.Semaphore": asyncio.Semaphore,
    "threading.local": make_local,
    "ThreadPoolExecutor": ThreadPoolExecutor,
    "ProcessPoolExecutor": ProcessPoolExecutor,
    "a logger": lambda: logging.getLogger("ordinary"),
    "a sentinel": object,
    "sys.stdout": lambda: sys.stdout,
    "sys.__stderr__": lambda: sys.__stderr__,
}
# The ones that the contract refuses as arguments: they say something about this run.
LOCKS = [name for name in NAMED if "Lock" in name or name.endswith("Condition")]


def used(value: Any) -> None:
    """What a program does with it, as far as it can be done and undone at once."""
    if isinstance(value, threading.local):
        value.x = 2
    for name, arguments in (("set", ()), ("acquire", ()), ("submit", (int,)), ("notify_all", ())):
        method = getattr(value, name, None)
        if method is not None and not asyncio.iscoroutinefunction(method):
            with contextlib.suppress(RuntimeError):
                method(*arguments)
    if isinstance(value, logging.Logger):
        value.setLevel(logging.ERROR)


@pytest.mark.parametrize("name", [n for n in NAMED if n != "ProcessPoolExecutor"])
@pytest.mark.parametrize("placed", [lambda v: v, Holder, lambda v: Holder([v])])
def test_5_external_values_of_these_types_are_taken_by_type_and_name(
    name: str, placed: Callable[[Any], Any]
) -> None:
    value = NAMED[name]()
    external = placed(value)

    @rememo.cache
    def body() -> bool:
        ran()
        return external is None

    miss(body)
    hit(body)
    used(value)
    hit(body)
    external = placed(NAMED[name]())  # another one of the same kind, unused
    hit(body)
    if isinstance(value, ThreadPoolExecutor):
        value.shutdown()


def test_5_a_pool_of_processes_that_runs_is_taken_by_type_and_name() -> None:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as pool:

        @rememo.cache
        def body() -> bool:
            ran()
            return pool is None

        miss(body)
        assert pool.submit(abs, -1).result() == 1
        hit(body)


@pytest.mark.parametrize("name", LOCKS)
@pytest.mark.parametrize("placed", [lambda v: v, lambda v: [v], lambda v: {"lock": (v,)}])
def test_5_locks_and_conditions_are_refused_as_arguments(
    name: str, placed: Callable[[Any], Any]
) -> None:
    @rememo.cache
    def body(lock: object) -> int:
        return 1

    with pytest.raises(rememo.UnhashableTypeError, match="argument 'lock'"):
        body(placed(NAMED[name]()))


def test_5_a_lock_inside_an_argument_that_is_an_instance_is_taken() -> None:
    @rememo.cache
    def body(holder: Holder) -> int:
        ran()
        return 1

    miss(body, Holder(threading.Lock()))
    hit(body, Holder(threading.Lock()))
    miss(body, Holder(threading.RLock()))


def test_5_loggers_of_different_names_differ() -> None:
    log = logging.getLogger("ordinary.a")

    @rememo.cache
    def body() -> str:
        ran()
        return log.name

    assert miss(body) == "ordinary.a"
    log = logging.getLogger("ordinary.b")
    assert miss(body) == "ordinary.b"


def test_5_the_interpreters_own_generators_do_not_make_a_miss() -> None:
    import random

    @rememo.cache
    def body() -> float:
        ran()
        return random.random()

    first = miss(body)
    random.random()
    assert hit(body) == first
