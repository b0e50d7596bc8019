"""The entry point of the `rememo` command. All of it is native; `rememo --help` describes it."""

import signal
import sys

from . import _native


def main() -> int:
    """Run the command with this process's arguments; its exit code."""
    # Python would only note Ctrl-C until native code returns. The store bears being interrupted.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _native.command(["rememo", *sys.argv[1:]])
