"""Counts the instructions of a hit, which no noise of the machine touches.

Runs hits under valgrind's callgrind, which counts only what happens inside a call of a cached
function, and compares with the counts recorded in `instructions.json`. More than the tolerance is
an error; fewer ask for `--record`. Where there is no valgrind, it says so and is content.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

RECORD = Path(__file__).with_name("instructions.json")
#: By how much a count may exceed the recorded one.
TOLERANCE = 0.03
CALLS = 1000


def subjects() -> dict[str, tuple[object, tuple[object, ...], dict[str, object]]]:
    """The calls that are counted: function, positional and keyword arguments."""
    import datetime

    import _hits
    import rememo

    account = _hits.Account(3)
    constant = rememo.cache(_hits.constant)
    work = rememo.cache(_hits.work)
    numbers = rememo.cache(_hits.numbers)
    return {
        "f(int), 10 dependencies": (work, (1,), {}),
        "f(int), 100 dependencies": (rememo.cache(_hits.many(100)), (1,), {}),
        "f(1, b=5, c=6)": (work, (1,), {"b": 5, "c": 6}),
        "str": (constant, ("text",), {}),
        "tuple of ints": (constant, ((1, 2, 3),), {}),
        "Enum": (constant, (_hits.Color.RED,), {}),
        "frozenset": (constant, (frozenset({1, 2}),), {}),
        "date": (constant, (datetime.date(2024, 2, 29),), {}),
        "method": (type(account).worth, (account, 2), {}),
        "dataclass": (constant, (_hits.Point(1, 2),), {}),
        "list of 100 ints, checked": (numbers, (1,), {}),
    }


def run() -> None:
    """What runs under valgrind: each subject's calls between two marks."""
    for function, args, kwargs in subjects().values():
        for _ in range(5):
            function(*args, **kwargs)  # type: ignore[operator]
        os.getppid()
        for _ in range(CALLS):
            function(*args, **kwargs)  # type: ignore[operator]
        os.getppid()


def count() -> dict[str, float]:
    """Instructions a call, by subject."""
    with tempfile.TemporaryDirectory() as directory:
        out = Path(directory) / "counts"
        command = [
            "valgrind",
            "--tool=callgrind",
            "--toggle-collect=rememo_vectorcall",
            "--dump-before=getppid",
            f"--callgrind-out-file={out}",
            sys.executable,
            str(Path(__file__)),
            "--run",
        ]
        environment = {**os.environ, "PYTHONHASHSEED": "0"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(done.stderr)
        dumps = [Path(f"{out}.{number}") for number in range(1, 2 * len(subjects()) + 1)]
        totals = []
        for dump in dumps:
            lines = dump.read_text(encoding="utf-8", errors="replace").splitlines()
            totals.append(next(int(x.split()[1]) for x in lines if x.startswith("summary:")))
    # What lies between the marks of a subject is dumped at the second one.
    return {name: totals[2 * i + 1] / CALLS for i, name in enumerate(subjects())}


def main() -> int:
    """Counts and compares, or records."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true", help="keep the counts of this run")
    parser.add_argument("--run", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        run()
        return 0
    if shutil.which("valgrind") is None:
        print("valgrind is not on this machine: instructions are not counted.")
        return 0
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    recorded = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    known = recorded.get(version, {})
    counts = count()
    slower = []
    for name, now in counts.items():
        before = known.get(name)
        told = "" if before is None else f"   recorded {before:6.0f}"
        print(f"Python {version}: {name:28} {now:6.0f} instructions{told}")
        if before is not None and now > before * (1 + TOLERANCE):
            slower.append(name)
    if arguments.record:
        recorded[version] = {name: round(now) for name, now in counts.items()}
        RECORD.write_text(json.dumps(recorded, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        return 0
    if slower:
        print(
            f"More instructions than recorded in {RECORD.name} for: {', '.join(slower)}.\n"
            "A hit has become slower. Find out why; if it has to be, record the new counts: "
            "python benches/instructions.py --record"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
