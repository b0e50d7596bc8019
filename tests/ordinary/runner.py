"""Runs ordinary programs in a process of its own and reports what their cache did.

A program is a module under `programs/<family>/` written as people write one, with a single cached
function at its top level (or the one that `CACHED` names) and

    call(f)    calls `f`, with arguments made anew; `f` is the cached function, its `key`, its
               `contains` or the plain function beneath it
    use()      uses what the function reads the way people do between two calls
    change()   changes it so that the function's result differs
    EXPECT     "hit" (the default) or "error": reads a resource, must be refused
    NAMES      for "error": the variables or arguments that the error must name, all at once
    REMEDY     for "error": the decorator's options under which the function works
    IDENTITY   for "error": whether `opaque="identity"` is a remedy (not for arguments)
    NEEDLESS   {step: reason} for a miss that is not necessary and that the documentation lists:
               "warm", "used", or "process" for a key that differs in another process
    LOADS      its body imports a library that is not loaded before: what is found of it later makes
               another key, under which the first result is found as well
    REQUIRES   the packages it needs
    ISOLATED   it changes state of a library for the whole process: it gets one of its own

Requests are lines `ROLE NAME` on standard input, answers JSON objects, one a line, on standard
output as it was at the start. The role `first` calls, uses and changes; the role `second` takes the
keys and runs the plain function: what a cached call must give is established without a cache.
"""

import asyncio
import importlib
import inspect
import json
import os
import re
import sys
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).resolve().parent


def settled(value: Any) -> Any:
    """The value, awaited where the program is asynchronous."""

    async def wait() -> Any:
        return await value

    return asyncio.run(wait()) if inspect.isawaitable(value) else value


def cached_function(module: ModuleType) -> Any:
    """The one function of the program that is cached."""
    if hasattr(module, "CACHED"):
        return module.CACHED
    import rememo

    kind = type(rememo.cache(lambda: None))
    found = [
        v for v in vars(module).values() if type(v) is kind and v.__module__ == module.__name__
    ]
    if len(found) != 1:
        raise RuntimeError(f"{module.__name__} has {len(found)} cached functions, expected one")
    return found[0]


def observed(function: Any, call: Callable[[Any], Any]) -> dict[str, Any]:
    """One call: its key, whether it was a hit, and its result."""
    key = settled(call(function.key))
    known = settled(call(function.contains))
    before = function.cache_info()
    result = settled(call(function))
    after = function.cache_info()
    steps = (after.hits - before.hits, after.misses - before.misses)
    outcome = {(1, 0): "hit", (0, 1): "miss"}.get(steps, f"hits, misses += {steps}")
    return {"key": key, "known": known, "outcome": outcome, "result": repr(result)}


def pasted_hash_funcs(message: str, module: ModuleType) -> dict[Any, Any]:
    """What a user gets who pastes every `hash_funcs={…}` of the message into the decorator."""
    merged: dict[Any, Any] = {}
    for start in (m.end() - 1 for m in re.finditer(r"hash_funcs=\{", message)):
        depth = 0
        for end in range(start, len(message)):
            depth += {"{": 1, "}": -1}.get(message[end], 0)
            if depth == 0:
                break
        merged |= eval(message[start : end + 1], dict(vars(module)))
    return merged


def run_first(module: ModuleType) -> dict[str, Any]:
    """Call, call again, use, call, change, call."""
    function, call = cached_function(module), module.call
    report = {"cold": observed(function, call), "warm": observed(function, call)}
    settled(module.use())
    report["used"] = observed(function, call)
    settled(module.change())
    report["changed"] = observed(function, call)
    return report


def run_refused(module: ModuleType) -> dict[str, Any]:
    """The error of the first call, then the same function under each remedy it offers."""
    import rememo

    function, call = cached_function(module), module.call
    plain = function.__wrapped__
    try:
        return {"returned": repr(settled(call(function)))}
    except rememo.UnhashableTypeError as error:
        message, path, of = str(error), str(error.path), str(error.type)
    report: dict[str, Any] = {"message": message, "path": path, "type": of}
    remedies = {
        "pasted": {"hash_funcs": pasted_hash_funcs(message, module)},
        "remedy": module.REMEDY,
    }
    if getattr(module, "IDENTITY", True):
        remedies["identity"] = {"opaque": "identity"}
    functions = {name: rememo.cache(**options)(plain) for name, options in remedies.items()}
    for name, remedied in functions.items():
        report[name] = {"cold": observed(remedied, call), "warm": observed(remedied, call)}
    settled(module.use())
    for name, remedied in functions.items():
        report[name]["used"] = observed(remedied, call)
    settled(module.change())
    for name, remedied in functions.items():
        report[name]["changed"] = observed(remedied, call)
    return report


def run_second(module: ModuleType) -> dict[str, Any]:
    """The keys before and after the change, and the truth: the plain function's results."""
    import rememo

    function, call = cached_function(module), module.call
    plain = function.__wrapped__
    if getattr(module, "EXPECT", "hit") == "error":
        function = rememo.cache(**module.REMEDY)(plain)
    report = {"key": settled(call(function.key)), "result": repr(settled(call(plain)))}
    settled(module.change())
    report["changed_key"] = settled(call(function.key))
    report["changed_result"] = repr(settled(call(plain)))
    return report


def answer(role: str, name: str) -> dict[str, Any]:
    """Everything that went wrong is part of the answer, so that the next program can run."""
    try:
        module = importlib.import_module(f"programs.{name.replace('/', '.')}")
        if role == "second":
            return run_second(module)
        if getattr(module, "EXPECT", "hit") == "error":
            return run_refused(module)
        return run_first(module)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return {"failed": "".join(traceback.format_exception(error))}


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what programs print goes where their errors go
    sys.path.insert(0, str(HERE))
    sys.argv[:] = ["ordinary"]
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        role, name = line.split()
        print(json.dumps(answer(role, name)), file=answers, flush=True)


if __name__ == "__main__":
    main()
