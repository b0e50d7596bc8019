"""A plugin of pytest: writes the outcome of each test to the file that SWAP_OUTCOMES names."""

import json
import os
from typing import Any

outcomes: dict[str, str] = {}
reasons: dict[str, str] = {}


def pytest_runtest_logreport(report: Any) -> None:
    """Keeps the worst of the three phases of each test."""
    if report.when == "call" or report.outcome != "passed":
        outcome = "xfailed" if hasattr(report, "wasxfail") else report.outcome
        if outcomes.get(report.nodeid) != "failed":
            outcomes[report.nodeid] = outcome
            reasons[report.nodeid] = report.longreprtext if outcome == "failed" else ""


def pytest_collectreport(report: Any) -> None:
    """A file that cannot be imported is a failure too."""
    if report.outcome == "failed":
        outcomes[report.nodeid] = "failed"
        reasons[report.nodeid] = report.longreprtext


def pytest_sessionfinish() -> None:
    """Writes them."""
    if path := os.environ.get("SWAP_OUTCOMES"):
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"outcomes": outcomes, "reasons": reasons}, file)
