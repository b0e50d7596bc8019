"""The front that people import: what it offers, what importing it costs, what it refuses."""

import copy
import inspect
import pickle
import re
import subprocess
import sys
import textwrap

import pytest
import rememo


def program_output(program: str) -> str:
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=True
    )
    return run.stdout.strip()


def test_importing_rememo_imports_nothing_heavy():
    new = program_output(
        """
        import sys
        before = set(sys.modules)
        import rememo
        print(*sorted({name.partition(".")[0] for name in set(sys.modules) - before}))
        """
    ).split()
    assert "rememo" in new
    heavy = {
        "asyncio",
        "collections",
        "dataclasses",
        "enum",
        "inspect",
        "json",
        "logging",
        "numpy",
        "pandas",
        "pathlib",
        "pickle",
        "re",
        "rich",
        "subprocess",
        "tempfile",
        "typing",
    }
    assert heavy.intersection(new) == set()


def test_a_first_call_imports_no_package_that_the_program_has_not_loaded():
    new = program_output(
        """
        import sys
        import rememo
        @rememo.cache
        def square(x):
            return x * x
        assert square(3) == square(3) == 9
        print(*({"numpy", "pandas", "polars", "pyarrow", "rich", "asyncio"} & set(sys.modules)))
        """
    )
    assert new == ""


def test_every_public_name_exists_and_is_documented():
    for name in rememo.__all__:
        value = getattr(rememo, name)
        assert name == "__version__" or inspect.getdoc(value), name


def test_every_option_of_the_decorator_is_documented():
    parameters = list(inspect.signature(rememo.cache).parameters)
    documented = re.findall(r"^    (\w+): ", inspect.getdoc(rememo.cache), flags=re.MULTILINE)
    assert documented[: len(parameters)] == parameters


def test_options_are_given_by_name_alone():
    kinds = {p.kind for p in inspect.signature(rememo.cache).parameters.values()}
    assert kinds == {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.KEYWORD_ONLY}
    with pytest.raises(TypeError):
        rememo.cache(len, 10)


def test_the_module_has_the_version_of_its_package():
    from importlib.metadata import version

    assert rememo.__version__ == version("rememo")


@pytest.mark.parametrize("persist", [True, "cache", "redis://localhost", ["near", "far"]])
def test_persist_is_refused_when_decorating_until_there_is_a_disk_tier(persist):
    with pytest.raises(NotImplementedError, match="persist=.*memory"):
        rememo.cache(persist=persist)(lambda: None)


def test_an_unknown_option_is_refused_when_decorating():
    with pytest.raises(TypeError, match="suppress_st_warning"):
        rememo.cache(suppress_st_warning=True)


def test_bare_and_with_options_give_the_same_kind_of_object():
    def square(x):
        return x * x

    assert type(rememo.cache(square)) is type(rememo.cache()(square)) is rememo.CachedFunction


@pytest.mark.parametrize(
    ("error", "bases"),
    [
        (rememo.UnhashableTypeError, (rememo.RememoError, TypeError)),
        (rememo.UserHashError, (rememo.RememoError,)),
        (rememo.CachedObjectMutatedError, (rememo.RememoError,)),
        (rememo.StoreError, (rememo.RememoError,)),
        (rememo.CachedObjectMutatedWarning, (UserWarning,)),
        (rememo.StoreWarning, (UserWarning,)),
    ],
)
def test_errors_can_be_caught_by_their_bases(error, bases):
    assert issubclass(error, bases)
    assert all(issubclass(error, base) for base in bases)


@pytest.mark.parametrize("duplicate", [copy.copy, lambda e: pickle.loads(pickle.dumps(e))])
def test_an_error_keeps_its_attributes_when_it_crosses_a_process(duplicate):
    error = rememo.UnhashableTypeError("no", path="argument 'x'", type=int)
    again = duplicate(error)
    assert (str(again), again.path, again.type) == ("no", "argument 'x'", int)
    error = rememo.UserHashError("no", function=len, type=int)
    again = duplicate(error)
    assert (str(again), again.function, again.type) == ("no", len, int)
