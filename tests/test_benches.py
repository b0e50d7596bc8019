"""The benchmarks still run: one small round of each row."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from _support import environment

ROOT = Path(__file__).parent.parent
#: Rows that need no package.
ROWS = [
    "hit `f(int)`, 10 dependencies",
    "hit with Enum",
    "hit `obj.m(int)`",
    "hit returning a list of 100 ints, checked",
    "miss, int → int, over calling",
    "list of 1M ints as argument",
]


def test_a_trial_prints_and_writes_every_row(tmp_path: Path) -> None:
    table = tmp_path / "table.md"
    done = subprocess.run(
        [sys.executable, str(ROOT / "benches"), "--trial", "--write", str(table)],
        env=environment(PYTHONIOENCODING="utf-8"),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    written = table.read_text(encoding="utf-8")
    for row in ROWS:
        assert f"| {row} | " in written
        assert f"| {row} | " in done.stdout


def test_a_row_is_held_against_its_target() -> None:
    sys.path.insert(0, str(ROOT / "benches"))
    try:
        import _timing as timing
    finally:
        sys.path.pop(0)
    row = timing.Row("x", {}, timing.Target(2.0, "peer"), without="bare")
    rounds = {"rememo": [30.0, 50.0], "peer": [10.0, 10.0], "bare": [10.0, 30.0]}
    result = timing.Result(row, rounds)
    assert result.ours() == [20.0, 20.0]
    assert result.ratio("peer") == 2.0
    assert result.is_met() is True
    slower = timing.Result(row, rounds | {"rememo": [40.0, 60.0]})
    assert slower.is_met() is False
