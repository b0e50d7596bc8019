"""Random programs against a naive model: never a stale result, whatever happens between calls.

Every program lives twice: once with the cache, once with a decorator that does nothing, which is
the model that recomputes always. Both undergo the same changes, and every call is compared. A
failure is cut down to the steps that it needs.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import random
import sys
import types
from dataclasses import dataclass
from pathlib import Path

import pytest
import rememo

from . import programs

LONG = bool(os.environ.get("REMEMO_LONG"))
SEED = int(os.environ.get("REMEMO_SEED", "0"))
STEPS = 100_000 if LONG else 3_000
STEPS_PER_PROGRAM = 100
PARTITIONS = 10


@dataclass(frozen=True)
class Step:
    """A change (``do``), or a call of an entry; ``idle`` marks a change that nobody reads."""

    do: str = ""
    entry: str = ""
    argument: object = 0
    idle: bool = False

    def __str__(self) -> str:
        return self.do or f"{self.entry}({self.argument!r})"


class Twin:
    """One of the two lives of a program: its modules, with a decorator in place of ``cache``."""

    def __init__(self, program: programs.Program, directory: Path, name: str, cache) -> None:
        self.names = [f"{name}_other", f"{name}_main"]
        sources = [programs.OTHER, f"import {name}_other as other\n{program.source}"]
        for module_name, source in zip(self.names, sources, strict=True):
            path = directory / f"{module_name}.py"
            path.write_text(source, "utf-8")
            spec = importlib.util.spec_from_file_location(module_name, path)
            module = importlib.util.module_from_spec(spec)
            sys.modules[module_name] = module
            module.cache = cache
            spec.loader.exec_module(module)
        self.namespace = vars(sys.modules[self.names[1]])

    def change(self, statement: str) -> str:
        return self._outcome(lambda: exec(statement, self.namespace))

    def call(self, entry: str, argument: object) -> str:
        return self._outcome(lambda: self.namespace[entry](argument))

    def misses(self, entry: str) -> int:
        return self.namespace[entry].cache_info().misses

    def close(self) -> None:
        for name in self.names:
            sys.modules.pop(name, None)

    @staticmethod
    def _outcome(run) -> str:
        try:
            return repr(run())
        except Exception as error:
            return f"raises {type(error).__name__}: {error}".replace("model", "cached")


def steps(program: programs.Program, count: int, chance: random.Random) -> list[Step]:
    found = []
    for _ in range(count):
        if chance.random() < 0.45 and program.changes:
            found.append(Step(do=programs.drawn(chance.choice(program.changes), chance)))
        elif chance.random() < 0.1:
            change = programs.drawn(chance.choice(programs.NOBODY_READS), chance)
            found.append(Step(do=change, idle=True))
        else:
            argument = chance.choice([0, 1, 2, 3, True, 2.0])
            found.append(Step(entry=chance.choice(program.entries), argument=argument))
    return found


def first_fault(program, history: list[Step], directory: Path) -> tuple[int, str] | None:
    """Runs the steps in both lives: where and how they differ, or None."""
    rememo.clear()
    cached = Twin(program, directory, "cached", rememo.cache)
    model = Twin(program, directory, "model", lambda function: function)
    fresh: set[tuple] = set()
    try:
        for number, step in enumerate(history):
            if step.do:
                outcomes = cached.change(step.do), model.change(step.do)
                if outcomes[0] != outcomes[1]:
                    return number, f"apart: the change gave {outcomes[0]}, not {outcomes[1]}"
                if not step.idle:
                    fresh.clear()
                continue
            truth = model.call(step.entry, step.argument)
            before = cached.misses(step.entry)
            answer = cached.call(step.entry, step.argument)
            if answer != truth:
                return number, f"stale: {answer} for {truth}"
            call = (step.entry, type(step.argument), step.argument)
            if call in fresh and cached.misses(step.entry) != before:
                return number, "needless: nothing changed since the last such call"
            if not truth.startswith("raises"):
                fresh.add(call)
        return None
    finally:
        cached.close()
        model.close()


def cut_down(program, history: list[Step], directory: Path, kind: str) -> list[Step]:
    """The steps without those that the fault does not need."""

    def still_fails(candidate: list[Step]) -> bool:
        fault = first_fault(program, candidate, directory)
        return fault is not None and fault[1].startswith(kind)

    size = len(history) // 2
    while size:
        start = 0
        while start < len(history):
            candidate = history[:start] + history[start + size :]
            if still_fails(candidate):
                history = candidate
            else:
                start += size
        size //= 2
    return history


@pytest.mark.parametrize("partition", range(PARTITIONS))
@pytest.mark.filterwarnings("ignore")
def test_random_programs_are_never_stale(partition: int, tmp_path: Path) -> None:
    for number in range(STEPS // PARTITIONS // STEPS_PER_PROGRAM):
        chance = random.Random(f"{SEED} {partition} {number}")
        program = programs.write(chance)
        history = steps(program, STEPS_PER_PROGRAM, chance)
        fault = first_fault(program, history, tmp_path)
        if fault is None:
            continue
        kind = fault[1].partition(":")[0]
        history = cut_down(program, history[: fault[0] + 1], tmp_path, kind)
        _, what = first_fault(program, history, tmp_path)
        story = "\n".join(map(str, history))
        pytest.fail(f"{what}\n\n{program.source}\n\n--- steps ---\n{story}")


def test_a_cache_that_follows_nothing_is_found_out(tmp_path: Path, monkeypatch) -> None:
    def forgetful(function):
        known: dict = {}
        info = types.SimpleNamespace(misses=0)

        def cached(x):
            key = (type(x), x)
            if key not in known:
                info.misses += 1
                known[key] = function(x)
            return known[key]

        cached.cache_info = lambda: info
        return cached

    monkeypatch.setattr(rememo, "cache", forgetful)
    faults = []
    for number in range(10):
        chance = random.Random(number)
        program = programs.write(chance)
        faults.append(first_fault(program, steps(program, 100, chance), tmp_path))
    assert any(fault is not None and fault[1].startswith("stale") for fault in faults)


def test_every_part_can_be_read_and_changed(tmp_path: Path) -> None:
    for number, piece in enumerate(programs.PARTS):
        reads = piece.reads.format(i=number, r=1)
        source = piece.defines.format(i=number, r=1)
        source = f"second = other.second\n{source}\n@cache\ndef entry(x):\n    return {reads}\n"
        program = programs.Program(source, ["entry"], [])
        twin = Twin(program, tmp_path, "model", lambda function: function)
        try:
            before = twin.call("entry", 3)
            assert not before.startswith("raises"), (piece, before)
            seen = set()
            for change in piece.changes:
                for value in (4, 7):
                    twin.change(change.format(i=number, r=value))
                    seen.add(twin.call("entry", 3))
            assert seen - {before}, f"no change of {piece} can be seen"
        finally:
            twin.close()


def test_the_model_and_the_cache_live_apart(tmp_path: Path) -> None:
    program = programs.Program(
        "rows = [1]\n@cache\ndef entry(x):\n    return rows\n", ["entry"], []
    )
    with contextlib.ExitStack() as stack:
        twins = [Twin(program, tmp_path, name, lambda function: function) for name in ("a", "b")]
        for twin in twins:
            stack.callback(twin.close)
        twins[0].change("rows.append(2)")
        assert [twin.call("entry", 0) for twin in twins] == ["[1, 2]", "[1]"]
