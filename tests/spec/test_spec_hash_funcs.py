"""The specification on `hash_funcs`: each of its examples, executed."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

import pytest
import rememo
from _support import hit, miss, ran


class FileReference:
    """A reference to a file, as in the specification."""

    def __init__(self, filename: str) -> None:
        self.filename = filename


def file_and_time(file_reference: FileReference) -> tuple[str, float]:
    filename = file_reference.filename
    return (filename, os.path.getmtime(filename))


def file_contents(file_reference: FileReference) -> str:
    with open(file_reference.filename) as f:
        return f.read()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.txt"
    path.write_text("one")
    return path


def touch(path: Path) -> None:
    """Move the modification time by ten seconds."""
    moved = path.stat().st_mtime + 10
    os.utime(path, (moved, moved))


def test_a_custom_class_is_hashed_by_navigating_its_structure(data: Path) -> None:
    """ "By default, hashes custom classes like FileReference by recursively navigating …"."""

    @rememo.cache
    def func(file_reference: FileReference) -> str:
        ran()
        return Path(file_reference.filename).read_text()

    miss(func, FileReference(str(data)))
    hit(func, FileReference(str(data)))
    touch(data)
    hit(func, FileReference(str(data)))
    other = data.with_name("other.txt")
    other.write_text("one")
    miss(func, FileReference(str(other)))


def test_hash_funcs_can_check_the_modification_time(data: Path) -> None:
    """ "the hasher check for changes to the file's modification time, not just its name"."""

    @rememo.cache(hash_funcs={FileReference: file_and_time})
    def func(file_reference: FileReference) -> str:
        ran()
        return Path(file_reference.filename).read_text()

    miss(func, FileReference(str(data)))
    hit(func, FileReference(str(data)))
    touch(data)
    miss(func, FileReference(str(data)))


def test_hash_funcs_can_use_the_file_contents(data: Path) -> None:
    """ "you can hash FileReference objects by the file's contents"."""

    @rememo.cache(hash_funcs={FileReference: file_contents})
    def func(file_reference: FileReference) -> str:
        ran()
        return Path(file_reference.filename).read_text()

    assert miss(func, FileReference(str(data))) == "one"
    touch(data)
    assert hit(func, FileReference(str(data))) == "one"
    data.write_text("two")
    assert miss(func, FileReference(str(data))) == "two"


def test_what_a_hash_function_returns_is_hashed_in_turn(data: Path) -> None:
    """ "Because the hash function works recursively, you don't have to hash the contents"."""
    funcs = {FileReference: lambda reference: [reference.filename, {"nested": (1.0, None)}]}
    same = {FileReference: lambda reference: [reference.filename, {"nested": (1.0, None)}]}
    other = {FileReference: lambda reference: [reference.filename, {"nested": (1, None)}]}
    value = FileReference("a")
    assert rememo.hash(value, hash_funcs=funcs) == rememo.hash(value, hash_funcs=same)
    assert rememo.hash(value, hash_funcs=funcs) != rememo.hash(value, hash_funcs=other)


def test_id_hashes_a_singleton() -> None:
    """ "Use case: If you're hashing a singleton object, like an open database connection"."""
    connection = sqlite3.connect(":memory:")

    @rememo.cache(hash_funcs={sqlite3.Connection: id})
    def one(connection: sqlite3.Connection) -> int:
        ran()
        return int(connection.execute("SELECT 1").fetchone()[0])

    assert miss(one, connection) == 1
    assert hit(one, connection) == 1
    connection.close()


def test_a_constant_hash_function_turns_hashing_off() -> None:
    """ "lambda _: None … If you want to turn off hashing of this type"."""

    class Settings:
        def __init__(self, level: int) -> None:
            self.level = level

    @rememo.cache(hash_funcs={Settings: lambda _: None})
    def level(settings: Settings) -> int:
        ran()
        return settings.level

    assert miss(level, Settings(1)) == 1
    assert hit(level, Settings(2)) == 1


def test_python_hash_hashes_a_type_that_knows_how() -> None:
    """ "Python's hash() function … If Python already knows how to hash this type correctly"."""

    class FooType:
        def __init__(self, identity: int) -> None:
            self.identity = identity
            self.source = iter([identity])  # cannot be hashed by navigating the structure

        def __hash__(self) -> int:
            return hash(("FooType", self.identity))

        def __eq__(self, other: object) -> bool:
            return isinstance(other, FooType) and self.identity == other.identity

    @rememo.cache(hash_funcs={FooType: hash})
    def func(foo: FooType) -> int:
        ran()
        return foo.identity

    assert miss(func, FooType(1)) == 1
    assert hit(func, FooType(1)) == 1
    assert miss(func, FooType(2)) == 2


def test_a_custom_hash_function_overrides_how_a_type_is_hashed() -> None:
    """ "Custom hash function … If you'd like to override how a particular type is hashed"."""

    @rememo.cache(hash_funcs={str: str.casefold})
    def greet(name: str) -> str:
        ran()
        return f"hello {name}"

    assert miss(greet, "Ada") == "hello Ada"
    assert hit(greet, "ADA") == "hello Ada"


def test_the_database_connection_is_created_once_and_reused() -> None:
    """ "the database connection is created once and stored … it becomes a singleton"."""

    @rememo.cache(allow_output_mutation=True)
    def get_database_connection() -> sqlite3.Connection:
        ran()
        return sqlite3.connect(":memory:", check_same_thread=False)

    connection = miss(get_database_connection)
    connection.execute("CREATE TABLE users (name)")
    assert hit(get_database_connection) is connection
    connection.close()


def test_allow_output_mutation_prevents_hashing_the_output() -> None:
    """ "This prevents … from trying to hash the output connection"."""

    class Connection:
        def __reduce_ex__(self, protocol: object) -> object:
            raise AssertionError("the output was hashed")

    @rememo.cache(allow_output_mutation=True)
    def get_database_connection() -> Connection:
        ran()
        return Connection()

    assert miss(get_database_connection) is hit(get_database_connection)


def test_a_connection_that_comes_from_the_cache_is_an_argument_by_id() -> None:
    """ "What if you want to write a function that receives a database connection as input?"."""

    @rememo.cache(allow_output_mutation=True)
    def get_database_connection(name: str) -> sqlite3.Connection:
        made = sqlite3.connect(":memory:")
        made.execute("CREATE TABLE users (name)")
        made.execute("INSERT INTO users VALUES (?)", (name,))
        return made

    @rememo.cache(hash_funcs={sqlite3.Connection: id})
    def get_users(connection: sqlite3.Connection) -> list[tuple[str]]:
        ran()
        return connection.execute("SELECT * FROM users").fetchall()

    assert miss(get_users, get_database_connection("ada")) == [("ada",)]
    assert hit(get_users, get_database_connection("ada")) == [("ada",)]
    # "if you happened to have a second connection object … that pointed to an entirely different
    # database, it would still be safe to pass it"
    assert miss(get_users, get_database_connection("bob")) == [("bob",)]
    for name in ("ada", "bob"):
        get_database_connection(name).close()


def test_an_id_is_never_taken_for_that_of_an_object_that_is_gone() -> None:
    """ "its id is guaranteed to be different than the first id", even when memory is reused."""

    class DBConnection:
        def __init__(self, url: str) -> None:
            self.url = url

    @rememo.cache(hash_funcs={DBConnection: id})
    def get_url(connection: DBConnection) -> str:
        ran()
        return connection.url

    for number in range(200):
        connection = DBConnection(f"db://{number}")
        assert miss(get_url, connection) == f"db://{number}"
        del connection


def test_a_huge_constant_dataframe_need_not_be_hashed() -> None:
    """ "@st.cache(hash_funcs={pd.DataFrame: lambda _: None})"."""
    pd = pytest.importorskip("pandas")

    @rememo.cache(hash_funcs={pd.DataFrame: lambda _: None})
    def func(huge_constant_dataframe: object) -> int:
        ran()
        return len(huge_constant_dataframe)  # type: ignore[arg-type]

    assert miss(func, pd.DataFrame({"a": range(1000)})) == 1000
    # "all instances are hash to the same value, which effectively cancels out the hashing"
    assert hit(func, pd.DataFrame({"b": range(10)})) == 1000


def test_constant_hashing_is_independent_of_how_long_hashing_would_take() -> None:
    """ "to avoid hashing large, slow-to-hash objects that you know are not going to change"."""

    class Slow:
        def __reduce_ex__(self, protocol: object) -> object:
            time.sleep(30)
            raise AssertionError("the value was hashed")

    assert rememo.hash([Slow()], hash_funcs={Slow: lambda _: None}) == rememo.hash(
        [Slow()], hash_funcs={Slow: lambda _: None}
    )
