"""Starts ``worker.py`` over many jobs, and goes on after a job that took the process down."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

WORKER = Path(__file__).with_name("worker.py")


def run(
    jobs: list[dict],
    *,
    scratch: Path,
    front: str,
    seed: int,
    count: str = "info",
    flags: tuple[str, ...] = (),
    python: str = sys.executable,
    path: str | None = None,
    timeout: float = 120,
) -> dict[str, dict]:
    """The report of each job, by its id.

    ``seed`` is the hash seed of the process; ``path`` what ``PYTHONPATH`` says. A job that crashed
    the process or ran over ``timeout`` is reported as ``{"broken": reason}``.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    jobs_path, results_path = scratch / "jobs.json", scratch / "results.jsonl"
    environment = dict(os.environ, PYTHONHASHSEED=str(seed), PYTHONDONTWRITEBYTECODE="1")
    environment.pop("PYTHONPATH", None)
    if path:
        environment["PYTHONPATH"] = path
    reports: dict[str, dict] = {}
    left = list(jobs)
    fruitless = 0
    while left:
        batch = {"front": front, "count": count, "jobs": left}
        jobs_path.write_text(json.dumps(batch), "utf-8")
        results_path.write_text("", "utf-8")
        command = [python, "-P", "-X", "faulthandler", *flags, str(WORKER)]
        command += [str(jobs_path), str(results_path)]
        try:
            done = subprocess.run(
                command, env=environment, capture_output=True, text=True, timeout=timeout
            )
            reason = f"exit status {done.returncode}: {done.stderr[-2000:]}"
        except subprocess.TimeoutExpired:
            reason = f"no answer within {timeout:g} s"
        finished = [json.loads(line) for line in results_path.read_text("utf-8").splitlines()]
        reports.update({report.pop("id"): report for report in finished})
        left = left[len(finished) :]
        fruitless = 0 if finished else fruitless + 1
        if fruitless > 2:
            raise RuntimeError(f"the worker does not run: {reason}")
        if left:
            reports[left[0]["id"]] = {"broken": reason}
            left = left[1:]
    return reports
