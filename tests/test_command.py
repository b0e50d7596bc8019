"""The command as it comes with the package: entry point, `python -m rememo`, exit codes.

What each command says is tested beside its source.
"""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import rememo

SCRIPT = Path(sysconfig.get_path("scripts")) / "rememo"
WAYS = {"script": [str(SCRIPT)], "module": [sys.executable, "-m", "rememo"]}


@pytest.fixture(params=WAYS)
def command(request, tmp_path):
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "REMEMO_CACHE_DIR": str(tmp_path / "cache")}
        return subprocess.run(
            [*WAYS[request.param], *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )

    return run


def test_it_is_installed_with_the_package(command, tmp_path):
    run = command("path")
    assert (run.returncode, run.stdout, run.stderr) == (0, f"{tmp_path / 'cache'}\n", "")
    run = command("--version")
    assert run.stdout == f"rememo {rememo.__version__}\n"


def test_exit_codes_and_streams_are_its_own(command):
    wrong = command("--nothing")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "unexpected argument" in wrong.stderr
    absent = command("info", "abc")
    assert (absent.returncode, absent.stdout) == (1, "")
    assert json.loads(command("ls", "--json").stdout)["functions"] == []


def test_importing_the_package_does_not_load_it():
    program = "import sys, rememo; print('rememo._command' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.stdout == "False\n"
