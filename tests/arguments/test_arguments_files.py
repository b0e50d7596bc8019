"""Files: an open one by path, time, size, position and mode; `rememo.File` by content."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path

import pytest
import rememo
from _support import hit, miss, ran


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.txt"
    path.write_text("one two three")
    return path


def test_an_open_file_opened_again_is_the_same(data: Path) -> None:
    with open(data) as one, open(data) as other:
        assert rememo.hash(one) == rememo.hash(other)


def test_the_position_of_an_open_file_counts_and_stays(data: Path) -> None:
    with open(data, "rb") as file:
        before = rememo.hash(file)
        file.read(4)
        after = rememo.hash(file)
        assert file.tell() == 4
        file.seek(0)
        assert before != after
        assert rememo.hash(file) == before


def test_the_mode_of_an_open_file_counts(data: Path) -> None:
    digests = set()
    for mode in ("r", "rb", "r+", "rb+"):
        with open(data, mode) as file:
            digests.add(rememo.hash(file))
    assert len(digests) == 4


def test_how_an_open_file_turns_bytes_into_what_is_read_counts(data: Path) -> None:
    """The same path, time, size, position and mode, and yet another text: a wrong hit otherwise."""
    data.write_bytes(b"caf\xc3\xa9\r\n")

    @rememo.cache
    def read(file: io.TextIOBase) -> str:
        ran()
        return file.read()

    ways = [
        {"encoding": "utf-8"},
        {"encoding": "latin-1"},
        {"encoding": "utf-8", "newline": ""},
        {"encoding": "ascii", "errors": "replace"},
        {"encoding": "ascii", "errors": "ignore"},
    ]
    results = []
    for way in ways:
        with open(data, **way) as file:
            results.append(miss(read, file))
    assert len(set(results)) == len(ways)


def test_whether_an_open_file_is_buffered_counts(data: Path) -> None:
    """A raw file's `read(n)` may return less, and it has no `peek`."""
    with open(data, "rb") as buffered, open(data, "rb", buffering=0) as raw:
        assert rememo.hash(buffered) != rememo.hash(raw)


def test_the_path_time_and_size_of_an_open_file_count(data: Path) -> None:
    other = data.with_name("other.txt")
    other.write_text("one two three")
    os.utime(other, ns=(data.stat().st_atime_ns, data.stat().st_mtime_ns))
    with open(data) as file, open(other) as stranger:
        first = rememo.hash(file)
        assert rememo.hash(stranger) != first
        moved = data.stat().st_mtime_ns + 1
        os.utime(data, ns=(moved, moved))
        second = rememo.hash(file)
        assert second != first
        data.write_text("one two three four")
        os.utime(data, ns=(moved, moved))
        assert rememo.hash(file) != second


def test_a_cached_function_sees_that_its_open_file_changed(data: Path) -> None:
    @rememo.cache
    def first_word(file: io.TextIOBase) -> str:
        ran()
        return file.read().split()[0]

    with open(data) as file:
        assert miss(first_word, file) == "one"
    with open(data) as file:
        assert hit(first_word, file) == "one"
        assert file.tell() == 0
    data.write_text("uno due")
    with open(data) as file:
        assert miss(first_word, file) == "uno"


@pytest.mark.parametrize(
    ("kind", "content", "other"), [(io.BytesIO, b"abc", b"abd"), (io.StringIO, "abc", "abd")]
)
def test_a_file_in_memory_counts_by_content_and_position(
    kind: type, content: object, other: object
) -> None:
    file = kind(content)
    before = rememo.hash(file)
    assert rememo.hash(kind(content)) == before
    assert rememo.hash(kind(other)) != before
    file.read(1)
    assert rememo.hash(file) != before
    assert file.tell() == 1
    file.seek(0)
    assert rememo.hash(file) == before


def test_bytes_and_text_in_memory_differ() -> None:
    assert rememo.hash(io.BytesIO(b"a")) != rememo.hash(io.StringIO("a"))
    assert rememo.hash(io.BytesIO(b"a")) != rememo.hash(b"a")


def test_a_closed_file_is_never_taken_for_an_open_one(data: Path) -> None:
    file = io.BytesIO()
    with open(data) as opened:
        before = {rememo.hash(file), rememo.hash(opened)}
    file.close()
    for closed in (file, opened):
        try:
            assert rememo.hash(closed) not in before
        except rememo.UnhashableTypeError:
            pass  # refusing it is as good


def test_a_file_by_content_does_not_count_by_time(data: Path) -> None:
    before = rememo.hash(rememo.File(data))
    os.utime(data, (1, 1))
    assert rememo.hash(rememo.File(data)) == before
    assert rememo.hash(rememo.File(str(data))) == before


def test_a_file_by_content_is_read_again_when_it_changed(data: Path) -> None:
    file = rememo.File(data)
    before = rememo.hash(file)
    stat = data.stat()
    time.sleep(0.02)  # a change time of its own
    data.write_text("one two THREE")
    os.utime(data, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert data.stat().st_size == stat.st_size
    assert rememo.hash(file) != before
    data.write_text("one two three")
    assert rememo.hash(file) == before


def test_a_file_by_content_that_was_replaced_is_read_again(data: Path) -> None:
    file = rememo.File(data)
    before = rememo.hash(file)
    new = data.with_name("new.txt")
    new.write_text("one two THREE")
    stat = data.stat()
    os.utime(new, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    os.replace(new, data)
    assert rememo.hash(file) != before


def test_a_file_argument_decides_about_the_call(data: Path) -> None:
    @rememo.cache
    def words(file: rememo.File, path: str) -> int:
        ran()
        return len(Path(path).read_text().split())

    assert miss(words, rememo.File(data), str(data)) == 3
    os.utime(data, (1, 1))
    assert hit(words, rememo.File(data), str(data)) == 3
    data.write_text("one")
    assert miss(words, rememo.File(data), str(data)) == 1


def test_a_file_that_is_not_there_is_not_an_empty_one(tmp_path: Path) -> None:
    path = tmp_path / "missing.txt"
    try:
        missing = rememo.hash(rememo.File(path))
    except (OSError, rememo.RememoError) as error:
        assert "missing.txt" in str(error)
        return
    path.write_text("")
    assert rememo.hash(rememo.File(path)) != missing
