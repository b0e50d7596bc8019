"""The spinner: seen on a terminal after a second, gone afterwards, and never seen anywhere else."""

import os
import pty
import subprocess
import sys
import textwrap

import pytest


def on_terminal(program: str, **environment: str) -> str:
    """What a program writes to standard error when that is a terminal."""
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80", **environment}
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], stderr=slave, env=environment
    )
    os.close(slave)
    written = b""
    while True:
        try:
            piece = os.read(master, 4096)
        except OSError:  # how Linux says that the other end is closed
            break
        if not piece:
            break
        written += piece
    os.close(master)
    assert process.wait() == 0, written.decode()
    return written.decode()


def on_pipes(program: str) -> subprocess.CompletedProcess[str]:
    """A finished run of a program whose output goes to pipes."""
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )


# Every program shortens the delay, so that no test waits for it.
QUICK = """
import os, sys, time
from rememo import _spinner
_spinner.DELAY = 0.05

def drawn():
    while _spinner._watch.line is None:
        time.sleep(0.01)
"""


def screen(written: str) -> str:
    """What is left to read on the last line of the terminal."""
    return written.rpartition("\r")[2].replace("\x1b[K", "")


def test_a_line_appears_with_the_text_and_is_erased_at_the_end():
    written = on_terminal(
        QUICK + "assert _spinner.enabled()\n"
        "token = _spinner.begin('Running report()'); drawn(); _spinner.end(token)"
    )
    assert "Running report()" in written
    assert screen(written) == ""


def test_what_the_program_prints_next_starts_on_a_clean_line():
    written = on_terminal(
        QUICK + "token = _spinner.begin('Running'); drawn(); _spinner.end(token)\n"
        "sys.stderr.write('result')"
    )
    assert screen(written) == "result"


def test_a_short_computation_shows_nothing():
    written = on_terminal(
        QUICK + "_spinner.DELAY = 3600\n"
        "token = _spinner.begin('Running'); time.sleep(0.1); _spinner.end(token)"
    )
    assert written == ""


def test_the_line_stays_while_another_computation_runs_and_names_that_one():
    written = on_terminal(
        QUICK + "outer = _spinner.begin('Running outer()'); drawn()\n"
        "inner = _spinner.begin('Running inner()'); time.sleep(0.1)\n"
        "_spinner.end(outer); _spinner.end(inner)"
    )
    before, _, after = written.rpartition("outer()")
    assert before
    assert "inner()" in after
    assert screen(written) == ""


def test_a_second_computation_after_the_thread_has_gone_is_shown_too():
    written = on_terminal(
        QUICK + "token = _spinner.begin('first'); drawn(); _spinner.end(token)\n"
        "while _spinner._watch.thread_runs: time.sleep(0.01)\n"
        "token = _spinner.begin('second'); drawn(); _spinner.end(token)"
    )
    assert "first" in written
    assert "second" in written


def test_control_characters_of_a_text_do_not_reach_the_terminal():
    written = on_terminal(
        QUICK + "token = _spinner.begin('a\\nb\\x1b[31mc'); drawn(); _spinner.end(token)"
    )
    assert "\n" not in written
    assert "\x1b[31m" not in written


def test_an_ascii_terminal_gets_ascii():
    written = on_terminal(
        QUICK + "token = _spinner.begin('größer'); drawn(); _spinner.end(token)",
        PYTHONIOENCODING="ascii",
    )
    assert "gr??er" in written
    assert written.isascii()


def test_a_dumb_terminal_sees_nothing():
    assert on_terminal(QUICK + "assert not _spinner.enabled()", TERM="dumb") == ""


@pytest.mark.parametrize("replacement", ["None", "object()", "open(os.devnull)"])
def test_a_program_without_a_usable_standard_error_goes_on(replacement):
    program = f"""
        sys.stderr = {replacement}
        if hasattr(sys.stderr, "close"): sys.stderr.close()
        assert not _spinner.enabled()
        token = _spinner.begin("Running"); time.sleep(0.2); _spinner.end(token)
        sys.stderr = sys.__stderr__  # the interpreter flushes it when it leaves
    """
    assert on_terminal(QUICK + textwrap.dedent(program)) == ""


def test_nothing_is_written_to_a_pipe():
    program = QUICK + "assert not _spinner.enabled()"
    run = on_pipes(program)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_a_forked_child_neither_draws_the_parents_line_nor_erases_it():
    written = on_terminal(
        QUICK
        + textwrap.dedent("""
        token = _spinner.begin("parent"); drawn()
        with _spinner._watch.lock:  # held by the parent at the moment of the fork
            child = os.fork()
        if child == 0:
            assert _spinner._watch.line is None
            _spinner.end(token)
            own = _spinner.begin("child"); drawn(); _spinner.end(own)
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        _spinner.end(token)
        """)
    )
    assert "parent" in written
    assert "child" in written


def test_an_inherited_token_does_not_end_a_computation_of_the_child():
    on_terminal(
        QUICK
        + textwrap.dedent("""
        inherited = _spinner.begin("parent")
        child = os.fork()
        if child == 0:
            own = _spinner.begin("child")
            _spinner.end(inherited)
            os._exit(0 if own in _spinner._watch.running else 1)
        assert os.waitpid(child, 0)[1] == 0
        """)
    )


def test_computations_may_begin_and_end_on_many_threads():
    written = on_terminal(
        QUICK
        + textwrap.dedent("""
        from threading import Thread
        def compute(seconds):
            for _ in range(20):
                token = _spinner.begin("Running"); time.sleep(seconds); _spinner.end(token)
        threads = [Thread(target=compute, args=(n / 1000,)) for n in range(16)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        assert not _spinner._watch.running
        """)
    )
    assert screen(written) == ""


def test_rich_draws_the_line_in_a_program_that_has_loaded_rich():
    written = on_terminal(
        QUICK
        + textwrap.dedent("""
        import rich.console
        token = _spinner.begin("Running [bold]report()"); drawn()
        assert type(_spinner._watch.line).__name__ == "_RichLine"
        while not _spinner._watch.line.live.is_started: time.sleep(0.01)
        _spinner.end(token)
        """)
    )
    assert "Running [bold]report()" in written
    assert "\x1b[?25h" in written.rpartition("report()")[2]  # the cursor is back


def test_rich_is_not_loaded_for_the_line():
    on_terminal(
        QUICK + "token = _spinner.begin('Running'); drawn(); _spinner.end(token)\n"
        "assert 'rich' not in sys.modules"
    )


# A notebook's kernel, as far as the spinner looks at it: its shell, and displays with an identity.
NOTEBOOK = """
import types
shown = []
class Handle:
    def update(self, data, raw): shown.append(data["text/plain"])
def display(data, raw, display_id):
    return Handle()
IPython = types.ModuleType("IPython")
IPython.get_ipython = lambda: types.SimpleNamespace(kernel=object())
IPython.display = types.ModuleType("IPython.display")
IPython.display.display = display
sys.modules["IPython"], sys.modules["IPython.display"] = IPython, IPython.display
"""


def test_a_notebook_gets_an_output_that_is_emptied_at_the_end():
    program = (
        QUICK
        + NOTEBOOK
        + textwrap.dedent("""
        assert _spinner.enabled()
        token = _spinner.begin("Running report()")
        while not shown: time.sleep(0.01)
        _spinner.end(token)
        assert shown[0].startswith("Running report()")
        assert shown[-1] == ""
        """)
    )
    run = on_pipes(program)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_ipython_on_a_pipe_is_no_notebook():
    program = (
        QUICK
        + NOTEBOOK
        + "IPython.get_ipython = lambda: types.SimpleNamespace()\nassert not _spinner.enabled()"
    )
    run = on_pipes(program)
    assert (run.returncode, run.stderr) == (0, "")
