"""Whose code a file or module is: the user's, or a library's with distribution and version."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import types
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
import rememo
from rememo import _native

PYTHON = ("library", "python", f"{sys.version_info.major}.{sys.version_info.minor}")
EXTENSION = sysconfig.get_config_var("EXT_SUFFIX")

origin = _native._origin


@pytest.fixture(autouse=True)
def no_declarations() -> Iterator[None]:
    yield
    _native._configure_origin([], [])


@pytest.fixture
def site(tmp_path: Path) -> Path:
    directory = tmp_path / "lib" / "site-packages"
    directory.mkdir(parents=True)
    return directory


def write(path: Path, content: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def install(
    site: Path,
    name: str,
    version: str,
    files: dict[str, str],
    record: bool = True,
    direct_url: dict[str, object] | None = None,
) -> None:
    """Lay files and metadata into a site directory as an installer does."""
    for path, content in files.items():
        write(site / path, content)
    info = site / f"{name.replace('-', '_')}-{version}.dist-info"
    write(
        info / "METADATA",
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nText.\n",
    )
    if direct_url is not None:
        write(info / "direct_url.json", json.dumps(direct_url))
    if record:
        quoted = {path: f'"{path}"' if "," in path else path for path in files}
        lines = [f"{quoted[path]},sha256={hash_of(files[path])},1" for path in files]
        write(info / "RECORD", "\n".join([*lines, f"{info.name}/METADATA,,", ""]))


def hash_of(content: str) -> str:
    return content.encode().hex() or "00"


def in_new_process(code: str, *, path: Path, cwd: Path | None = None) -> str:
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(path), str(Path(rememo.__file__).parents[1])]),
    }
    done = subprocess.run(
        [sys.executable, "-c", dedent(code)],
        env=environment,
        cwd=cwd,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout.strip()


class TestStandardLibrary:
    @pytest.mark.parametrize("name", ["sys", "builtins", "time", "_thread"])
    def test_built_in_modules(self, name: str) -> None:
        assert origin(module=name) == PYTHON

    @pytest.mark.parametrize("name", ["os", "importlib._bootstrap", "json.decoder", "os.path"])
    def test_modules_frozen_or_on_disk(self, name: str) -> None:
        assert origin(module=name) == PYTHON

    def test_a_module_that_is_not_imported(self) -> None:
        assert "sunau" not in sys.modules and "this" not in sys.modules
        assert origin(module="this") == PYTHON
        assert origin(module="xml.dom.pulldom") == PYTHON
        assert "this" not in sys.modules and "xml.dom.pulldom" not in sys.modules

    def test_files(self) -> None:
        assert origin(json.__file__) == PYTHON
        assert origin("<frozen os>") == PYTHON
        assert origin("<frozen importlib._bootstrap>") == PYTHON

    def test_extension_modules(self) -> None:
        directory = next(Path(entry) for entry in sys.path if entry.endswith("lib-dynload"))
        shared = next(directory.glob("*.so"))
        assert origin(shared) == PYTHON

    def test_a_zipped_standard_library(self) -> None:
        archive = f"python{sys.version_info.major}{sys.version_info.minor}.zip"
        path = Path(sys.base_prefix) / sys.platlibdir / archive / "json" / "decoder.py"
        assert origin(path) == PYTHON

    def test_a_frozen_module_of_the_user_is_not_python(self) -> None:
        assert origin("<frozen my_application>") == ("user", None)


class TestUserCode:
    @pytest.mark.parametrize(
        "label",
        ["<string>", "<stdin>", "<ipython-input-3-0123>", "<doctest a.b[0]>", "<frozen>", ""],
    )
    def test_code_that_came_from_no_file(self, label: str) -> None:
        assert origin(label) == ("user", None)

    def test_a_file_anywhere(self, tmp_path: Path) -> None:
        file = write(tmp_path / "work.py")
        assert origin(file) == ("user", str(file.resolve()))

    def test_a_file_that_does_not_exist(self, tmp_path: Path) -> None:
        cell = tmp_path / "ipykernel_17" / "4242.py"
        assert origin(cell) == ("user", str(tmp_path.resolve() / "ipykernel_17" / "4242.py"))

    def test_a_project_below_the_prefix(self) -> None:
        for path in ["project/work.py", "lib/work.py", "lib/python-projects/work.py"]:
            assert origin(Path(sys.base_prefix) / path)[0] == "user"
            assert origin(Path(sys.prefix) / path)[0] == "user"

    def test_a_directory_whose_name_only_resembles_a_library_directory(
        self, tmp_path: Path
    ) -> None:
        assert origin(tmp_path / "my-site-packages" / "work.py")[0] == "user"
        assert origin(Path(sysconfig.get_path("stdlib") + "-mine") / "work.py")[0] == "user"

    def test_a_file_called_like_a_library_directory(self, tmp_path: Path) -> None:
        assert origin(write(tmp_path / "site-packages"))[0] == "user"

    def test_a_relative_path_is_of_the_working_directory_of_the_moment(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ["one", "two"]:
            file = write(tmp_path / name / "work.py")
            monkeypatch.chdir(file.parent)
            assert origin("work.py") == ("user", str(file.resolve()))
            assert origin("./work.py") == ("user", str(file.resolve()))

    def test_symbolic_links_are_resolved(self, tmp_path: Path) -> None:
        file = write(tmp_path / "real" / "work.py")
        (tmp_path / "link").symlink_to(tmp_path / "real")
        assert origin(tmp_path / "link" / "work.py") == ("user", str(file.resolve()))

    def test_an_unknown_module(self) -> None:
        assert origin(module="no_such_module_anywhere") == ("user", None)

    def test_main_without_a_file(self) -> None:
        code = """
        import sys
        from rememo import _native
        # What the interactive interpreter leaves there.
        import _frozen_importlib
        sys.modules["__main__"].__loader__ = _frozen_importlib.BuiltinImporter
        print(_native._origin(module="__main__"))
        """
        assert in_new_process(code, path=Path("/nonexistent")) == "('user', None)"


class TestDistributions:
    def test_named_like_the_package(self, site: Path) -> None:
        install(site, "alpha", "1.2", {"alpha/__init__.py": "", "alpha/sub/deep.py": ""})
        assert origin(site / "alpha/__init__.py") == ("library", "alpha", "1.2")
        assert origin(site / "alpha/sub/deep.py") == ("library", "alpha", "1.2")

    def test_named_otherwise(self, site: Path) -> None:
        install(site, "python-dateutil", "2.9", {"dateutil/__init__.py": "", "dateutil/tz.py": ""})
        install(site, "other", "1", {"other.py": ""})
        assert origin(site / "dateutil/tz.py") == ("library", "python-dateutil", "2.9")

    def test_names_are_compared_normalised_and_given_as_written(self, site: Path) -> None:
        install(site, "Ruamel.Yaml_x", "0.18", {"ruamel_yaml_x/__init__.py": ""})
        assert origin(site / "ruamel_yaml_x/__init__.py") == ("library", "Ruamel.Yaml_x", "0.18")

    def test_single_modules_and_extension_modules(self, site: Path) -> None:
        install(site, "six", "1.16", {"six.py": "", f"_speed{EXTENSION}": ""})
        assert origin(site / "six.py") == ("library", "six", "1.16")
        assert origin(site / f"_speed{EXTENSION}") == ("library", "six", "1.16")

    def test_the_metadata_say_the_version_not_the_directory(self, site: Path) -> None:
        install(site, "alpha", "1.2", {"alpha/__init__.py": ""})
        metadata = site / "alpha-1.2.dist-info" / "METADATA"
        metadata.write_text("Name: alpha\nVersion: 1.2.post7\n")
        assert origin(site / "alpha/__init__.py") == ("library", "alpha", "1.2.post7")

    def test_the_description_below_the_metadata_says_nothing(self, site: Path) -> None:
        install(site, "alpha", "1.2", {"alpha/__init__.py": ""})
        write(site / "alpha-1.2.dist-info" / "METADATA", "Name: alpha\n\nVersion: 0\n")
        assert origin(site / "alpha/__init__.py") == ("library", "alpha", "1.2")

    def test_namespace_packages_by_the_recorded_paths(self, site: Path) -> None:
        install(site, "google-storage", "2.0", {"google/cloud/storage/__init__.py": ""})
        install(site, "google-auth", "3.1", {"google/auth/__init__.py": ""})
        assert origin(site / "google/cloud/storage/__init__.py") == (
            "library",
            "google-storage",
            "2.0",
        )
        assert origin(site / "google/auth/__init__.py") == ("library", "google-auth", "3.1")

    def test_a_namesake_does_not_own_what_it_does_not_list(self, site: Path) -> None:
        install(site, "google", "1.0", {"google/search/__init__.py": ""})
        install(site, "google-auth", "3.1", {"google/auth/__init__.py": ""})
        assert origin(site / "google/auth/__init__.py") == ("library", "google-auth", "3.1")
        assert origin(site / "google/search/__init__.py") == ("library", "google", "1.0")

    def test_paths_in_quotes(self, site: Path) -> None:
        install(site, "odd", "1", {"strange/a,b.py": "", "strange/c.py": ""})
        assert origin(site / "strange/a,b.py") == ("library", "odd", "1")

    def test_a_file_that_two_distributions_list_counts_by_its_content(self, site: Path) -> None:
        shared = {"shared/__init__.py": "version = 1"}
        install(site, "first", "1", {**shared, "shared/a.py": ""})
        install(site, "second", "2", {**shared, "shared/b.py": ""})
        kind, name, version = origin(site / "shared/__init__.py")
        assert (kind, name, version[:8]) == ("library", "shared", "content:")
        assert origin(site / "shared/b.py") == ("library", "second", "2")

    def test_a_virtual_environment_inside_a_project(self, tmp_path: Path) -> None:
        site = tmp_path / "project/.venv/lib/python3.99/site-packages"
        install(site, "alpha", "1.2", {"alpha/__init__.py": ""})
        assert origin(site / "alpha/__init__.py") == ("library", "alpha", "1.2")
        assert origin(write(tmp_path / "project/alpha/__init__.py"))[0] == "user"

    def test_dist_packages(self, tmp_path: Path) -> None:
        site = tmp_path / "python3" / "dist-packages"
        install(site, "alpha", "1.2", {"alpha/__init__.py": ""})
        assert origin(site / "alpha/__init__.py") == ("library", "alpha", "1.2")

    def test_the_innermost_site_directory_counts(self, site: Path) -> None:
        inner = site / "vendor" / "site-packages"
        install(inner, "alpha", "9", {"alpha/__init__.py": ""})
        install(site, "vendor", "1", {"vendor/__init__.py": ""})
        assert origin(inner / "alpha/__init__.py") == ("library", "alpha", "9")

    def test_the_packages_of_this_environment(self) -> None:
        assert origin(module="pytest") == ("library", "pytest", pytest.__version__)
        assert origin(module="_pytest.fixtures") == ("library", "pytest", pytest.__version__)
        assert origin(pytest.__file__) == ("library", "pytest", pytest.__version__)


class TestInstalledFromElsewhere:
    """Not installed from an index: the version alone does not say what the code is."""

    def test_other_content_under_the_same_version(self, tmp_path: Path) -> None:
        versions = []
        for build in ["x = 1", "x = 2", "x = 1"]:
            site = tmp_path / str(len(versions)) / "site-packages"
            local = {"url": "file:///somewhere", "dir_info": {}}
            install(site, "mine", "0.1", {"mine/__init__.py": build}, direct_url=local)
            kind, name, version = origin(site / "mine/__init__.py")
            assert (kind, name, version[:11]) == ("library", "mine", "0.1+record:")
            versions.append(version)
        assert versions[0] != versions[1]
        assert versions[0] == versions[2]


class TestOlderMetadata:
    def egg_info(self, site: Path, **files: str) -> Path:
        info = site / "beta_tools-3.4-py3.11.egg-info"
        write(info / "PKG-INFO", "Metadata-Version: 1.1\nName: beta-tools\nVersion: 3.4\n")
        for name, content in files.items():
            write(info / f"{name.replace('_', '-')}.txt", content)
        return info

    def test_installed_files(self, site: Path) -> None:
        write(site / "beta/core.py")
        self.egg_info(site, installed_files="../beta/core.py\nPKG-INFO\n")
        assert origin(site / "beta/core.py") == ("library", "beta-tools", "3.4")

    def test_top_level(self, site: Path) -> None:
        write(site / "beta/core.py")
        info = self.egg_info(site)
        write(info / "top_level.txt", "beta\nbeta_more\n")
        assert origin(site / "beta/core.py") == ("library", "beta-tools", "3.4")

    def test_only_the_name(self, site: Path) -> None:
        write(site / "beta_tools/core.py")
        self.egg_info(site)
        assert origin(site / "beta_tools/core.py") == ("library", "beta-tools", "3.4")

    def test_a_file_instead_of_a_directory(self, site: Path) -> None:
        write(site / "gamma.py")
        write(site / "gamma-0.9.egg-info", "Name: gamma\nVersion: 0.9.1\n")
        assert origin(site / "gamma.py") == ("library", "gamma", "0.9.1")

    def test_dist_info_without_a_record(self, site: Path) -> None:
        install(site, "delta", "5.0", {"delta/__init__.py": ""}, record=False)
        assert origin(site / "delta/__init__.py") == ("library", "delta", "5.0")

    def test_eggs(self, site: Path) -> None:
        egg = site / "epsilon-2.1-py3.11.egg"
        write(egg / "EGG-INFO/PKG-INFO", "Name: Epsilon\nVersion: 2.1\n")
        assert origin(write(egg / "epsilon/core.py")) == ("library", "Epsilon", "2.1")


class TestWithoutMetadata:
    def test_by_the_content_of_the_package(self, tmp_path: Path) -> None:
        def version(folder: str, **files: str) -> str:
            site = tmp_path / folder / "site-packages"
            for name, content in files.items():
                write(site / "bare" / name.replace("__", "/").replace("_py", ".py"), content)
            kind, name, version = origin(site / "bare" / "core.py")
            assert (kind, name) == ("library", "bare")
            assert version.startswith("content:") and len(version) == len("content:") + 64
            return version

        base = version("a", core_py="x = 1", sub__more_py="y = 2")
        assert version("b", core_py="x = 1", sub__more_py="y = 2") == base
        assert version("c", core_py="x = 1", sub__more_py="y = 3") != base
        assert version("d", core_py="x = 1", sub__other_py="y = 2") != base
        assert version("e", core_py="x = 1", sub__more_py="y = 2", sub__new_py="") != base
        assert version("f", core_py="x = 1y = 2", sub__more_py="") != base
        assert version("g", core_py="x = 1", sub__more_py="y = 2", notes="text") == base

    def test_all_files_of_the_package_have_one_version(self, site: Path) -> None:
        first, second = write(site / "bare/a.py", "1"), write(site / "bare/b/c.py", "2")
        assert origin(first) == origin(second)

    def test_a_module(self, tmp_path: Path) -> None:
        found = [
            origin(write(tmp_path / str(i) / "site-packages" / "bare.py", text))
            for i, text in enumerate(["x = 1", "x = 2"])
        ]
        assert [name for _, name, _ in found] == ["bare", "bare"]
        assert found[0] != found[1]

    def test_a_link_that_leads_upwards_adds_nothing(self, tmp_path: Path) -> None:
        found = []
        for linked in [False, True]:
            package = tmp_path / str(linked) / "site-packages" / "bare"
            file = write(package / "sub/core.py")
            if linked:
                (package / "sub/again").symlink_to(package)
            found.append(origin(file))
        assert found[0] == found[1]

    def test_a_file_put_into_an_installed_package_counts_by_itself(self, tmp_path: Path) -> None:
        found = []
        for text in ["x = 1", "x = 2"]:
            site = tmp_path / text[-1] / "site-packages"
            install(site, "alpha", "1.2", {"alpha/__init__.py": ""})
            found.append(origin(write(site / "alpha/added.py", text)))
            assert origin(site / "alpha/__init__.py") == ("library", "alpha", "1.2")
        assert [name for _, name, _ in found] == ["alpha.added", "alpha.added"]
        assert found[0] != found[1]

    def test_a_file_that_a_list_or_a_distribution_without_one_may_own(self, site: Path) -> None:
        install(site, "listed", "1", {"space/a.py": ""})
        install(site, "unlisted", "2", {"space/b.py": ""}, record=False)
        write(site / "unlisted-2.dist-info/top_level.txt", "space\n")
        kind, name, version = origin(site / "space/b.py")
        assert (kind, name, version[:8]) == ("library", "space.b", "content:")

    def test_a_package_put_into_an_installed_namespace(self, site: Path) -> None:
        install(site, "google-auth", "3.1", {"google/auth/__init__.py": ""})
        kind, name, version = origin(write(site / "google/mine/core.py"))
        assert (kind, name, version[:8]) == ("library", "google.mine", "content:")


class TestLinks:
    def test_a_link_made_to_work_on_a_package_is_user_code(
        self, site: Path, tmp_path: Path
    ) -> None:
        file = write(tmp_path / "work/alpha/core.py")
        (site / "alpha").symlink_to(tmp_path / "work/alpha")
        assert origin(site / "alpha/core.py") == ("user", str(file.resolve()))

    def test_files_linked_by_the_installer_are_library_code(
        self, site: Path, tmp_path: Path
    ) -> None:
        store = write(tmp_path / "store/1f3a/alpha/core.py")
        install(site, "alpha", "1.2", {"alpha/__init__.py": "", "alpha/core.py": ""})
        (site / "alpha/core.py").unlink()
        (site / "alpha/core.py").symlink_to(store)
        assert origin(site / "alpha/core.py") == ("library", "alpha", "1.2")

    def test_files_linked_by_the_installer_and_declared_user_code(
        self, site: Path, tmp_path: Path
    ) -> None:
        store = write(tmp_path / "store/1f3a/alpha.py")
        install(site, "alpha", "1.2", {"alpha.py": ""})
        (site / "alpha.py").unlink()
        (site / "alpha.py").symlink_to(store)
        _native._configure_origin([tmp_path / "store"], [])
        assert origin(site / "alpha.py") == ("user", str(store.resolve()))

    def test_a_link_of_an_editable_install_is_user_code(self, site: Path, tmp_path: Path) -> None:
        file = write(tmp_path / "work/alpha.py")
        editable = {"url": "file:///project", "dir_info": {"editable": True}}
        install(site, "alpha", "1.2", {"alpha.py": ""}, direct_url=editable)
        (site / "alpha.py").unlink()
        (site / "alpha.py").symlink_to(file)
        assert origin(site / "alpha.py") == ("user", str(file.resolve()))

    def test_a_link_into_a_site_directory_is_library_code(self, site: Path, tmp_path: Path) -> None:
        install(site, "alpha", "1.2", {"alpha/__init__.py": ""})
        (tmp_path / "shortcut").symlink_to(site / "alpha")
        assert origin(tmp_path / "shortcut/__init__.py") == ("library", "alpha", "1.2")


class TestNativeCodeOfTheUser:
    def test_counts_by_the_content_of_the_file(self, tmp_path: Path) -> None:
        name = f"fast{EXTENSION}"
        found = [
            origin(write(tmp_path / str(i) / name, text))
            for i, text in enumerate(["one", "two", "one"])
        ]
        assert {(kind, library) for kind, library, _ in found} == {("library", name)}
        assert found[0] == found[2]
        assert found[0] != found[1]
        assert found[0][2].startswith("content:")

    def test_also_where_declared_user_code(self, tmp_path: Path) -> None:
        file = write(tmp_path / f"fast{EXTENSION}", "one")
        _native._configure_origin([tmp_path], [])
        assert origin(file)[:2] == ("library", file.name)


class TestRememoItself:
    def test_is_a_library(self) -> None:
        own = ("library", "rememo", _native.__version__)
        assert origin(rememo.__file__) == own
        assert origin(_native.__file__) == own
        assert origin(module="rememo") == own
        assert origin(module="rememo._native") == own

    def test_also_in_a_source_checkout(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        init = write(tmp_path / "python/rememo/__init__.py")
        beside = write(tmp_path / "python/rememo_tools.py")
        checkout = types.ModuleType("rememo")
        checkout.__file__ = str(init)
        monkeypatch.setitem(sys.modules, "rememo", checkout)
        assert origin(init.with_name("_cache.py"))[:2] == ("library", "rememo")
        assert origin(beside)[0] == "user"


class TestModules:
    @pytest.fixture
    def module(self, monkeypatch: pytest.MonkeyPatch):
        def module(name: str, **entries: object) -> types.ModuleType:
            made = types.ModuleType(name)
            made.__dict__.update(entries)
            monkeypatch.setitem(sys.modules, name, made)
            return made

        return module

    def test_a_loaded_module_is_where_its_file_is(self, module, site: Path, tmp_path: Path) -> None:
        install(site, "alpha", "1.2", {"alpha/__init__.py": ""})
        module("alpha_under_test", __file__=str(site / "alpha/__init__.py"))
        module("mine_under_test", __file__=str(tmp_path / "mine.py"))
        assert origin(module="alpha_under_test") == ("library", "alpha", "1.2")
        assert origin(module="mine_under_test") == ("user", str(tmp_path.resolve() / "mine.py"))

    def test_a_module_without_a_file_is_of_its_parent(self, module, site: Path) -> None:
        install(site, "alpha", "1.2", {"alpha/__init__.py": ""})
        module("alpha_under_test", __file__=str(site / "alpha/__init__.py"), __path__=[])
        module("alpha_under_test.moves")
        assert origin(module="alpha_under_test.moves") == ("library", "alpha", "1.2")
        assert origin(module="alpha_under_test.never.made") == ("library", "alpha", "1.2")

    def test_a_module_that_is_not_loaded(self, site: Path, monkeypatch) -> None:
        install(site, "other-name", "7", {"unloaded_alpha/__init__.py": "raise SystemExit"})
        monkeypatch.syspath_prepend(site)
        assert origin(module="unloaded_alpha") == ("library", "other-name", "7")
        assert "unloaded_alpha" not in sys.modules

    def test_namespace_packages(self, site: Path, tmp_path: Path, monkeypatch) -> None:
        install(site, "one", "1", {"space_a/x/m.py": ""})
        install(site, "two", "2", {"space_b/x/m.py": ""})
        install(site, "three", "3", {"space_b/y/m.py": ""})
        write(tmp_path / "mine/space_c/m.py")
        monkeypatch.syspath_prepend(site)
        monkeypatch.syspath_prepend(tmp_path / "mine")
        assert origin(module="space_a") == ("library", "one", "1")
        assert origin(module="space_b") == ("library", "space_b", "namespace")
        assert origin(module="space_b.y") == ("library", "three", "3")
        assert origin(module="space_c") == ("user", None)
        import space_b.y  # noqa: F401 - loaded, its path is a computed object

        assert origin(module="space_b.y") == ("library", "three", "3")

    def test_no_attribute_of_a_module_is_looked_up(self, module, tmp_path: Path) -> None:
        class Lazy(types.ModuleType):
            def __getattribute__(self, name: str) -> object:
                raise AssertionError(f"looked up {name}")

        lazy = Lazy("lazy_under_test")
        types.ModuleType.__getattribute__(lazy, "__dict__")["__file__"] = str(tmp_path / "lazy.py")
        sys.modules["lazy_under_test"] = lazy
        try:
            assert origin(module="lazy_under_test") == ("user", str(tmp_path.resolve() / "lazy.py"))
        finally:
            del sys.modules["lazy_under_test"]

    def test_something_else_in_the_place_of_a_module(self, monkeypatch, tmp_path: Path) -> None:
        class Facade:
            def __init__(self) -> None:
                self.__file__ = str(tmp_path / "facade.py")

            def __getattr__(self, name: str) -> object:
                raise AssertionError(f"looked up {name}")

        monkeypatch.setitem(sys.modules, "facade_under_test", Facade())
        assert origin(module="facade_under_test") == (
            "user",
            str(tmp_path.resolve() / "facade.py"),
        )


class TestDeclarations:
    def test_a_path_declared_library_code(self, tmp_path: Path) -> None:
        file = write(tmp_path / "vendored/tool/core.py", "x = 1")
        assert origin(file)[0] == "user"
        _native._configure_origin([], [tmp_path / "vendored"])
        kind, name, version = origin(file)
        assert (kind, name, version[:8]) == ("library", "tool", "content:")
        assert origin(write(tmp_path / "work.py"))[0] == "user"

    def test_a_declaration_is_taken_back_by_the_next(self, tmp_path: Path) -> None:
        file = write(tmp_path / "core.py")
        _native._configure_origin([], [tmp_path])
        assert origin(file)[0] == "library"
        _native._configure_origin([], [])
        assert origin(file)[0] == "user"

    def test_a_target_directory_with_metadata(self, tmp_path: Path) -> None:
        install(tmp_path / "target", "Alpha", "1.2", {"alpha/__init__.py": "", "alpha/b/c.py": ""})
        _native._configure_origin([], [tmp_path / "target"])
        assert origin(tmp_path / "target/alpha/b/c.py") == ("library", "Alpha", "1.2")
        _native._configure_origin([], [tmp_path / "target/alpha"])
        assert origin(tmp_path / "target/alpha/__init__.py") == ("library", "Alpha", "1.2")

    def test_an_installed_package_declared_user_code(self, site: Path, monkeypatch) -> None:
        install(site, "alpha", "1.2", {"alpha_d/__init__.py": "", "alpha_d/c.py": ""})
        install(site, "beta", "2", {"beta_d/__init__.py": ""})
        monkeypatch.syspath_prepend(site)
        _native._configure_origin(["alpha_d"], [])
        assert origin(site / "alpha_d/c.py") == ("user", str((site / "alpha_d/c.py").resolve()))
        assert origin(module="alpha_d.c")[0] == "user"
        assert origin(site / "beta_d/__init__.py") == ("library", "beta", "2")

    def test_a_package_that_can_be_found_only_later(self, site: Path, monkeypatch) -> None:
        install(site, "alpha", "1.2", {"alpha_late/__init__.py": ""})
        _native._configure_origin(["alpha_late"], [])
        file = site / "alpha_late/__init__.py"
        assert origin(file)[0] == "library"
        monkeypatch.syspath_prepend(site)
        assert origin(file)[0] == "user"

    def test_the_nearest_wins(self, site: Path, tmp_path: Path) -> None:
        install(site, "alpha", "1.2", {"alpha/__init__.py": "", "alpha/mine/a.py": ""})
        _native._configure_origin([tmp_path, site / "alpha/mine"], [site / "alpha/mine/a.py"])
        # The site directory is nearer than the declared one around it.
        assert origin(site / "alpha/__init__.py") == ("library", "alpha", "1.2")
        assert origin(write(site / "alpha/mine/b.py"))[0] == "user"
        assert origin(site / "alpha/mine/a.py") == ("library", "alpha", "1.2")

    def test_the_nearest_wins_in_whatever_order_they_are_given(self, tmp_path: Path) -> None:
        file = write(tmp_path / "vendored/mine/a.py")
        for deep, shallow in [(file.parent, tmp_path), (file.parent, file.parent.parent)]:
            _native._configure_origin([deep], [shallow])
            assert origin(file)[0] == "user"
            _native._configure_origin([shallow], [deep])
            assert origin(file)[0] == "library"

    def test_a_declared_module_of_the_standard_library(self) -> None:
        _native._configure_origin(["json.decoder"], [])
        assert origin(json.decoder.__file__)[0] == "user"
        assert origin(json.__file__) == PYTHON

    def test_a_module_without_a_file(self, monkeypatch) -> None:
        monkeypatch.setitem(sys.modules, "made_by_hand", types.ModuleType("made_by_hand"))
        assert origin(module="made_by_hand") == ("user", None)
        _native._configure_origin([], ["made_by_hand"])
        assert origin(module="made_by_hand")[:2] == ("library", "made_by_hand")

    def test_a_relative_path_is_of_the_directory_at_declaration(
        self, tmp_path: Path, monkeypatch
    ) -> None:
        file = write(tmp_path / "vendored/tool.py")
        monkeypatch.chdir(tmp_path)
        _native._configure_origin([], ["./vendored"])
        monkeypatch.chdir("/")
        assert origin(file)[0] == "library"


class TestWithoutSideEffects:
    def test_nothing_is_imported(self, site: Path) -> None:
        install(site, "alpha", "1.2", {"alpha/__init__.py": "raise SystemExit", "alpha/b.py": ""})
        code = f"""
        import sys
        from rememo import _native
        before = set(sys.modules)
        def refuse(event, arguments):
            assert event != "import" and event != "exec", arguments
        sys.addaudithook(refuse)
        found = _native._origin({str(site / "alpha/b.py")!r}), _native._origin(module="alpha.b")
        assert set(sys.modules) == before
        print(found[0] == found[1] == ("library", "alpha", "1.2"))
        """
        assert in_new_process(code, path=site) == "True"
