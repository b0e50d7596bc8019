"""Runs the tests of well-known packages with rememo in the place of `functools.lru_cache`.

For each package of `packages.toml`: its source distribution, which holds its tests, is fetched and
laid out; the package and what its tests need are installed in an environment of its own; the tests
run as they are, then with every function that the package decorates cached by
`@rememo.cache(opaque="identity")`, once with the package as the library that it is and once as the
user's code, which rememo follows. The outcomes are compared test by test. A test that passes
without rememo and not with it is a difference, unless it does the same in another run without.

    python tests/swap/swap.py --rememo WHEEL --work DIRECTORY [--as user] [--quick] [PACKAGE …]

Exits with 1 if there is any difference that `EXPLAINED` does not list, or a package whose functions
were never asked.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tarfile
import time
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
LAID = ("swapped_lru_cache.py", "swap_outcomes.py")  # beside the packages of an environment
GIVE_UP = 1800  # seconds for one run of a package's tests

# {package: {part of a test's name: why it may differ}}
BODY = "the body changes what it reads, and is keyed by what it found: "
EXPLAINED: dict[str, dict[str, str]] = {
    "referencing": {
        f"TestToCachedResource::{test}": f"{BODY}it takes out of a container of the test"
        for test in (
            "test_it_caches_retrieved_resources",
            "test_custom_loader",
            "test_custom_from_contents",
            "test_custom_cache",
        )
    },
    "soupsieve": {
        "test_copy_pickle": f"{BODY}the parser's patterns, class attributes, keep their last match"
    },
}


def run(*command: str | Path, **options: Any) -> None:
    """Runs a command that has to succeed, and shows its output only if it does not."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stdout}")


class Package:
    """One package, its environment and its source."""

    def __init__(self, name: str, entry: dict[str, Any], work: Path, quick: bool) -> None:
        self.name = name
        self.requirement = f"{name}=={entry['version']}"
        self.imports = entry.get("imports", [name])
        self.requirements = entry.get("requirements", [])
        self.environment = entry.get("environment", {})
        self.arguments = entry.get("arguments", ["tests"])
        if quick:
            self.arguments = entry.get("quick", self.arguments)
        self.work = work / name
        self.python = self.work / "environment" / "bin" / "python"

    def prepare(self, rememo: Path) -> None:
        """Installs what is needed, as far as it is not there, and rememo anew."""
        stamp = self.work / "installed"
        wanted = json.dumps([self.requirement, self.requirements, sys.version])
        pip = [self.python, "-m", "pip", "--disable-pip-version-check", "--quiet"]
        if not stamp.exists() or stamp.read_text() != wanted:
            shutil.rmtree(self.work, ignore_errors=True)
            run(sys.executable, "-m", "venv", self.work / "environment")
            run(*pip, "install", self.requirement, "pytest", *self.requirements)
            run(
                *(*pip, "download", "--no-deps", "--no-binary", ":all:"),
                *("--dest", self.work / "source", self.requirement),
            )
            stamp.write_text(wanted)
        run(*pip, "install", "--no-deps", "--force-reinstall", rememo)
        site = next((self.work / "environment" / "lib").glob("python*/site-packages"))
        for name in LAID:
            shutil.copy(HERE / name, site)
        (site / "swapped_lru_cache.pth").write_text("import swapped_lru_cache\n")

    def tested(self, how: str) -> dict[str, Any]:
        """The outcomes of the tests, and what the swapped functions were asked."""
        tree = self.work / "tree"
        shutil.rmtree(tree, ignore_errors=True)
        # Where the package has no configuration of pytest's, none further up may be found.
        (self.work / "pytest.ini").touch()
        with tarfile.open(next((self.work / "source").glob("*.tar.gz"))) as archive:
            archive.extractall(tree, filter="data")
        home = self.work / "home"
        home.mkdir(exist_ok=True)
        outcomes, counts = self.work / f"{how}.json", self.work / f"{how}.counts"
        for left in (outcomes, counts):
            left.unlink(missing_ok=True)
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PYTEST"))},
            "PATH": f"{self.python.parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(home),
            "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
            "SWAP_OUTCOMES": str(outcomes),
            **self.environment,
        }
        if how in ("library", "user"):
            environment |= {
                "SWAP_PACKAGES": " ".join(self.imports),
                "SWAP_COUNTS": str(counts),
                "SWAP_AS": how,
            }
        command = [self.python, "-m", "pytest", "-q", "--rootdir", ".", "-p", "swap_outcomes"]
        command += ["-p", "no:cacheprovider", *self.arguments]
        started = time.monotonic()
        with open(self.work / f"{how}.log", "w", encoding="utf-8") as log:
            try:
                subprocess.run(
                    command,
                    cwd=next(tree.iterdir()),
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    timeout=GIVE_UP,
                )
            except subprocess.TimeoutExpired:
                print(f"  {how}: not over after {GIVE_UP} s", flush=True)
        seen = json.loads(outcomes.read_text()) if outcomes.exists() else {"outcomes": {}}
        asked: dict[str, list[int]] = {}
        left_alone: set[str] = set()
        for line in counts.read_text().splitlines() if counts.exists() else ():
            process = json.loads(line)
            left_alone |= set(process["left alone"])
            for function, (hits, misses) in process["counts"].items():
                so_far = asked.setdefault(function, [0, 0])
                so_far[0] += hits
                so_far[1] += misses
        return {
            "seconds": time.monotonic() - started,
            "outcomes": seen["outcomes"],
            "reasons": seen.get("reasons", {}),
            "asked": asked,
            "left alone": left_alone,
        }


def counted(outcomes: dict[str, str]) -> str:
    kinds = sorted(set(outcomes.values()))
    return ", ".join(f"{list(outcomes.values()).count(kind)} {kind}" for kind in kinds) or "nothing"


def compare(package: Package, ways: list[str]) -> int:
    """Runs the package's tests without rememo, then in each of the ways; how many differences."""
    plain = package.tested("plain")
    print(f"  plain: {counted(plain['outcomes'])} in {plain['seconds']:.0f} s", flush=True)
    differences = 0
    if "passed" not in plain["outcomes"].values():
        print(f"  no test passes: see {package.work / 'plain.log'}")
        return 1
    for how in ways:
        seen = package.tested(how)
        asked = {name: counts for name, counts in seen["asked"].items() if any(counts)}
        hits, misses = (sum(counts[i] for counts in asked.values()) for i in (0, 1))
        print(
            f"  as {how}: {counted(seen['outcomes'])} in {seen['seconds']:.0f} s; "
            f"{len(asked)} of {len(seen['asked'])} functions asked: {hits} hits, {misses} misses",
            flush=True,
        )
        for one in sorted(seen["left alone"]):
            print(f"    left alone: {one}")
        if not asked:
            differences += 1
            print("    none of the package's functions was asked")
        differs = {
            test: seen["outcomes"].get(test, "not run")
            for test, outcome in plain["outcomes"].items()
            if seen["outcomes"].get(test, "not run") != outcome
        }
        if differs:
            again = package.tested("again")["outcomes"]
            for test, outcome in differs.items():
                if again.get(test) != plain["outcomes"][test]:
                    print(f"    differs without rememo too: {test}")
                    continue
                why = [why for part, why in EXPLAINED.get(package.name, {}).items() if part in test]
                differences += not why
                print(f"    {plain['outcomes'][test]} → {outcome}: {test} {' '.join(why)}")
                for line in seen["reasons"].get(test, "").splitlines()[-6:]:
                    print(f"        {line}")
    return differences


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rememo", type=Path, required=True, help="the wheel to test")
    parser.add_argument("--work", type=Path, required=True, help="where all of it is laid")
    parser.add_argument(
        "--as", dest="way", choices=["library", "user"], help="only so; both where it is left out"
    )
    parser.add_argument("--quick", action="store_true", help="only tests that use the functions")
    parser.add_argument("packages", nargs="*", help="only these")
    arguments = parser.parse_args()
    entries = tomllib.loads((HERE / "packages.toml").read_text(encoding="utf-8"))
    found: dict[str, int] = {}
    for name in arguments.packages or entries:
        print(name, flush=True)
        package = Package(name, entries[name], arguments.work.resolve(), arguments.quick)
        package.prepare(arguments.rememo.resolve())
        found[name] = compare(package, [arguments.way] if arguments.way else ["library", "user"])
    print(f"{len(found)} packages, {sum(not n for n in found.values())} without a difference")
    for name, differences in found.items():
        if differences:
            print(f"  {name}: {differences}")
    raise SystemExit(any(found.values()))


if __name__ == "__main__":
    main()
