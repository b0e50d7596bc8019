"""Every case of the corpus: never stale, never needlessly recomputed.

The sides of an edit live in different processes with different hash seeds, directories and working
directories: the project before (twice, the second time as a control that nothing but the edit
makes the difference), the project after, and both once more without a cache for the truth.
"""

from __future__ import annotations

import importlib.util
import sys
import venv
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from rememo import _native

from . import batch
from .attribution import is_due, names_the_edit
from .case import HIT, MISS, UNHASHABLE, Case
from .corpus import CASES


@dataclass(frozen=True)
class Side:
    """One look at the cases in one process."""

    name: str
    edited: bool
    front: str
    seed: int
    count: str = "info"


EDIT_SIDES = [
    Side("before", False, "cached", 1),
    Side("control", False, "cached", 2),
    Side("after", True, "cached", 3),
    Side("plain before", False, "plain", 4),
    Side("plain after", True, "plain", 5),
]
RUN_SIDES = [
    Side("counting misses", False, "cached", 1),
    Side("counting runs", False, "cached", 2, "profile"),
    Side("plain", False, "plain", 3),
]


def applicable(case: Case) -> bool:
    if sys.version_info < case.min_version:
        return False
    return all(importlib.util.find_spec(package) for package in case.requires)


def look(cases: list[Case], side: Side, scratch: Path) -> dict[str, dict]:
    """The report of each case by its id, as seen from one side."""
    root = scratch / side.name.replace(" ", "-")
    groups: dict[tuple, list[dict]] = defaultdict(list)
    library = root / "venv"
    for number, case in enumerate(cases):
        directory = root / f"{side.seed}{number:03d}"
        files = case.after if side.edited else case.before
        _write(files, directory, library, case.in_library)
        flags = case.after_flags if side.edited else ()
        groups[flags, case.in_library].append(_job(case, side, directory))
    reports: dict[str, dict] = {}
    for number, ((flags, in_library), jobs) in enumerate(groups.items()):
        interpreter = {}
        if in_library:
            interpreter = {"python": str(library / "bin" / "python"), "path": _rememo_path()}
        reports |= batch.run(
            jobs,
            scratch=root / f"batch-{number}",
            front=side.front,
            seed=side.seed,
            count=side.count,
            flags=flags,
            **interpreter,
        )
    return reports


def _job(case: Case, side: Side, directory: Path) -> dict:
    def chosen(plain, after):
        return after if side.edited and after is not None else plain

    call = chosen(case.call, case.after_call)
    return {
        "id": case.id,
        "kind": "in_run" if case.change is not None else "edit",
        "root": str(directory),
        "cwd": str(directory.parent if side.edited else directory),
        "how": chosen(case.how, case.after_how),
        "call": call,
        "run": case.run if case.run and call == case.call else None,
        "do": chosen(case.do, case.after_do),
        "change": case.change,
        "undo": case.undo,
        "under": case.after_under if side.edited else None,
        "unloaded": case.unloaded,
        "restless": case.restless,
    }


def _write(files: dict[str, str], directory: Path, library: Path, in_library: bool) -> None:
    directory.mkdir(parents=True)
    installed = directory
    if in_library:
        if not library.exists():
            venv.create(library, symlinks=True, with_pip=False)
        (installed,) = library.glob("lib/python*/site-packages")
    for name, text in files.items():
        below = name.removeprefix("site-packages/")
        path = (installed if below != name else directory) / below
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("{root}", str(directory)), "utf-8", newline="")


def _rememo_path() -> str | None:
    """Where another environment finds the rememo of this one."""
    spec = importlib.util.find_spec("rememo")
    return str(Path(spec.origin).parent.parent) if spec and spec.origin else None


@pytest.fixture(scope="module")
def looks(request, tmp_path_factory) -> dict[str, dict[str, dict]]:
    """Side → case → report, for the cases that this run selects."""
    chosen = [
        item.callspec.params["case"]
        for item in request.session.items
        if hasattr(item, "callspec") and isinstance(item.callspec.params.get("case"), Case)
    ]
    chosen = [case for case in dict.fromkeys(case.id for case in chosen)]
    cases = [case for case in CASES if case.id in chosen and applicable(case)]
    edits = [case for case in cases if case.change is None]
    runs = [case for case in cases if case.change is not None]
    scratch = tmp_path_factory.mktemp("staleness")
    with ThreadPoolExecutor(2) as pool:
        futures = {
            side.name: pool.submit(look, group, side, scratch)
            for group, sides in ((edits, EDIT_SIDES), (runs, RUN_SIDES))
            for side in sides
        }
        return {name: future.result() for name, future in futures.items()}


def _param(case: Case):
    reason = f"needs {' '.join(case.requires)} and Python {case.min_version}"
    return pytest.param(
        case, id=case.id, marks=pytest.mark.skipif(not applicable(case), reason=reason)
    )


def _cases(*expectations: str, in_run: bool = False):
    chosen = [c for c in CASES if c.expect in expectations and (c.change is not None) == in_run]
    return pytest.mark.parametrize("case", [_param(case) for case in chosen])


def check_truth(case: Case, before: str, after: str) -> None:
    """Without a cache, the results must differ as the case claims."""
    differs = before != after
    if case.expect == MISS and not case.conservative:
        assert differs, f"the edit changes nothing: {before}"
    elif case.expect == HIT and not case.blind:
        assert not differs, f"the edit matters: {before} → {after}"
    else:
        assert differs == bool(case.blind)


def _unbroken(case: Case, looks, sides: list[Side]) -> list[dict]:
    reports = [looks[side.name][case.id] for side in sides]
    for side, report in zip(sides, reports, strict=True):
        assert "broken" not in report, f"{side.name}: {report['broken']}"
    return reports


@_cases(MISS, HIT)
def test_an_edit(case: Case, looks) -> None:
    before, control, after, plain_before, plain_after = _unbroken(case, looks, EDIT_SIDES)
    check_truth(case, plain_before["result"], plain_after["result"])
    for report in (before, control, after):
        assert report["key"], f"no key: {report.get('message')}"
        assert not report["loaded"], f"taking the key imported {report['loaded']}"
        if case.restless:
            continue
        assert report["result_again"] == report["result"]
        raises = report["result"].startswith("raises")
        assert bool(report["ran_again"]) == raises, "needless: the second call ran the body"
        settled = report["key_again"] != report["key"]
        assert settled == case.settles, "running the body changed the key"
    assert control["key"] == before["key"], "needless: nothing was edited"
    assert before["result"] == control["result"] == plain_before["result"]
    assert after["result"] == plain_after["result"]
    if case.expect == MISS:
        assert after["key"] != before["key"], (
            f"stale: {before['result']} would be served for {after['result']}"
        )
    else:
        assert after["key"] == before["key"], "needless: the edit cannot matter"


def _told(before: dict, after: dict) -> list[dict]:
    """What the engine says that differs, from what either process kept of its call."""
    kept = [tuple(bytes.fromhex(part) for part in report["kept"]) for report in (before, after)]
    return _native._differences(*kept)


@_cases(MISS)
def test_the_edit_is_told_and_nothing_else(case: Case, looks) -> None:
    before, _, after, _, _ = _unbroken(case, looks, EDIT_SIDES)
    edited = [difference for difference in _told(before, after) if not difference["follows"]]
    assert edited, "nothing is told"
    assert any(names_the_edit(case, difference) for difference in edited)
    assert [d["text"] for d in edited if not is_due(case, d)] == []


@_cases(HIT)
def test_of_what_cannot_matter_nothing_is_told(case: Case, looks) -> None:
    before, control, after, _, _ = _unbroken(case, looks, EDIT_SIDES)
    assert _told(before, control) == _told(before, after) == []


@_cases(UNHASHABLE)
def test_a_value_that_cannot_be_hashed(case: Case, looks) -> None:
    for report in _unbroken(case, looks, EDIT_SIDES[:3]):
        assert report.get("error") == "UnhashableTypeError", report
        assert case.names in report["message"]


@_cases(MISS, HIT, in_run=True)
def test_a_change_in_the_run(case: Case, looks) -> None:
    misses, runs, plain = _unbroken(case, looks, RUN_SIDES)
    check_truth(case, plain["results"][1], plain["results"][2])
    repeated = case.restless
    due = [True, repeated, case.expect == MISS, repeated]
    raised = [result.startswith("raises") for result in plain["results"]]
    expected = [run or raise_ for run, raise_ in zip(due, raised, strict=True)]
    assert misses["key"] == runs["key"], "needless: the same program in two processes"
    for report in (misses, runs):
        assert report["key"], f"no key: {report.get('message')}"
        if not case.blind:
            assert report["results"] == plain["results"], "stale"
        ran = [bool(count) for count in report["ran"]]
        assert ran == expected, f"calls, change, calls ran the body: {ran}"


def test_a_cache_that_follows_nothing_is_found_out(tmp_path: Path) -> None:
    cases = [c for c in CASES if c.family in ("values", "registries") and applicable(c)]
    before, after = (
        look(cases, Side(name, edited, "blind", 1), tmp_path)
        for name, edited in (("before", False), ("after", True))
    )
    stale = [case.id for case in cases if before[case.id]["key"] == after[case.id]["key"]]
    assert len(stale) > 0.9 * len(cases)


def test_every_family_has_misses_and_the_whole_has_enough_of_both() -> None:
    misses = [case for case in CASES if case.expect == MISS]
    hits = [case for case in CASES if case.expect == HIT]
    assert len(misses) >= 500
    assert len(hits) >= 100
    assert len({case.id for case in CASES}) == len(CASES)
