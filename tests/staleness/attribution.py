"""Whether what `explain` tells after an edit is what was edited, and nothing else.

The edit is a set of lines in files. A difference is due to it when it is of code that these lines
are in, or of something that they name, or is said itself to follow from another one. The value of
a variable or attribute may also differ because the code that makes it was edited: then the edit is
in its module, and that the value is another is true by itself.
"""

from __future__ import annotations

import difflib
import os
import re

from .case import Case

CHOSEN_BY_AN_EDIT = {
    "helpers: a conditional definition": "the edit decides which of two definitions counts",
    "decorators: the order of decorators": "the edit decides what the wrappers enclose",
    "decorators: the order of wrappers that carry one name": "the same",
    "unloaded: what __all__ hands to a star import": "the edit decides what another module takes",
    "unloaded: a module that appears for a guarded import": "and what it imports",
    "unloaded: an attribute of another module's class": "another module's value is made of it",
}
"""Cases whose edit makes other code count than the code it is in."""


def edited(case: Case) -> tuple[dict[str, set[int]], set[str]]:
    """The lines of each file that differ, as the edited one counts them, and the names in them."""
    lines: dict[str, set[int]] = {}
    words: set[str] = set()
    for name in {*case.before, *case.after}:
        old = case.before.get(name, "").splitlines()
        new = case.after.get(name, "").splitlines()
        matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
        for tag, i, j, k, m in matcher.get_opcodes():
            if tag == "equal":
                continue
            lines.setdefault(name, set()).update(range(k + 1, max(m, k + 1) + 1))
            for line in old[i:j] + new[k:m]:
                words.update(re.findall(r"\w+", line))
    for statements in (case.do, case.after_do or "", case.call, case.after_call or ""):
        words.update(re.findall(r"\w+", statements))
    return lines, words


def _statement(text: str, line: int) -> tuple[int, int]:
    """First and last line of the statement with a block, decorators included, that has a line."""
    lines = text.splitlines()
    if not 0 < line <= len(lines):
        return line, line
    first = line
    while first > 1 and lines[first - 2].lstrip().startswith("@"):
        first -= 1
    indent = len(lines[line - 1]) - len(lines[line - 1].lstrip())
    last = line
    for number in range(line, len(lines)):
        text = lines[number]
        deeper = len(text) - len(text.lstrip()) > indent
        continues = text.lstrip().startswith((")", "def ", "class ", "async ", "@"))
        if text.strip() and not deeper and not (continues and last == number):
            break
        last = number + 1
    return first, last


def _module_is_edited(name: str, lines: dict[str, set[int]]) -> bool:
    """Whether a dotted name begins with a module whose file was edited."""
    modules = {
        re.sub(r"(/__init__)?\.py$", "", file).replace("/", ".").removeprefix("site-packages.")
        for file in lines
    }
    return any(name == m or name.startswith((f"{m}.", "__main__.")) for m in modules)


def is_due(case: Case, difference: dict) -> bool:
    """Whether the difference is of what was edited."""
    lines, words = edited(case)
    kind, name, place = difference["kind"], difference["name"], difference["place"]
    if case.id in CHOSEN_BY_AN_EDIT or case.after_how or case.after_flags:
        return True
    if kind == "argument":
        # What the call is given is made by the edited module, or written in the call.
        return True
    if set(re.findall(r"\w+", name)) & words:
        return True
    if kind == "library":
        # Of another version or content: its files are what was edited.
        return any(file.startswith("site-packages/") for file in lines)
    if kind == "extra":
        return bool(case.after_do) or any(not file.endswith(".py") for file in lines)
    if place is None or place.startswith("<"):
        return _module_is_edited(name, lines) or not name.startswith("app.")
    file, _, line = place.rpartition(":")
    for own, numbers in lines.items():
        if line.isdigit() and file.endswith(os.sep + own):
            first, last = _statement(case.after.get(own, ""), int(line))
            return any(first <= number <= last for number in numbers)
        if place.endswith(os.sep + own):
            return True
    return False


def names_the_edit(case: Case, difference: dict) -> bool:
    """Whether the difference is of the very code or name that was edited."""
    lines, words = edited(case)
    return is_due(case, difference) and (
        case.id in CHOSEN_BY_AN_EDIT
        or bool(set(re.findall(r"\w+", difference["name"])) & words)
        or difference["place"] is not None
        or difference["kind"] in ("argument", "extra", "library")
        or _module_is_edited(difference["name"], lines)
    )
