"""Runs projects in a process of its own: ``python -P -B worker.py jobs.json results.jsonl``.

Many jobs share a process, each with its own directory and fresh modules; one line is written per
finished job, so that the parent knows which one a crash belongs to. With the front ``plain`` the
projects see ``rememo`` without a cache and the truth comes out; with ``cached`` the keys and what
the cache answers.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import importlib
import importlib.util
import io
import json
import linecache
import os
import py_compile
import signal
import sys
import threading
import traceback
import types
import zipfile
from pathlib import Path

WARM_CALLS = 30
"""Enough calls for the interpreter to specialise the bytecode of what they run."""


class OutOfTime(BaseException):
    """A call ran longer than its job allows."""


# Bringing a project into the process ---------------------------------------------------------


def _imported(root: Path) -> dict:
    sys.path.insert(0, str(root))
    importlib.invalidate_caches()
    return importlib.import_module("app").__dict__


def _as_script(root: Path) -> dict:
    sys.path.insert(0, str(root))
    importlib.invalidate_caches()
    module = types.ModuleType("__main__")
    module.__file__ = str(root / "app.py")
    module.__builtins__ = __builtins__
    sys.modules["__main__"] = module
    source = (root / "app.py").read_bytes()
    exec(compile(source, module.__file__, "exec", dont_inherit=True), module.__dict__)
    return module.__dict__


def _as_cells(root: Path, pattern: str = "<ipython-input-{number}-{digest}>") -> dict:
    """Each part of ``app.py`` between lines ``# %%`` is run as a notebook runs a cell."""
    sys.path.insert(0, str(root))
    importlib.invalidate_caches()
    module = types.ModuleType("__main__")
    module.__builtins__ = __builtins__
    sys.modules["__main__"] = module
    first = os.getpid() % 50  # a re-run cell has another number
    for number, cell in enumerate((root / "app.py").read_text("utf-8").split("# %%\n"), first):
        digest = hashlib.sha1(cell.encode()).hexdigest()[:12]
        name = pattern.format(number=number, digest=digest)
        linecache.cache[name] = (len(cell), None, cell.splitlines(True), name)
        exec(compile(cell, name, "exec", dont_inherit=True), module.__dict__)
    return module.__dict__


def _as_doctest(root: Path) -> dict:
    return _as_cells(root, "<doctest app.f[{number}]>")


def _from_zip(root: Path) -> dict:
    archive = root / "project.zip"
    with zipfile.ZipFile(archive, "w") as target:
        for path in sorted(root.rglob("*.py")):
            target.write(path, path.relative_to(root))
            path.unlink()
    sys.path.insert(0, str(archive))
    importlib.invalidate_caches()
    return importlib.import_module("app").__dict__


def _from_bytecode(root: Path) -> dict:
    for path in sorted(root.rglob("*.py")):
        py_compile.compile(str(path), cfile=str(path.with_suffix(".pyc")), doraise=True)
        path.unlink()
    return _imported(root)


def _as_frozen(root: Path) -> dict:
    """As a frozen application holds its modules: code without a file."""
    module = types.ModuleType("app")
    module.__spec__ = importlib.util.spec_from_loader("app", None, origin="frozen")
    module.__builtins__ = __builtins__
    sys.modules["app"] = module
    sys.path.insert(0, str(root))
    importlib.invalidate_caches()
    source = (root / "app.py").read_bytes()
    exec(compile(source, "<frozen app>", "exec", dont_inherit=True), module.__dict__)
    return module.__dict__


def _by_exec(root: Path) -> dict:
    sys.path.insert(0, str(root))
    importlib.invalidate_caches()
    namespace = {"__name__": "app", "__builtins__": __builtins__}
    exec((root / "app.py").read_text("utf-8"), namespace)
    return namespace


PLACINGS = {
    "import": _imported,
    "script": _as_script,
    "cells": _as_cells,
    "doctest": _as_doctest,
    "zip": _from_zip,
    "bytecode": _from_bytecode,
    "frozen": _as_frozen,
    "exec": _by_exec,
}


@contextlib.contextmanager
def _fresh_modules():
    """Forgets on leaving what the job imported and where it looked."""
    modules, path = dict(sys.modules), list(sys.path)
    hooks = {name: vars(sys)[name] for name in ("argv", "stdout", "stderr")}
    try:
        yield
    finally:
        for name in list(sys.modules):
            module = sys.modules[name]
            if name not in modules and not _stays(module):
                del sys.modules[name]
        sys.modules["__main__"] = modules["__main__"]
        sys.path[:] = path
        sys.path_importer_cache.clear()
        vars(sys).update(hooks)
        linecache.clearcache()


def _stays(module) -> bool:
    """The standard library and rememo are imported once; C modules cannot be imported twice."""
    spec = getattr(module, "__spec__", None)
    name = getattr(module, "__name__", "").partition(".")[0]
    return spec is not None and (name in sys.stdlib_module_names or name in KEPT)


KEPT = {"rememo", "numpy", "pandas", "attr", "attrs", "pydantic", "pydantic_core", "cloudpickle"}


# Judging one call ----------------------------------------------------------------------------


def _asking_for(attribute: str, call: str):
    """``f(3)`` as ``f.key(3)``."""
    tree = ast.parse(call, mode="eval")
    tree.body.func = ast.Attribute(tree.body.func, attribute, ast.Load())
    return compile(ast.fix_missing_locations(tree), f"<{attribute}>", "eval")


def _callee(call: str, namespace: dict):
    tree = ast.Expression(ast.parse(call, mode="eval").body.func)
    return eval(compile(tree, "<callee>", "eval"), namespace)


def _shown(value: object) -> str:
    text = repr(value)
    if len(text) > 4_000:
        text = "sha256 " + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return text


def _result(expression: str, namespace: dict) -> str:
    try:
        return _shown(eval(expression, namespace))
    except OutOfTime:
        return "never ends"
    except (Exception, SystemExit) as error:
        return f"raises {type(error).__name__}: {error}"


def _key(call: str, namespace: dict) -> dict:
    try:
        return {"key": eval(_asking_for("key", call), namespace)}
    except Exception as error:
        return {"key": None, "error": type(error).__name__, "message": str(error)}


@contextlib.contextmanager
def _within(seconds: float | None):
    if not seconds:
        yield
        return

    def ring(signum, frame):
        raise OutOfTime

    # The time that this process computes, whatever else the machine does.
    signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds, seconds)  # again, should someone swallow it
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


@contextlib.contextmanager
def _watched(under: str | None):
    def trace(frame, event, arg):
        return trace

    if under == "settrace":
        sys.settrace(trace)
    elif under == "setprofile":
        sys.setprofile(trace)
    elif under == "monitoring" and sys.version_info >= (3, 12):
        monitoring = sys.monitoring
        monitoring.use_tool_id(monitoring.COVERAGE_ID, "staleness")
        monitoring.register_callback(
            monitoring.COVERAGE_ID, monitoring.events.LINE, lambda code, line: None
        )
        monitoring.set_events(monitoring.COVERAGE_ID, monitoring.events.LINE)
    elif under == "monitoring":
        sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(None)
        sys.setprofile(None)
        if under == "monitoring" and sys.version_info >= (3, 12):
            sys.monitoring.set_events(sys.monitoring.COVERAGE_ID, 0)
            sys.monitoring.free_tool_id(sys.monitoring.COVERAGE_ID)


def _judged(job: dict, front: str, namespace: dict) -> dict:
    """Key, result, a second call and key again: running the body must not change the key."""
    call = job["call"]
    run = job.get("run") or call
    if front == "plain":
        return {"result": _result(run, namespace)}
    if job.get("under"):
        for _ in range(WARM_CALLS):
            _result(run, namespace)
    with _watched(job.get("under")):
        report = _key(call, namespace)
        if front == "cached" and report["key"]:
            kept = eval(_asking_for("_kept", call), namespace)
            report["kept"] = [part.hex() for part in kept]
        report["loaded"] = [name for name in job.get("unloaded", ()) if name in sys.modules]
        report["result"] = _result(run, namespace)
        if front == "cached" and not job.get("restless"):
            report["result_again"], report["ran_again"] = _counting_misses(run, call, namespace)
    for _ in range(0 if job.get("restless") else WARM_CALLS):
        inner = _callee(call, namespace)
        plain = dict(namespace, __judged__=getattr(inner, "__wrapped__", inner))
        _result(_with_callee(run, call, "__judged__"), plain)
    report["key_again"] = _key(call, namespace)["key"]
    return report


def _with_callee(run: str, call: str, name: str) -> str:
    callee = ast.unparse(ast.parse(call, mode="eval").body.func)
    return ast.unparse(ast.parse(run, mode="eval")).replace(callee + "(", name + "(", 1)


def _calls(job: dict, front: str, namespace: dict) -> dict:
    """The results, or the keys, of several calls; bodies run for the truth alone."""
    if front == "plain":
        results = []
        for call in job["calls"]:
            with _within(job.get("seconds")):
                results.append(_result(call, namespace))
        return {"results": results}
    keys = [_key(call, namespace) for call in job["calls"]]
    errors = [key["message"] for key in keys if key["key"] is None]
    return {"keys": [key["key"] for key in keys], "errors": errors}


# Judging a change in the run -----------------------------------------------------------------


def _in_run(job: dict, front: str, namespace: dict, count: str) -> dict:
    """Two calls, the change, two calls: what each gave and whether it ran the body."""
    call, run = job["call"], job.get("run") or job["call"]
    report = {"results": [], "ran": []}
    if front != "plain":
        report.update(_key(call, namespace))
    for step in range(4):
        if step == 2:
            exec(compile(job["change"], "<change>", "exec"), namespace)
        if front == "plain":
            report["results"].append(_result(run, namespace))
            continue
        observe = _counting_runs if count == "profile" else _counting_misses
        result, ran = observe(run, call, namespace)
        report["results"].append(result)
        report["ran"].append(ran)
    return report


def _counting_runs(run: str, call: str, namespace: dict) -> tuple[str, int]:
    code = _callee(call, namespace).__wrapped__.__code__
    runs = []

    def profile(frame, event, arg):
        if event == "call" and frame.f_code is code:
            runs.append(frame)

    sys.setprofile(profile)
    try:
        result = _result(run, namespace)
    finally:
        sys.setprofile(None)
    return result, len(runs)


def _counting_misses(run: str, call: str, namespace: dict) -> tuple[str, int]:
    before = _callee(call, namespace).cache_info().misses
    result = _result(run, namespace)
    return result, _callee(call, namespace).cache_info().misses - before


# Which lines a project's calls execute ---------------------------------------------------------


def _lines(job: dict, namespace: dict) -> dict:
    """Executed lines by file below the project's directory."""
    root = str(Path(job["root"])) + os.sep
    seen: dict[str, set[int]] = {}

    def trace(frame, event, arg):
        name = frame.f_code.co_filename
        if not name.startswith(root):
            return None
        seen.setdefault(name[len(root) :], set()).add(frame.f_lineno)
        return trace

    sys.settrace(trace)
    try:
        results = [_result(call, namespace) for call in job["calls"]]
    finally:
        sys.settrace(None)
    return {"results": results, "lines": {name: sorted(lines) for name, lines in seen.items()}}


# The process -----------------------------------------------------------------------------------


def _run(job: dict, front: str, count: str) -> dict:
    root = Path(job["root"])
    os.chdir(job.get("cwd") or root)
    quiet = contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO())
    with _fresh_modules(), quiet[0], quiet[1]:
        try:
            with _within(job.get("seconds")):
                namespace = PLACINGS[job.get("how", "import")](root)
                exec(compile(job.get("do", ""), "<do>", "exec"), namespace)
        except OutOfTime:
            return {"broken": "never ends"}
        except (Exception, SystemExit) as error:
            return {"broken": f"{type(error).__name__}: {error}"}
        kind = job["kind"]
        if kind == "lines":
            return _lines(job, namespace)
        if kind == "calls":
            return _calls(job, front, namespace)
        if kind == "in_run":
            try:
                return _in_run(job, front, namespace, count)
            finally:
                exec(compile(job["undo"], "<undo>", "exec"), namespace)
        if job.get("under") == "thread":
            reports: list[dict] = []
            plain_job = dict(job, under=None)
            thread = threading.Thread(
                target=lambda: reports.append(_judged(plain_job, front, namespace))
            )
            thread.start()
            thread.join()
            return reports[0]
        return _judged(job, front, namespace)


def main(jobs_path: str, results_path: str) -> None:
    batch = json.loads(Path(jobs_path).read_text("utf-8"))
    front = batch["front"]
    if front != "cached":
        spec = importlib.util.spec_from_file_location(
            "plain_rememo", Path(__file__).with_name("plain_rememo.py")
        )
        plain = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(plain)
        plain.install(blind=front == "blind")
    import rememo

    with open(results_path, "a", encoding="utf-8") as results:
        for job in batch["jobs"]:
            try:
                rememo.clear()
                report = _run(job, front, batch.get("count", "info"))
            except Exception:
                report = {"broken": traceback.format_exc(limit=-3)}
            report["id"] = job["id"]
            results.write(json.dumps(report) + "\n")
            results.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
