"""Real packages under mutation: no changed result under an unchanged key, no key lost to a comment.

The truth (the results of the plain function) and the keys come from different processes. By
default a sample is taken; ``REMEMO_LONG=1`` takes thousands, and ``REMEMO_SEED`` another sample.
"""

from __future__ import annotations

import ast
import os
import random
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from . import batch, neutral
from .mutation import mutations
from .subjects import SUBJECTS, Subject

LONG = bool(os.environ.get("REMEMO_LONG"))
SEED = int(os.environ.get("REMEMO_SEED", "0"))
MUTANTS = 300 if LONG else 8
"""Mutants of each subject."""
NEUTRAL_ROUNDS = 5 if LONG else 1
SECONDS = 0.6
"""How long a mutant may compute one call: that tells one that loops for ever from the original."""


@dataclass
class Variant:
    """A program with one file changed, and what came out of it."""

    label: str
    files: dict[str, str]
    results: list[str] | None = None
    keys: list[str | None] | None = None
    broken: str = ""
    errors: list[str] = field(default_factory=list)


class Laboratory:
    """Runs the variants of one subject in a directory of its own."""

    def __init__(
        self, subject: Subject, scratch: Path, front: str = "cached", imported_inside: bool = False
    ) -> None:
        self.subject = subject
        self.scratch = scratch
        self.front = front
        self.files = subject.files(imported_inside=imported_inside)
        self.original = Variant("the original", self.files)

    def executed(self) -> dict[str, set[int]]:
        """The lines of each file that the subject's calls execute."""
        root = self._written("lines", self.files)
        job = {"id": "lines", "kind": "lines", "root": str(root), "calls": self.subject.calls}
        report = batch.run([job], scratch=self.scratch / "b-lines", front="plain", seed=7)["lines"]
        assert "broken" not in report, report
        lines = {file: set(numbers) for file, numbers in report["lines"].items()}
        assert any(file != "app.py" for file in lines), "the copy is not what runs"
        return lines

    def run(self, variants: list[Variant]) -> None:
        """The results without a cache and the keys with one, from two processes."""
        jobs = []
        for number, variant in enumerate([self.original, *variants]):
            root = self._written(f"{number:04d}", variant.files)
            job = {"id": str(number), "kind": "calls", "root": str(root)}
            jobs.append({**job, "calls": self.subject.calls, "seconds": SECONDS})
        patience = 120 + len(jobs) * 2 * (2 + SECONDS * len(self.subject.calls))
        truth = batch.run(
            jobs, scratch=self.scratch / "truth", front="plain", seed=1, timeout=patience
        )
        keys = batch.run(
            jobs, scratch=self.scratch / "keys", front=self.front, seed=2, timeout=patience
        )
        for number, variant in enumerate([self.original, *variants]):
            variant.results = truth[str(number)].get("results")
            variant.broken = truth[str(number)].get("broken", "")
            report = keys[str(number)]
            variant.keys = report.get("keys")
            variant.errors = report.get("errors", [report.get("broken", "")])
        assert self.original.results, self.original.broken
        assert self.original.keys and all(self.original.keys), self.original.errors

    def _written(self, name: str, files: dict[str, str]) -> Path:
        root = self.scratch / name
        for file, text in files.items():
            path = root / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return root


def mutants(laboratory: Laboratory, count: int, chance: random.Random) -> list[Variant]:
    """A sample of the changes that can be made in what the subject executes."""
    found = [
        mutation
        for file, lines in laboratory.executed().items()
        if file != "app.py"
        for mutation in mutations(file, laboratory.files[file], lines)
    ]
    chance.shuffle(found)
    variants = []
    for mutation in found:
        source = mutation.source()
        if source is not None:
            variants.append(Variant(str(mutation), {**laboratory.files, mutation.file: source}))
        if len(variants) == count:
            break
    return variants


def stale(original: Variant, variants: list[Variant]) -> list[str]:
    """Each variant and call whose result differs from the original's under the same key."""
    found = []
    for variant in variants:
        if variant.results is None or variant.keys is None:
            continue  # it cannot even be imported, so there is no call to be answered
        for number, key in enumerate(variant.keys):
            if variant.results[number] != original.results[number] and key == original.keys[number]:
                was, now = original.results[number][:200], variant.results[number][:200]
                found.append(f"{variant.label}, call {number}: {was} would be served for {now}")
    return found


def differing(original: Variant, variants: list[Variant]) -> int:
    """How many variants give another result: a sample without any proves nothing."""
    return sum(v.results is not None and v.results != original.results for v in variants)


SUBJECT = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)


LOADING = pytest.mark.parametrize(
    "imported_inside", [False, True], ids=["loaded before", "imported inside the body"]
)


@SUBJECT
@LOADING
def test_a_changed_result_has_another_key(
    subject: Subject, imported_inside: bool, tmp_path: Path
) -> None:
    laboratory = Laboratory(subject, tmp_path, imported_inside=imported_inside)
    chance = random.Random(f"{SEED} {subject.name} {imported_inside}")
    variants = mutants(laboratory, MUTANTS, chance)
    laboratory.run(variants)
    assert differing(laboratory.original, variants) > 0
    assert not stale(laboratory.original, variants)
    lost = [v.label for v in variants if v.results and v.keys is None]
    assert not lost, "the worker gave no keys"


@SUBJECT
@LOADING
def test_an_edit_that_cannot_matter_keeps_the_key(
    subject: Subject, imported_inside: bool, tmp_path: Path
) -> None:
    laboratory = Laboratory(subject, tmp_path, imported_inside=imported_inside)
    chance = random.Random(f"{SEED} {subject.name} neutral {imported_inside}")
    variants = []
    for _ in range(NEUTRAL_ROUNDS):
        for edit in _neutral_edits(laboratory.files, imported_inside):
            edited = {
                file: edit(source, chance) or source
                for file, source in laboratory.files.items()
                if file != "app.py"
            }
            variants.append(Variant(edit.__name__, {**laboratory.files, **edited}))
    laboratory.run(variants)
    original = laboratory.original
    for variant in variants:
        assert variant.results == original.results, f"{variant.label} is not neutral"
    lost = [v.label for v in variants if v.keys != original.keys]
    assert not lost, "needless: these edits changed the key"


def _neutral_edits(files: dict[str, str], imported_inside: bool) -> list[neutral.Edit]:
    if not imported_inside:
        return neutral.EDITS
    # A module that is not loaded counts whole where only running it would tell what it holds; code
    # in it that reads docstrings then makes them count everywhere.
    reads_docs = any("__doc__" in source for source in files.values())
    return [e for e in neutral.OF_LAYOUT if not (reads_docs and e is neutral.documented)]


def test_a_cache_that_follows_nothing_is_found_out(tmp_path: Path) -> None:
    laboratory = Laboratory(SUBJECTS[0], tmp_path, front="blind")
    variants = mutants(laboratory, 20, random.Random(1))
    laboratory.run(variants)
    found = stale(laboratory.original, variants)
    assert len({fault.partition(", call")[0] for fault in found}) > 5


def test_every_operator_finds_a_place() -> None:
    found = set()
    for subject in SUBJECTS:
        for file, source in subject.files().items():
            if file != "app.py":
                every = set(range(1, source.count("\n") + 2))
                found |= {mutation.operator for mutation in mutations(file, source, every)}
    assert found >= {
        "operator", "comparison", "boolean operator", "negated condition", "constant",
        "type of a constant", "swapped arguments", "dropped keyword", "removed statement",
        "returned None", "break to continue", "continue to break", "exception handled",
        "bounds of a slice", "order of elements", "dropped unary operator",
    }  # fmt: skip


@pytest.mark.parametrize("edit", neutral.EDITS, ids=lambda edit: edit.__name__)
def test_every_neutral_edit_edits(edit) -> None:
    sources = [s for subject in SUBJECTS for f, s in subject.files().items() if f != "app.py"]
    edited = [edit(source, random.Random(1)) for source in sources]
    changed = [
        text for text, source in zip(edited, sources, strict=True) if text not in (None, source)
    ]
    assert len(changed) >= 5
    for text in changed:
        ast.parse(text)
