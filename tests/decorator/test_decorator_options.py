"""The options that shape the key: hash_funcs, ignore, depends_on, version, opaque."""

from __future__ import annotations

import os
import re
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rememo
from _support import hit, miss, ran, runs


class Animal:
    def __init__(self, name: str, noise: object = None) -> None:
        self.name = name
        self.noise = noise


class Dog(Animal):
    pass


class Puppy(Dog):
    pass


def cached(**options: Any) -> Callable[[Any], Any]:
    @rememo.cache(**options)
    def f(value: Any) -> str:
        ran()
        return str(value)

    return f


def test_hash_funcs_by_type_apply_at_any_depth() -> None:
    f = cached(hash_funcs={Animal: lambda animal: animal.name})
    miss(f, Animal("a", 1))
    hit(f, Animal("a", 2))
    miss(f, Animal("b", 1))
    miss(f, [{"k": (Animal("a", 1),)}])
    hit(f, [{"k": (Animal("a", 2),)}])


def test_hash_funcs_by_dotted_name() -> None:
    f = cached(hash_funcs={f"{Animal.__module__}.Animal": lambda animal: animal.name})
    miss(f, Animal("a", 1))
    hit(f, Animal("a", 2))
    g = cached(hash_funcs={"sqlite3.Connection": id, "_sqlite3.Connection": id})
    connection = sqlite3.connect(":memory:")
    miss(g, connection)
    hit(g, connection)
    connection.close()


@pytest.mark.parametrize("order", [1, -1], ids=["base first", "base last"])
def test_subclasses_match_the_nearest_base(order: int) -> None:
    """By MRO, in whatever order the dictionary lists them."""

    def by_name(animal: Animal) -> str:
        return animal.name

    for near, far, differ in ((by_name, lambda _: None, True), (lambda _: None, by_name, False)):
        funcs = dict([(Animal, far), (Dog, near)][::order])
        for kind, expected in ((Animal, not differ), (Dog, differ), (Puppy, differ)):
            one = rememo.hash(kind("a"), hash_funcs=funcs)
            assert (one != rememo.hash(kind("b"), hash_funcs=funcs)) == expected, kind


def test_what_a_hash_function_returns_is_hashed_with_the_hash_functions_active() -> None:
    funcs: dict[Any, Any] = {
        Animal: lambda animal: [animal.name, animal.noise],
        set: lambda _: "set",
    }
    f = cached(hash_funcs=funcs)
    miss(f, Animal("a", {1}))
    hit(f, Animal("a", {2}))
    miss(f, Animal("b", {1}))


def test_a_hash_function_may_return_a_value_of_its_own_type() -> None:
    """It is not applied to its own answer without end."""
    f = cached(hash_funcs={str: str.strip, list: lambda items: items[:1]})
    miss(f, " a ")
    hit(f, "a")
    miss(f, [1, 2])
    hit(f, [1, 3])
    miss(f, [2, 2])


def test_hash_funcs_apply_to_what_the_function_reads() -> None:
    animal = Animal("a", iter([]))

    @rememo.cache(hash_funcs={Animal: lambda value: value.name})
    def describe() -> str:
        ran()
        return str(vars(animal)["name"])

    assert miss(describe) == "a"
    assert hit(describe) == "a"
    animal.name = "b"
    assert miss(describe) == "b"


def test_hash_funcs_of_builtin_types() -> None:
    f = cached(hash_funcs={float: lambda x: round(x, 1), dict: lambda mapping: sorted(mapping)})
    miss(f, 1.01)
    hit(f, 1.02)
    miss(f, 1.2)
    miss(f, {"a": 1})
    hit(f, {"a": 2})


def test_a_hash_function_that_fails_is_a_user_hash_error() -> None:
    def broken(animal: Animal) -> str:
        raise KeyError("nothing here")

    f = cached(hash_funcs={Animal: broken})
    with pytest.raises(rememo.UserHashError) as caught:
        f([Animal("a")])
    assert isinstance(caught.value, rememo.RememoError)
    assert isinstance(caught.value.__cause__, KeyError)
    message = str(caught.value)
    assert "broken" in message
    assert "Animal" in message
    assert "nothing here" in message
    assert runs() == 0


def test_a_hash_function_that_returns_what_cannot_be_hashed_says_so() -> None:
    f = cached(hash_funcs={Animal: lambda animal: iter([animal])})
    with pytest.raises(rememo.UnhashableTypeError):
        f(Animal("a"))


def test_python_hash_of_an_unhashable_is_a_user_hash_error() -> None:
    with pytest.raises(rememo.UserHashError) as caught:
        rememo.hash([{}], hash_funcs={dict: hash})
    assert isinstance(caught.value.__cause__, TypeError)


def test_an_ignored_parameter_is_left_out() -> None:
    @rememo.cache(ignore=("log", "retries"))
    def fetch(url: str, log: Any = None, *, retries: int = 3) -> str:
        ran()
        return url

    miss(fetch, "a")
    hit(fetch, "a", print)
    hit(fetch, "a", log=iter([1]), retries=5)
    miss(fetch, "b", print)


def test_collected_arguments_can_be_ignored() -> None:
    @rememo.cache(ignore=("rest", "more"))
    def f(x: int, *rest: Any, **more: Any) -> int:
        ran()
        return x

    miss(f, 1)
    hit(f, 1, 2, iter([]), z=3)
    miss(f, 2, 2)


def test_self_can_be_ignored() -> None:
    class Client:
        def __init__(self) -> None:
            self.session = iter([1])

        @rememo.cache(ignore=("self",))
        def get(self, path: str) -> str:
            ran()
            return path

    miss(Client().get, "a")
    hit(Client().get, "a")


def test_depends_on_a_value_as_it_is_when_called() -> None:
    rules = {"limit": 1}

    @rememo.cache(depends_on=[rules])
    def f(x: int) -> int:
        ran()
        return x

    miss(f, 1)
    hit(f, 1)
    rules["limit"] = 2
    miss(f, 1)
    rules["limit"] = 1
    hit(f, 1)


def test_depends_on_a_function_by_its_code() -> None:
    def version_one() -> int:
        return 1

    def version_two() -> int:
        return 2

    def make(helper: Any) -> Any:
        @rememo.cache(depends_on=[helper])
        def f(x: int) -> int:
            ran()
            return x

        return f

    miss(make(version_one), 1)
    miss(make(version_two), 1)
    hit(make(version_one), 1)


def test_depends_on_a_file_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "rules.txt"
    path.write_text("one")

    @rememo.cache(depends_on=[rememo.File(path)])
    def f() -> str:
        ran()
        return path.read_text()

    assert miss(f) == "one"
    os.utime(path, (1, 1))
    assert hit(f) == "one"
    path.write_text("three")
    assert miss(f) == "three"


def test_depends_on_an_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REMEMO_TEST_REGION", raising=False)

    @rememo.cache(depends_on=[rememo.Env("REMEMO_TEST_REGION")])
    def region() -> str:
        ran()
        return os.environ.get("REMEMO_TEST_REGION", "none")

    assert miss(region) == "none"
    monkeypatch.setenv("REMEMO_TEST_REGION", "")
    assert miss(region) == ""
    monkeypatch.setenv("REMEMO_TEST_REGION", "north")
    assert miss(region) == "north"
    monkeypatch.setenv("REMEMO_TEST_OTHER", "x")
    assert hit(region) == "north"
    monkeypatch.delenv("REMEMO_TEST_REGION")
    assert hit(region) == "none"


def test_the_version_is_a_salt() -> None:
    def make(version: object) -> Any:
        @rememo.cache(version=version)
        def f(x: int) -> int:
            ran()
            return x

        return f

    for version in (None, 1, 2, "1", (1, 2)):
        miss(make(version), 1)
    for version in (None, 1, 2, "1", (1, 2)):
        hit(make(version), 1)


def test_options_that_do_not_concern_the_result_do_not_change_the_key() -> None:
    def f(x: int) -> int:
        return x

    keys = {rememo.cache(**options)(f).key(1) for options in ({}, {"ttl": 5}, {"max_entries": 3})}
    assert len(keys) == 1


def test_opaque_identity_takes_a_resource_by_identity() -> None:
    connection = sqlite3.connect(":memory:")

    @rememo.cache(opaque="identity")
    def one() -> int:
        ran()
        return int(connection.execute("SELECT 1").fetchone()[0])

    assert miss(one) == 1
    assert hit(one) == 1
    connection.close()
    connection = sqlite3.connect(":memory:")
    assert miss(one) == 1
    connection.close()


def test_a_resource_is_an_error_that_names_the_variable_and_the_remedies() -> None:
    connection = sqlite3.connect(":memory:")

    @rememo.cache
    def one() -> int:
        ran()
        return int(connection.execute("SELECT 1").fetchone()[0])

    with pytest.raises(rememo.UnhashableTypeError) as caught:
        one()
    message = str(caught.value)
    assert "connection" in message
    assert "one" in message
    assert "hash_funcs=" in message
    assert "rememo.register(" in message
    assert re.search(r"""opaque=['"]identity['"]""", message)
    assert Path(__file__).name in message
    connection.close()


def test_locks_and_loggers_which_a_function_uses_do_not_disturb() -> None:
    import logging

    lock, log = threading.Lock(), logging.getLogger("rememo.tests")

    @rememo.cache
    def careful(x: int) -> int:
        ran()
        with lock:
            log.debug("running with %s", x)
        return x

    miss(careful, 1)
    log.setLevel(logging.ERROR)
    hit(careful, 1)
    with lock:
        hit(careful, 1)
