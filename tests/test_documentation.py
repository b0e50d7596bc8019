"""Every example in the front's docstrings and in the pages runs and gives what it says."""

import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest
import rememo

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted(
    f"rememo.{module.name}"
    for module in pkgutil.iter_modules(rememo.__path__)
    if module.name not in ("_native", "_types")  # _types is for type checkers alone
)
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL


def docstring_examples() -> list[doctest.DocTest]:
    finder = doctest.DocTestFinder(exclude_empty=True)
    return [
        test
        for name in ["rememo", *MODULES]
        for test in finder.find(importlib.import_module(name), name)
        if test.examples
    ]


def page_examples() -> list[doctest.DocTest]:
    parser = doctest.DocTestParser()
    tests = [
        # A code block's closing fence would be read as output.
        parser.get_doctest(
            page.read_text(encoding="utf-8").replace("```\n", "\n"), {}, page.name, str(page), 0
        )
        for page in PAGES
    ]
    return [test for test in tests if test.examples]


@pytest.mark.parametrize(
    "test", [*docstring_examples(), *page_examples()], ids=lambda test: test.name
)
def test_examples_give_what_they_say(test: doctest.DocTest, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    # Each starts as a program of its own: nothing but what it imports and defines.
    test.globs = {"__name__": "__main__"}
    report: list[str] = []
    result = doctest.DocTestRunner(optionflags=OPTIONS, verbose=False).run(test, out=report.append)
    assert result.attempted > 0
    assert result.failed == 0, "\n" + "".join(report)


def test_the_examples_are_found():
    names = {test.name for test in docstring_examples()} | {test.name for test in page_examples()}
    assert {"rememo._cache.cache", "rememo.sources.File", "README.md"} <= names
