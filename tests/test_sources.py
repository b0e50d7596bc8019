"""`rememo.File` and `rememo.Env`: what of the outside counts, and what does not."""

import copy
import os
import pickle
from pathlib import Path

import pytest
import rememo
from _support import hit, miss, ran


def digest(path: "str | os.PathLike[str]") -> str:
    return rememo.hash(rememo.File(path))


def test_a_file_counts_by_its_content(tmp_path: Path):
    path = tmp_path / "data"
    path.write_bytes(b"one")
    before = digest(path)
    assert digest(path) == before
    path.write_bytes(b"two")
    assert digest(path) != before


def test_a_change_that_keeps_size_and_modification_time_counts(tmp_path: Path):
    path = tmp_path / "data"
    path.write_bytes(b"one")
    before, stat = digest(path), path.stat()
    path.write_bytes(b"two")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert path.stat().st_mtime_ns == stat.st_mtime_ns
    assert digest(path) != before


def test_a_file_put_in_the_place_of_another_counts(tmp_path: Path):
    path, other = tmp_path / "data", tmp_path / "other"
    path.write_bytes(b"one")
    before, stat = digest(path), path.stat()
    other.write_bytes(b"two")
    os.utime(other, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    other.replace(path)
    assert digest(path) != before


def test_the_path_does_not_count(tmp_path: Path):
    (tmp_path / "a").write_bytes(b"same")
    (tmp_path / "b").write_bytes(b"same")
    assert digest(tmp_path / "a") == digest(tmp_path / "b")


def test_missing_empty_and_full_files_are_three_states(tmp_path: Path):
    path = tmp_path / "data"
    missing = digest(path)
    path.touch()
    empty = digest(path)
    path.write_bytes(b"text")
    assert len({missing, empty, digest(path)}) == 3
    path.unlink()
    assert digest(path) == missing
    assert digest(tmp_path / "data" / "below") == missing


def test_a_path_that_cannot_be_read_is_an_error_that_keeps_its_cause(tmp_path: Path):
    with pytest.raises(rememo.UserHashError) as caught:
        digest(tmp_path)
    assert isinstance(caught.value.__cause__, OSError)


def test_a_relative_path_is_looked_up_at_the_time_of_the_call(tmp_path: Path, monkeypatch):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "data").write_text(name)
    file = rememo.File("data")
    monkeypatch.chdir(tmp_path / "a")
    first = rememo.hash(file)
    monkeypatch.chdir(tmp_path / "b")
    assert rememo.hash(file) != first


def test_a_file_opens_as_its_path_does(tmp_path: Path):
    path = tmp_path / "data"
    path.write_text("text")
    assert Path(rememo.File(path)).read_text() == "text"
    assert rememo.File(path).path == os.fspath(path) == rememo.File(os.fsencode(path)).path


def test_a_call_misses_when_its_file_argument_changes(tmp_path: Path):
    path = tmp_path / "data"

    @rememo.cache
    def read(file):
        ran()
        return Path(file).read_text() if Path(file).exists() else None

    assert miss(read, rememo.File(path)) is None
    assert hit(read, rememo.File(path)) is None
    path.write_text("one")
    assert miss(read, rememo.File(path)) == "one"
    assert hit(read, rememo.File(path)) == "one"
    path.write_text("two")
    assert miss(read, rememo.File(path)) == "two"
    path.write_text("one")
    assert hit(read, rememo.File(path)) == "one"


def test_a_call_misses_when_a_file_that_it_depends_on_changes(tmp_path: Path):
    path = tmp_path / "data"
    path.write_text("one")

    @rememo.cache(depends_on=[rememo.File(path)])
    def read():
        ran()
        return path.read_text()

    assert miss(read) == "one"
    assert hit(read) == "one"
    path.write_text("two")
    assert miss(read) == "two"
    assert hit(read) == "two"


def test_a_call_misses_when_a_variable_that_it_depends_on_changes(monkeypatch):
    @rememo.cache(depends_on=[rememo.Env("REMEMO_TEST")])
    def read():
        ran()
        return os.environ.get("REMEMO_TEST")

    monkeypatch.delenv("REMEMO_TEST", raising=False)
    assert miss(read) is None
    assert hit(read) is None
    monkeypatch.setenv("REMEMO_TEST", "")
    assert miss(read) == ""
    monkeypatch.setenv("REMEMO_TEST", "x")
    assert miss(read) == "x"
    assert hit(read) == "x"
    monkeypatch.setenv("REMEMO_UNRELATED", "y")
    assert hit(read) == "x"


def test_variables_of_two_names_differ_even_with_one_value(monkeypatch):
    monkeypatch.setenv("REMEMO_TEST_A", "x")
    monkeypatch.setenv("REMEMO_TEST_B", "x")
    assert rememo.hash(rememo.Env("REMEMO_TEST_A")) != rememo.hash(rememo.Env("REMEMO_TEST_B"))


@pytest.mark.parametrize("source", [rememo.File("data"), rememo.Env("data")])
def test_sources_are_immutable_values(source):
    assert source == type(source)("data")
    assert source != type(source)("other")
    assert rememo.File("data") != rememo.Env("data")
    assert hash(source) == hash(type(source)("data"))
    assert repr(source) == f"rememo.{type(source).__name__}('data')"
    with pytest.raises(AttributeError, match="immutable"):
        source._text = "other"
    with pytest.raises(AttributeError, match="immutable"):
        del source._text
    for again in (copy.copy(source), copy.deepcopy(source), pickle.loads(pickle.dumps(source))):
        assert type(again) is type(source)
        assert again == source


def test_a_source_that_is_no_path_is_refused_at_once():
    with pytest.raises(TypeError):
        rememo.File(3)
