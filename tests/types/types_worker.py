"""Hashes values in a process of its own and watches what Python does meanwhile.

Requests are lines `TABLE NAME` on standard input, with a table of `type_families`; the answer, a
line of JSON, holds for each value of that name its digest and the audit events of hashing it.
The hash seed is the caller's choice. The first request for a type finds everything cold.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import rememo
from type_families import gathered

WATCHED = ("import", "open", "exec", "compile", "os.", "socket.", "subprocess.", "ctypes.", "pty.")
# Taking a digest runs no code of others and looks at no file; `rememo.File` is there to do so.
LOOKS_AT_FILES = {"streams: File by its content"}

seen: list[str] = []
watching = False


def watch(event: str, arguments: tuple) -> None:
    if watching and event.startswith(WATCHED):
        seen.append(f"{event} {arguments!r}"[:200])


def main() -> None:
    global watching
    sys.addaudithook(watch)
    tables = {table: gathered(table) for table in ("DISTINCT", "ALIKE", "REFUSED")}
    for line in sys.stdin:
        table, name = line.rstrip("\n").split(" ", 1)
        answers = []
        for make in tables[table][name]:
            value = make()
            seen.clear()
            watching = name not in LOOKS_AT_FILES
            try:
                digest = rememo.hash(value)
            except Exception as error:
                digest = f"{type(error).__name__}: {error}"
            finally:
                watching = False
            answers.append([digest, list(seen)])
        print(json.dumps(answers), flush=True)


if __name__ == "__main__":
    main()
