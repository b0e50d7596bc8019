"""Ordinary programs neither fail nor miss for no reason, and never get a stale answer.

What a program is and how it is run is told in `runner.py`; the programs lie under
`programs/<family>/`. Each runs in two processes under different hash seeds, in different orders and
working directories, because a second process may not depend on what the first one did. A program
whose packages are missing is skipped; with `ORDINARY_ALL=1` in the environment that is a failure,
so that a full run cannot quietly be a part of one; only torch may be missing then.
"""

import ast
import contextlib
import importlib.util
import itertools
import json
import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
PROGRAMS = HERE / "programs"
NAMES = sorted(p.relative_to(PROGRAMS).with_suffix("").as_posix() for p in PROGRAMS.rglob("*.py"))
GIVE_UP = 120  # seconds after which a program is taken not to end

Run = Callable[[str, str], dict[str, Any]]


def declared(name: str, key: str, default: Any) -> Any:
    """A literal that the program assigns at its top level, read without running it."""
    for node in ast.parse((PROGRAMS / f"{name}.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == key:
            return ast.literal_eval(node.value)
    return default


class Worker:
    """A process that runs programs one after the other; a new one takes over when it dies."""

    def __init__(self, seed: str, folder: Path) -> None:
        self.seed, self.folder = seed, folder
        self.process: subprocess.Popen[str] | None = None

    def run(self, role: str, name: str) -> dict[str, Any]:
        """What the runner answers, or how it came that it did not."""
        if self.process is None:
            # `-P`: the programs must not be found by way of the runner's own folder.
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-B", str(HERE / "runner.py")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                cwd=self.folder,
                env={**os.environ, "PYTHONHASHSEED": self.seed},
                start_new_session=True,
            )
        process = self.process
        try:
            print(role, name, file=process.stdin, flush=True)
            if not select.select([process.stdout], [], [], GIVE_UP)[0]:
                self.stop()
                return {"failed": "does not end"}
            line = process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            code = process.wait()
            self.stop()
            return {"failed": f"the process died with exit code {code}"}
        return json.loads(line)

    def stop(self) -> None:
        """Let the process end, and whatever it has started with it."""
        process, self.process = self.process, None
        if process is None:
            return
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Runs a program in the process of its role; an isolated one in a process of its own."""
    workers = {
        "first": Worker("1", tmp_path_factory.mktemp("first")),
        "second": Worker("2", tmp_path_factory.mktemp("second")),
    }

    def in_its_worker(role: str, name: str) -> dict[str, Any]:
        worker = workers[role]
        if not declared(name, "ISOLATED", False):
            return worker.run(role, name)
        own = Worker(worker.seed, worker.folder)
        try:
            return own.run(role, name)
        finally:
            own.stop()

    yield in_its_worker
    for worker in workers.values():
        worker.stop()


def missing(name: str) -> list[str]:
    """The packages that the program needs and that are not installed."""
    return [p for p in declared(name, "REQUIRES", []) if importlib.util.find_spec(p) is None]


@pytest.fixture(scope="module")
def truths(request: pytest.FixtureRequest, run: Run) -> dict[str, dict[str, Any]]:
    """What the second process says about each program of this run, taken in the opposite order."""
    names = {
        item.callspec.params["name"]
        for item in request.session.items
        if item.path == request.path and hasattr(item, "callspec")
    }
    return {n: run("second", n) for n in sorted(names, reverse=True) if not missing(n)}


def check_sequence(
    seen: dict[str, Any],
    truth: dict[str, Any],
    same_key: bool = True,
    needless: Collection[str] = (),
    loads: bool = False,
) -> None:
    """Cold, warm, used, changed: miss, hit, hit, miss, each with the result that is true.

    A step in `needless` misses for a reason that the program tells. It must miss indeed: once it
    no longer does, the reason has to go. A program that `loads` a library has another key as soon
    as it is there, and its result must be found under that one too.
    """
    hits = {"warm", "used"} - set(needless)
    steps = ("cold", "warm", "used", "changed")
    assert {step: seen[step]["outcome"] for step in steps} == {
        step: "hit" if step in hits else "miss" for step in steps
    }
    assert {step: seen[step]["known"] for step in steps} == {step: step in hits for step in steps}
    old, new = truth["result"], truth["changed_result"]
    assert [seen[step]["result"] for step in steps] == [old, old, old, new]
    for before, after in itertools.pairwise(steps):
        is_same = after in hits and not (loads and before == "cold")
        assert (seen[before]["key"] == seen[after]["key"]) == is_same, (before, after)
    if same_key:
        elsewhere = {
            step: seen[step]["key"] == truth[key]
            for step, key in (("cold", "key"), ("changed", "changed_key"))
        }
        if "process" in needless:
            assert not any(elsewhere.values())
        elif not needless:  # a key after a needless miss holds what the process has done before
            assert elsewhere == {"cold": True, "changed": True}, "differs in another process"
        else:
            assert elsewhere["cold"], "differs in another process"


def check_error(seen: dict[str, Any], name: str) -> None:
    """The message names every offending value, who reads it, where, and three ways out."""
    assert "message" in seen, f"not refused: {seen}"
    message = seen["message"]
    file = name.rpartition("/")[2] + ".py"
    for offending in declared(name, "NAMES", []):
        assert re.search(rf"\b{offending}\b", message), f"{offending} is not named in:\n{message}"
    assert re.search(rf"{re.escape(file)}:\d+", message), f"no place in:\n{message}"
    assert "hash_funcs={" in message
    for line in re.findall(r"rememo\.register\(.*", message):
        ast.parse(line)  # it can be pasted as it stands
    if declared(name, "IDENTITY", True):
        assert 'rememo.register("' in message, message
        assert 'opaque="identity"' in message, message


@pytest.mark.parametrize("name", NAMES)
def test_program(name: str, run: Run, truths: dict[str, dict[str, Any]]) -> None:
    if absent := missing(name):
        reason = f"needs {', '.join(absent)}"
        if os.environ.get("ORDINARY_ALL") and absent != ["torch"]:
            pytest.fail(reason)
        pytest.skip(reason)
    truth, seen = truths[name], run("first", name)
    for report in (truth, seen):
        if "failed" in report:
            pytest.fail(report["failed"], pytrace=False)
    assert truth["result"] != truth["changed_result"], "the program's change changes nothing"
    if declared(name, "EXPECT", "hit") == "hit":
        needless, loads = declared(name, "NEEDLESS", {}), declared(name, "LOADS", False)
        check_sequence(seen, truth, needless=needless, loads=loads)
        return
    check_error(seen, name)
    check_sequence(seen["remedy"], truth)
    if declared(name, "PASTED", True):
        check_sequence(seen["pasted"], truth, same_key=False)
    if declared(name, "IDENTITY", True):
        check_sequence(seen["identity"], truth, same_key=False)


def test_needless_misses_are_told_in_the_documentation() -> None:
    page = (HERE.parents[1] / "docs" / "what-counts.md").read_text(encoding="utf-8")
    told = " ".join(page.split())
    reasons = [reason for name in NAMES for reason in declared(name, "NEEDLESS", {}).values()]
    assert [reason for reason in reasons if reason not in told] == []


def test_the_corpus_is_as_large_as_it_is_said_to_be() -> None:
    installed = [name for name in NAMES if not missing(name)]
    assert len(NAMES) >= 240
    assert len(installed) >= 100, "without any package at all there are more than a hundred"
