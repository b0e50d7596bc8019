"""Where an import inside a body leads, found without importing or executing anything."""

from __future__ import annotations

import os
import py_compile
import shutil
import subprocess
import sys
import sysconfig
import types
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
import rememo
from rememo import _native

EXTENSION = sysconfig.get_config_var("EXT_SUFFIX")

find = _native._find


def write(path: Path, content: str | bytes = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory in front of `sys.path`."""
    directory = tmp_path / "root"
    directory.mkdir()
    monkeypatch.syspath_prepend(directory)
    return directory


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> Callable[..., types.ModuleType]:
    def loaded(name: str, **entries: object) -> types.ModuleType:
        module = types.ModuleType(name)
        module.__dict__.update(entries)
        monkeypatch.setitem(sys.modules, name, module)
        return module

    return loaded


def value(code: types.CodeType) -> object:
    """What the found code assigns to `x`."""
    namespace: dict[str, object] = {}
    exec(code, namespace)
    return namespace["x"]


class TestAbsoluteName:
    @pytest.mark.parametrize(
        ("package", "name", "level", "expected"),
        [
            ("a.b", "os.path", 0, "os.path"),
            ("a.b", "c", 1, "a.b.c"),
            ("a.b", "", 1, "a.b"),
            ("a.b", "c.d", 2, "a.c.d"),
            ("a.b", "", 2, "a"),
            ("a.b", "c", 3, None),
            ("a", "", 2, None),
            ("", "c", 1, None),
            ("", "", 0, None),
            ("", "c", 0, "c"),
        ],
    )
    def test_as_the_import_statement_resolves_it(
        self, package: str, name: str, level: int, expected: str | None
    ) -> None:
        assert _native._absolute_name(package, name, level) == expected


class TestLoaded:
    def test_the_very_object(self) -> None:
        assert find("os") == ("loaded", os)
        assert find("os.path") == ("loaded", os.path)

    def test_whatever_was_put_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        facade = object()
        monkeypatch.setitem(sys.modules, "facade_under_test", facade)
        assert find("facade_under_test") == ("loaded", facade)

    def test_none_blocks_the_import(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(root / "blocked.py")
        write(root / "blocked_pkg/__init__.py")
        write(root / "blocked_pkg/sub.py")
        monkeypatch.setitem(sys.modules, "blocked", None)
        monkeypatch.setitem(sys.modules, "blocked_pkg", None)
        assert find("blocked") == ("missing",)
        assert find("blocked_pkg.sub") == ("missing",)


class TestInterpreter:
    def test_built_in(self) -> None:
        name = next(n for n in sys.builtin_module_names if n not in sys.modules)
        assert find(name) == ("builtin",)

    def test_frozen(self) -> None:
        assert "__phello__" not in sys.modules
        assert find("__hello__") == ("frozen",)

    def test_a_module_of_the_standard_library(self) -> None:
        assert "this" not in sys.modules
        kind, path, code, is_package = find("this")
        assert (kind, Path(path).name, is_package) == ("source", "this.py", False)
        assert isinstance(code, types.CodeType)
        assert "this" not in sys.modules


class TestDirectories:
    def test_a_module(self, root: Path) -> None:
        file = write(root / "plain.py", "x = 7")
        kind, path, code, is_package = find("plain")
        assert (kind, path, is_package) == ("source", str(file), False)
        assert code.co_filename == str(file)
        assert value(code) == 7

    def test_a_package_and_its_submodules(self, root: Path) -> None:
        init = write(root / "pkg/__init__.py", "x = 'init'")
        deep = write(root / "pkg/sub/deep.py", "x = 'deep'")
        write(root / "pkg/sub/__init__.py")
        kind, path, code, is_package = find("pkg")
        assert (kind, path, value(code), is_package) == ("source", str(init), "init", True)
        kind, path, code, is_package = find("pkg.sub.deep")
        assert (kind, path, value(code), is_package) == ("source", str(deep), "deep", False)

    def test_nothing(self, root: Path) -> None:
        write(root / "pkg/__init__.py")
        write(root / "plain.py")
        for name in ["no_such", "pkg.no_such", "plain.sub", "", "pkg..x", "pkg.", "a/b", "nul\0"]:
            assert find(name) == ("missing",), name

    def test_nothing_is_executed_or_imported(self, root: Path) -> None:
        write(root / "mine/__init__.py", "raise SystemExit")
        write(root / "mine/sub.py", "raise SystemExit")
        before = set(sys.modules)
        assert find("mine.sub")[0] == "source"
        assert set(sys.modules) == before

    def test_the_first_entry_wins(self, root: Path, tmp_path: Path, monkeypatch) -> None:
        write(root / "both.py", "x = 'second'")
        first = write(tmp_path / "first/both.py", "x = 'first'")
        monkeypatch.syspath_prepend(first.parent)
        assert find("both")[1] == str(first)

    def test_a_package_before_a_module(self, root: Path) -> None:
        write(root / "both.py")
        init = write(root / "both/__init__.py")
        assert find("both")[1] == str(init)

    def test_an_extension_before_source_before_bytecode(self, root: Path) -> None:
        write(root / "both.pyc")
        source = write(root / "both.py")
        assert find("both")[:2] == ("source", str(source))
        native = write(root / f"both{EXTENSION}")
        assert find("both") == ("extension", str(native))

    def test_other_extension_endings(self, root: Path) -> None:
        stable = write(root / "stable.abi3.so")
        assert find("stable") == ("extension", str(stable))
        write(root / "foreign.cpython-27-x86_64-linux-gnu.so")
        assert find("foreign") == ("missing",)
        package = write(root / f"native/__init__{EXTENSION}")
        assert find("native") == ("extension", str(package))

    def test_the_empty_entry_is_the_working_directory(self, tmp_path: Path, monkeypatch) -> None:
        file = write(tmp_path / "here_only.py")
        monkeypatch.setattr(sys, "path", ["", *sys.path])
        assert find("here_only") == ("missing",)
        monkeypatch.chdir(tmp_path)
        assert find("here_only")[1] == str(file)

    def test_entries_that_are_no_strings_or_do_not_exist(self, root: Path, monkeypatch) -> None:
        write(root / "plain.py")
        monkeypatch.setattr(sys, "path", [None, 3, "/no/such/directory", *sys.path])
        assert find("plain")[0] == "source"
        assert find("no_such") == ("missing",)

    def test_the_path_of_a_loaded_package_counts(self, tmp_path: Path, loaded) -> None:
        loaded("moved_pkg", __path__=[str(tmp_path / "elsewhere")])
        file = write(tmp_path / "elsewhere/sub.py")
        assert find("moved_pkg.sub")[1] == str(file)

    def test_a_loaded_module_has_no_submodules(self, root: Path, loaded) -> None:
        loaded("mere_module")
        write(root / "mere_module/sub.py")
        assert find("mere_module.sub") == ("missing",)

    def test_a_path_of_the_packages_own_making_is_not_asked(self, loaded) -> None:
        class Path_:
            def __iter__(self):
                raise AssertionError("asked")

        loaded("odd_pkg", __path__=Path_())
        kind, reason = find("odd_pkg.sub")
        assert kind == "opaque" and "odd_pkg.__path__" in reason


class TestNamespaces:
    def test_all_portions(self, root: Path, tmp_path: Path, monkeypatch) -> None:
        (root / "space").mkdir()
        second = write(tmp_path / "second/space/sub.py", "x = 2").parent
        monkeypatch.syspath_prepend(second.parent)
        assert find("space") == ("namespace", [str(second), str(root / "space")])
        third = write(root / "space/other.py")
        assert find("space.sub")[1] == str(second / "sub.py")
        assert find("space.other")[1] == str(third)

    def test_a_regular_package_further_on_wins(
        self, root: Path, tmp_path: Path, monkeypatch
    ) -> None:
        init = write(root / "space/__init__.py")
        (tmp_path / "second/space").mkdir(parents=True)
        monkeypatch.syspath_prepend(tmp_path / "second")
        assert find("space")[:2] == ("source", str(init))

    def test_nested(self, root: Path) -> None:
        file = write(root / "outer/inner/leaf.py")
        assert find("outer.inner") == ("namespace", [str(root / "outer/inner")])
        assert find("outer.inner.leaf")[1] == str(file)

    def test_a_loaded_namespace_package(self, root: Path, monkeypatch) -> None:
        file = write(root / "space_loaded/leaf.py")
        import space_loaded

        monkeypatch.setitem(sys.modules, "space_loaded", space_loaded)
        assert find("space_loaded.leaf")[:2] == ("source", str(file))

    @pytest.mark.parametrize(
        "line",
        [
            "__path__ = __import__('pkgutil').extend_path(__path__, __name__)",
            "__import__('pkg_resources').declare_namespace(__name__)",
        ],
    )
    def test_the_older_ways(self, root: Path, tmp_path: Path, monkeypatch, line: str) -> None:
        for directory, leaf in [(root, "one"), (tmp_path / "second", "two")]:
            write(directory / "old_space/__init__.py", line)
            write(directory / f"old_space/{leaf}.py")
        monkeypatch.syspath_prepend(tmp_path / "second")
        assert find("old_space.two")[1] == str(tmp_path / "second/old_space/two.py")
        assert find("old_space.one")[1] == str(root / "old_space/one.py")

    def test_an_ordinary_package_is_not_extended(
        self, root: Path, tmp_path: Path, monkeypatch
    ) -> None:
        write(root / "plain_pkg/__init__.py")
        write(tmp_path / "second/plain_pkg/__init__.py")
        write(root / "plain_pkg/one.py")
        monkeypatch.syspath_prepend(tmp_path / "second")
        assert find("plain_pkg.one") == ("missing",)


class TestSource:
    def test_compiled_once_while_the_content_stays(self, root: Path) -> None:
        file = write(root / "plain.py", "x = 1")
        code = find("plain")[2]
        assert find("plain")[2] is code
        os.utime(file, (1, 1))
        assert find("plain")[2] is code

    def test_an_edit_is_seen_at_once_also_under_the_same_size_and_time(self, root: Path) -> None:
        file = write(root / "plain.py", "x = 1")
        for number in range(2, 9):
            status = file.stat()
            assert value(find("plain")[2]) == number - 1
            file.write_text(f"x = {number}")
            os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))

    def test_a_file_replaced_by_renaming(self, root: Path) -> None:
        file = write(root / "plain.py", "x = 1")
        os.utime(file, (1_000_000_000, 1_000_000_000))
        assert value(find("plain")[2]) == 1
        other = write(root / "new", "x = 2")
        os.utime(other, (1_000_000_000, 1_000_000_000))
        other.rename(file)
        assert value(find("plain")[2]) == 2

    def test_a_module_that_appears_and_disappears(self, root: Path) -> None:
        assert find("later") == ("missing",)
        file = write(root / "later.py")
        assert find("later")[0] == "source"
        file.unlink()
        assert find("later") == ("missing",)

    @pytest.mark.parametrize(
        "content",
        [
            "# -*- coding: latin-1 -*-\nx = 'gr\xfc\xdfe'\n".encode("latin-1"),
            b"\xef\xbb\xbfx = 'gr\xc3\xbc\xc3\x9fe'\n",
            "x = 'gr\xfc\xdfe'".encode(),
            "x = 'gr\xfc\xdfe'\r\n".encode(),
        ],
        ids=["declared", "byte order mark", "UTF-8", "CRLF"],
    )
    def test_encodings(self, root: Path, content: bytes) -> None:
        write(root / "encoded.py", content)
        assert value(find("encoded")[2]) == "gr\xfc\xdfe"

    @pytest.mark.parametrize(
        "content", [b"x = (", b"x = '\xff'", b"x = 1\0", b"# coding: nonsense\n"]
    )
    def test_what_does_not_compile_says_why(self, root: Path, content: bytes) -> None:
        file = write(root / "broken.py", content)
        kind, reason = find("broken")
        assert kind == "opaque" and str(file) in reason
        file.write_text("x = 1")
        assert value(find("broken")[2]) == 1

    def test_no_future_is_inherited(self, root: Path) -> None:
        # This file has `from __future__ import annotations`.
        write(root / "plain.py", "def x(a: (lambda: 1)()): pass")
        assert value(find("plain")[2]).__annotations__ == {"a": 1}  # type: ignore[attr-defined]

    def test_its_warnings_are_left_to_the_import(self, root: Path) -> None:
        write(root / "warned.py", r"x = '\d'")
        with warnings.catch_warnings(record=True) as given:
            warnings.simplefilter("always")
            filters = list(warnings.filters)
            assert find("warned")[0] == "source"
            assert warnings.filters == filters
        assert given == []
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            write(root / "warned.py", r"x = '\w'")
            assert value(find("warned")[2]) == r"\w"


class TestBytecode:
    def compiled(self, source: Path, mode: str = "TIMESTAMP") -> Path:
        return Path(
            py_compile.compile(
                str(source), doraise=True, invalidation_mode=py_compile.PycInvalidationMode[mode]
            )
        )

    def test_without_source(self, root: Path) -> None:
        source = write(root / "gone.py", "x = 5\ndef f(): pass")
        file = root / "only.pyc"
        shutil.move(self.compiled(source), file)
        kind, path, code, is_package = find("only")
        assert (kind, path, is_package) == ("bytecode", str(file), False)
        assert value(code) == 5
        # Where it lies now, not where it was compiled; so for the functions in it.
        assert code.co_filename == str(file)
        assert {c.co_filename for c in code.co_consts if isinstance(c, types.CodeType)} == {
            str(file)
        }

    def test_a_package_without_source(self, root: Path) -> None:
        source = write(root / "gone.py", "x = 5")
        write(root / "only/__init__.pyc", self.compiled(source).read_bytes())
        assert find("only")[0::3] == ("bytecode", True)

    @pytest.mark.parametrize("damage", ["empty", "magic", "truncated", "no code"])
    def test_a_damaged_file(self, root: Path, damage: str) -> None:
        good = self.compiled(write(root / "gone.py", "x = 5")).read_bytes()
        content = {
            "empty": b"",
            "magic": b"\0\0\r\n" + good[4:],
            "truncated": good[:20],
            "no code": good[:16] + b"N",
        }[damage]
        file = write(root / "only.pyc", content)
        kind, reason = find("only")
        assert kind == "opaque" and str(file) in reason

    def test_what_the_import_would_execute_is_read(self, root: Path) -> None:
        """A cached .pyc that fits counts as it does for the import statement."""
        source = write(root / "both.py", "x = 1")
        os.utime(source, (1_000_000_000, 1_000_000_000))
        self.compiled(source)
        source.write_text("x = 2")
        os.utime(source, (1_000_000_000, 1_000_000_000))
        assert value(find("both")[2]) == 1
        os.utime(source, (1_000_000_001, 1_000_000_001))
        assert value(find("both")[2]) == 2

    def test_cached_files_of_another_place(self, root: Path, monkeypatch) -> None:
        source = write(root / "both.py", "x = 1")
        self.compiled(source)
        status = source.stat()
        source.write_text("x = 2")
        os.utime(source, ns=(status.st_atime_ns, status.st_mtime_ns))
        monkeypatch.setattr(sys, "pycache_prefix", str(root / "elsewhere"))
        assert value(find("both")[2]) == 2

    def test_hash_based_files(self, root: Path) -> None:
        source = write(root / "unchecked.py", "x = 1")
        self.compiled(source, "UNCHECKED_HASH")
        source.write_text("x = 2")
        assert value(find("unchecked")[2]) == 1
        source = write(root / "checked.py", "x = 1")
        self.compiled(source, "CHECKED_HASH")
        source.write_text("x = 2")
        assert value(find("checked")[2]) == 2

    def test_a_damaged_cached_file_is_passed_over(self, root: Path) -> None:
        source = write(root / "both.py", "x = 1")
        cached = self.compiled(source)
        cached.write_bytes(cached.read_bytes()[:20])
        assert value(find("both")[2]) == 1

    def test_nothing_is_written(self, root: Path) -> None:
        write(root / "plain.py", "x = 1")
        assert find("plain")[0] == "source"
        assert os.listdir(root) == ["plain.py"]


class TestZipFiles:
    @pytest.fixture(params=["stored", "deflated", "with a stub in front"])
    def archive(self, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch) -> Path:
        path = tmp_path / "bundle.zip"
        method = zipfile.ZIP_STORED if request.param == "stored" else zipfile.ZIP_DEFLATED
        with zipfile.ZipFile(path, "a", method) as bundle:
            bundle.writestr("zipped.py", "x = 'module'\n" + "# padding\n" * 500)
            bundle.writestr("zipped_pkg/__init__.py", "x = 'package'")
            bundle.writestr("zipped_pkg/sub.py", "x = 'sub'")
            bundle.writestr("zipped_space/leaf.py", "x = 'leaf'")
            bundle.writestr("inside/nested.py", "x = 'nested'")
            source = write(tmp_path / "compiled.py", "x = 'compiled'")
            bundle.write(py_compile.compile(str(source), doraise=True), "only_bytecode.pyc")
            bundle.comment = b"a comment at the end"
        if request.param == "with a stub in front":
            path.write_bytes(b"#!/usr/bin/env python\n" * 40 + path.read_bytes())
        monkeypatch.syspath_prepend(path)
        return path

    def test_modules_and_packages(self, archive: Path) -> None:
        for name, member, expected, package in [
            ("zipped", "zipped.py", "module", False),
            ("zipped_pkg", "zipped_pkg/__init__.py", "package", True),
            ("zipped_pkg.sub", "zipped_pkg/sub.py", "sub", False),
            ("zipped_space.leaf", "zipped_space/leaf.py", "leaf", False),
        ]:
            kind, path, code, is_package = find(name)
            assert (kind, path, is_package) == ("source", str(archive / member), package)
            assert code.co_filename == path
            assert value(code) == expected

    def test_namespaces(self, archive: Path) -> None:
        assert find("zipped_space") == ("namespace", [str(archive / "zipped_space")])

    def test_bytecode(self, archive: Path) -> None:
        kind, path, code, _ = find("only_bytecode")
        assert (kind, value(code)) == ("bytecode", "compiled")
        assert code.co_filename == path == str(archive / "only_bytecode.pyc")

    def test_a_directory_inside(self, archive: Path, monkeypatch) -> None:
        assert find("nested") == ("missing",)
        monkeypatch.syspath_prepend(archive / "inside")
        assert find("nested")[1] == str(archive / "inside/nested.py")

    def test_nothing(self, archive: Path) -> None:
        assert find("not_zipped") == ("missing",)
        assert find("zipped_pkg.not_there") == ("missing",)

    def test_as_the_import_statement_finds_it(self, archive: Path) -> None:
        code = """
        import sys
        import zipped, zipped_pkg.sub
        print(zipped.x, zipped.__file__, zipped_pkg.sub.x)
        """
        expected = f"module {archive / 'zipped.py'} sub"
        assert in_new_process(code, path=archive) == expected

    def test_a_replaced_archive(self, archive: Path) -> None:
        assert value(find("zipped")[2]) == "module"
        with zipfile.ZipFile(archive, "w") as bundle:
            bundle.writestr("zipped.py", "x = 'replaced'")
        assert value(find("zipped")[2]) == "replaced"
        assert find("zipped_pkg") == ("missing",)

    def test_a_damaged_member(self, tmp_path: Path, monkeypatch) -> None:
        path = tmp_path / "damaged.zip"
        with zipfile.ZipFile(path, "w") as bundle:
            bundle.writestr("flipped.py", "x = 'sub'")
        # Still good Python, and of the same length.
        path.write_bytes(path.read_bytes().replace(b"'sub'", b"'rub'"))
        monkeypatch.syspath_prepend(path)
        kind, reason = find("flipped")
        assert kind == "opaque" and "checksum" in reason

    def test_a_file_that_is_no_zip_file(self, tmp_path: Path, monkeypatch) -> None:
        monkeypatch.syspath_prepend(write(tmp_path / "text.zip", "no archive"))
        assert find("not_zipped") == ("missing",)

    def test_an_unknown_compression(self, tmp_path: Path, monkeypatch) -> None:
        with zipfile.ZipFile(tmp_path / "odd.zip", "w", zipfile.ZIP_LZMA) as bundle:
            bundle.writestr("packed_oddly.py", "x = 1")
        monkeypatch.syspath_prepend(tmp_path / "odd.zip")
        kind, reason = find("packed_oddly")
        assert kind == "opaque" and "compression method 14" in reason


class TestFinders:
    def editable(self, loaded, monkeypatch, mapping: dict, namespaces: dict) -> None:
        name = "__editable___tool_1_0_finder"

        class _EditableFinder:
            @classmethod
            def find_spec(cls, fullname, path=None, target=None):
                return None  # what pytest itself imports meanwhile

        _EditableFinder.__module__ = name
        loaded(name, MAPPING=mapping, NAMESPACES=namespaces)
        monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, _EditableFinder])

    def test_editable_installs(self, tmp_path: Path, loaded, monkeypatch) -> None:
        work = tmp_path / "work"
        init = write(work / "tool/__init__.py")
        sub = write(work / "tool/sub.py")
        single = write(work / "single_tool.py")
        leaf = write(work / "space/leaf/__init__.py")
        mapping = {
            "tool_e": str(work / "tool"),
            "single_e": str(work / "single_tool"),
            "space_e.leaf": str(work / "space/leaf"),
        }
        namespaces = {"space_e": [str(work / "space")]}
        self.editable(loaded, monkeypatch, mapping, namespaces)
        assert find("tool_e")[1::2] == (str(init), True)
        assert find("tool_e.sub")[1::2] == (str(sub), False)
        assert find("single_e")[1::2] == (str(single), False)
        assert find("space_e") == ("namespace", [str(work / "space")])
        assert find("space_e.leaf")[1::2] == (str(leaf), True)
        assert find("tool_e.no_such") == ("missing",)
        assert find("no_such") == ("missing",)

    def test_the_path_comes_before_an_editable_install(
        self, root: Path, tmp_path: Path, loaded, monkeypatch
    ) -> None:
        write(tmp_path / "work/tool/__init__.py")
        self.editable(loaded, monkeypatch, {"tool_e": str(tmp_path / "work/tool")}, {})
        here = write(root / "tool_e.py")
        assert find("tool_e")[1] == str(here)

    def test_an_unknown_finder_is_named_and_not_asked(self, root: Path, monkeypatch) -> None:
        asked = []

        class Inventive:
            def find_spec(self, fullname, path=None, target=None):
                asked.append(fullname)

        monkeypatch.setattr(sys, "meta_path", [Inventive(), *sys.meta_path])
        file = write(root / "plain.py")
        assert find("plain")[:2] == ("source", str(file))
        kind, reason = find("invented_module")
        assert kind == "opaque" and "Inventive" in reason
        assert asked == []

    def test_an_unknown_path_hook_is_named(self, monkeypatch) -> None:
        class Remote:
            pass

        monkeypatch.syspath_prepend("remote://modules")
        monkeypatch.setitem(sys.path_importer_cache, "remote://modules", Remote())
        kind, reason = find("remote_module")
        assert kind == "opaque" and "Remote" in reason and "remote://modules" in reason

    def test_names_that_six_makes(self, monkeypatch) -> None:
        class _SixMetaPathImporter:
            __qualname__ = "_SixMetaPathImporter"

            def __init__(self) -> None:
                self.known_modules = {"six_like.moves.queue": object()}

            def find_spec(self, fullname, path=None, target=None):
                return None

        six_like = types.ModuleType("six_like.moves")
        six_like.__path__ = []
        monkeypatch.setitem(sys.modules, "six_like.moves", six_like)
        monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, _SixMetaPathImporter()])
        assert find("six_like.moves.queue")[0] == "opaque"
        assert find("six_like.moves.other") == ("missing",)

    def test_without_a_finder_nothing_is_found(self, root: Path, monkeypatch) -> None:
        write(root / "plain.py")
        monkeypatch.setattr(sys, "meta_path", [])
        assert find("plain") == ("missing",)
        assert find("__hello__") == ("missing",)


def in_new_process(code: str, *, path: Path) -> str:
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(path), str(Path(rememo.__file__).parents[1])]),
    }
    done = subprocess.run(
        [sys.executable, "-c", dedent(code)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout.strip()


class TestAgainstTheImportSystem:
    def test_every_module_of_the_standard_library(self) -> None:
        """`importlib.util.find_spec` in another process, which imports parents, as the model."""
        code = """
        import importlib.util, sys
        from rememo import _native
        names = sorted(sys.stdlib_module_names) + [
            "xml.dom.minidom", "email.mime.text", "concurrent.futures.thread", "os.path",
            "importlib.metadata._meta", "json.tool", "no_such", "json.no_such",
        ]
        found = {name: _native._find(name) for name in names}
        kinds = {
            "SourceFileLoader": "source", "ExtensionFileLoader": "extension",
        }
        for name, (kind, *rest) in found.items():
            if kind == "loaded":
                continue
            try:
                spec = importlib.util.find_spec(name)
            except ImportError:
                spec = None
            if spec is None:
                expected = ("missing",)
            elif spec.origin in ("built-in", "frozen"):
                expected = (spec.origin.replace("-", ""),)
            elif type(spec.loader).__name__ == "DistutilsLoader":  # setuptools has put in its own
                expected = ("source", importlib.util.find_spec("setuptools._distutils").origin)
            else:
                expected = (kinds[type(spec.loader).__name__], spec.origin)
            assert (kind, *rest[:1]) == expected, (name, kind, rest, spec)
            if kind == "source":
                assert rest[2] == expected[1].endswith("__init__.py"), name
        print(sum(found[name][0] == "source" for name in found) > 100)
        """
        assert in_new_process(code, path=Path("/nonexistent")) == "True"
