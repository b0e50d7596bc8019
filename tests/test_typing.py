"""Type checkers see the user's own signatures through the cache, and mistakes in the options."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

SNIPPETS = Path(__file__).parent / "typing"


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What mypy reports on the snippets, run as a user would, against the installed package."""
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--config-file=",
            "--no-error-summary",
            "--hide-error-context",
            f"--cache-dir={tmp_path_factory.mktemp('mypy')}",
            "accepted.py",
            "refused.py",
        ],
        cwd=SNIPPETS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stderr == ""
    return [line for line in run.stdout.splitlines() if ": note: " not in line]


def test_correct_uses_are_accepted_with_the_types_they_have(reported: list[str]):
    assert [line for line in reported if not line.startswith("refused.py")] == []


def test_each_wrong_use_is_refused_and_nothing_else(reported: list[str]):
    expected = [
        (number, marked[1])
        for number, line in enumerate((SNIPPETS / "refused.py").read_text().splitlines(), 1)
        if (marked := re.search(r"# error: ([a-z-]+)$", line))
    ]
    assert len(expected) > 10
    found = [
        (int(match[1]), match[2])
        for line in reported
        if (match := re.match(r"refused\.py:(\d+): error: .*\[([a-z-]+)\]$", line))
    ]
    assert found == expected
