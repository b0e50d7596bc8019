"""`docs/types.md` lists every type that has a form of its own, and no other."""

import re
from pathlib import Path

import pytest
from rememo import _native

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "types.md").read_text(encoding="utf-8")

# Where people find what an extension module calls its own.
PUBLIC = {
    "_contextvars": "contextvars",
    "_csv": "csv",
    "_ctypes": "ctypes",
    "_io": "io",
    "_multiprocessing": "multiprocessing",
    "_struct": "struct",
    "_thread": "threading",
    "_weakrefset": "weakref",
    "_wrappers": "wrapt",
}
RENAMED = {"threading.lock": "threading.Lock", "threading._local": "threading.local"}


def shown(module: str, name: str) -> str:
    """The package, as people know it, and the name."""
    package = PUBLIC.get(module.split(".")[0], module.split(".")[0])
    return RENAMED.get(f"{package}.{name}", f"{package}.{name}")


KNOWN = {shown(module, name) for module, name in _native._known_types()}


def listed() -> set[str]:
    """The types in the first column of each table, without the parts between package and name."""
    found = set()
    for line in PAGE.splitlines():
        if line.startswith("|"):
            for span in re.findall(r"`([a-zA-Z_0-9.*]+)`", line.split("|")[1]):
                parts = span.split(".")
                if len(parts) > 1 and parts[0] not in ("", "sys"):
                    found.add(f"{parts[0]}.{parts[-1]}")
    return found


def test_there_are_types_to_list() -> None:
    assert len(KNOWN) > 200


def test_every_known_type_is_listed() -> None:
    assert sorted(KNOWN - listed()) == []


def test_every_listed_type_is_known() -> None:
    assert sorted(listed() - KNOWN) == []


@pytest.mark.parametrize("heading", re.findall(r"\(#([a-z-]+)\)", PAGE))
def test_the_pages_own_links_lead_somewhere(heading: str) -> None:
    headings = re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    assert heading in {re.sub(r"[^a-z -]", "", h.lower()).replace(" ", "-") for h in headings}
