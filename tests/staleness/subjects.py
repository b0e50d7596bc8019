# ruff: noqa: E501
"""Real pure-Python packages as the user's own code: what the mutations are made in.

Each subject is a copy of modules of the standard library under other names, without their C
accelerators, and an ``app.py`` with one cached function that runs them on a few inputs.
"""

from __future__ import annotations

import re
import sysconfig
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

PREFIX = "own_"


@dataclass(frozen=True)
class Subject:
    """A program over copied modules: ``body`` is the cached function's, ``inputs`` its arguments."""

    name: str
    modules: tuple[str, ...]
    body: str
    inputs: tuple[str, ...]
    imports: str = ""
    without: tuple[str, ...] = ()
    """C modules that the copies must not find."""
    calls: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "calls", tuple(f"entry({text})" for text in self.inputs))

    def files(self, *, imported_inside: bool = False) -> dict[str, str]:
        """The program's files, by their place below the project's directory.

        The modules are imported by ``app.py``, or, ``imported_inside``, by the cached function's
        body, so that none is loaded when the key is taken.
        """
        imports = self._own(self.imports or f"import {self.modules[0]}")
        body = textwrap.dedent(self.body).strip()
        if imported_inside:
            imports, body = "", f"{imports}\n{body}"
        body = textwrap.indent(body, "    ")
        app = f"import rememo\n{imports}\n\n\n@rememo.cache\ndef entry(data):\n{body}\n"
        files = {"app.py": app}
        for module in self.modules:
            for place, source in _sources(module):
                source = self._own(source)
                for accelerator in self.without:
                    source = re.sub(rf"\b{accelerator}\b", f"no{accelerator}", source)
                files[place] = source
        return files

    def _own(self, source: str) -> str:
        for module in self.modules:
            own = PREFIX + module
            source = re.sub(rf"\bfrom {module}\b", f"from {own}", source)
            source = re.sub(rf"\bimport {module}$", f"import {own} as {module}", source, flags=re.M)
        return source


def _sources(module: str):
    library = Path(sysconfig.get_path("stdlib"))
    if (library / f"{module}.py").exists():
        yield f"{PREFIX}{module}.py", (library / f"{module}.py").read_text("utf-8")
        return
    for path in sorted((library / module).glob("*.py")):
        if path.name != "__main__.py":
            yield f"{PREFIX}{module}/{path.name}", path.read_text("utf-8")


PARAGRAPH = (
    "A cache is a store of results. It is right when no result is old, and it is useful when few "
    "are computed twice;  both have\\ta price -- and both are well-known, e.g. to everyone."
)

SUBJECTS = [
    Subject(
        "textwrap",
        ("textwrap",),
        """
        text, width = data
        return [
            textwrap.wrap(text, width, initial_indent="* ", subsequent_indent="  "),
            textwrap.shorten(text, width * 2),
            textwrap.dedent(textwrap.indent(text, "    ")),
            textwrap.fill(text, width, break_long_words=False, max_lines=3),
        ]
        """,
        (f"('{PARAGRAPH}', 24)", "('aaa bbb ccccccccccc d\\n\\n  e f', 7)"),
    ),
    Subject(
        "difflib",
        ("difflib",),
        """
        a, b = data
        return [
            list(difflib.unified_diff(a, b, "a", "b", n=1)),
            list(difflib.ndiff(a, b)),
            difflib.get_close_matches(a[0], b, n=2, cutoff=0.3),
            difflib.SequenceMatcher(None, "".join(a), "".join(b)).get_opcodes(),
        ]
        """,
        (
            "(['one', 'two', 'three', 'four'], ['one', 'tree', 'for', 'four', 'five'])",
            "(['abcdefg', 'x'], ['abxdefg', 'x', 'y'])",
        ),
    ),
    Subject(
        "configparser",
        ("configparser",),
        """
        parser = configparser.ConfigParser(allow_no_value=True)
        parser.read_string(data)
        return [
            [(name, dict(parser[name])) for name in parser.sections()],
            parser.getint("a", "n", fallback=7),
            parser.getboolean("a", "on", fallback=None),
            parser.has_option("b", "x"),
        ]
        """,
        (
            "'[DEFAULT]\\nroot = /r\\n[a]\\nn = 5\\non = yes\\npath = %(root)s/p\\n[b]\\n# no\\nx\\ny: 1\\n  2\\n'",
            "'[a]\\nk = v ; w\\n\\n[c]\\nz=1\\n'",
        ),
    ),
    Subject(
        "statistics",
        ("statistics",),
        """
        return [
            statistics.mean(data),
            statistics.median(data),
            statistics.mode(data),
            statistics.quantiles(data, n=4),
            round(statistics.stdev(data), 9),
            round(statistics.harmonic_mean(data), 9),
            statistics.linear_regression(data, sorted(data)),
        ]
        """,
        ("[1, 2, 2, 3, 8, 13]", "[0.5, 0.25, 4, 4, 1]"),
        without=("_statistics",),
    ),
    Subject(
        "fractions",
        ("fractions",),
        """
        a, b = map(fractions.Fraction, data)
        return [str(n) for n in (a + b, a - b, a * b, a / b, a % b, a // b, -a, abs(b), a**2)] + [
            a < b, a == b, hash(a), round(a, 1), b.limit_denominator(7), float(a), f"{float(b):.3f}"
        ]
        """,
        ("('3/4', '-22/7')", "('1.25', '10')"),
    ),
    Subject(
        "string",
        ("string",),
        """
        text, values = data
        return [
            string.Template(text).safe_substitute(values),
            string.Formatter().format("{0:>5}|{a!r}", text[:3], a=values.get("a")),
            string.capwords(text),
        ]
        """,
        ("('one $a two ${b} $$ $c', {'a': 1, 'b': 'x'})", "('plain', {})"),
    ),
    Subject(
        "shlex",
        ("shlex",),
        """
        return [
            shlex.split(data),
            shlex.split(data, comments=True),
            list(shlex.shlex(data, punctuation_chars=True)),
            shlex.join(shlex.split(data)),
            shlex.quote(data),
        ]
        """,
        ("'ls -l \"a b\" \\'c d\\' e\\\\\\\\ f # g && h'", "'x=\"1 2\";y | z'"),
    ),
    Subject(
        "html",
        ("html",),
        """
        class Texts(HTMLParser):
            def __init__(self):
                super().__init__()
                self.seen = []
            def handle_starttag(self, tag, attrs):
                self.seen.append((tag, attrs))
            def handle_data(self, text):
                self.seen.append(text)
        parser = Texts()
        parser.feed(data)
        parser.close()
        return [parser.seen, html.escape(data), html.unescape(data)]
        """,
        (
            "'<p class=\"a\" id=b>one &amp; two<br/>&#65;<!-- no --></p>'",
            "'<ul><li>1<li>&lt;2&gt;</ul> tail & end'",
        ),
        imports="import html\nfrom html.parser import HTMLParser",
    ),
    Subject(
        "calendar",
        ("calendar",),
        """
        year, month = data
        return [
            calendar.TextCalendar(6).formatmonth(year, month),
            calendar.monthrange(year, month),
            list(calendar.Calendar().itermonthdays2(year, month)),
            calendar.leapdays(year, year + 9),
            calendar.timegm((year, month, 1, 2, 3, 4)),
        ]
        """,
        ("(2024, 2)", "(1999, 12)"),
    ),
    Subject(
        "graphlib",
        ("graphlib",),
        """
        sorter = graphlib.TopologicalSorter(data)
        sorter.add("z", *sorted(data))
        steps = []
        sorter.prepare()
        while sorter.is_active():
            ready = sorter.get_ready()
            steps.append(sorted(ready))
            sorter.done(*ready)
        return steps
        """,
        ("{'a': ['b', 'c'], 'b': ['d'], 'c': ['d']}", "{'a': ['b'], 'b': ['a']}"),
    ),
    Subject(
        "tomllib",
        ("tomllib",),
        "return tomllib.loads(data)",
        (
            "'a = 1\\nb = [1, 2.5, \"x\\\\n\"]\\n[c]\\nd = {e = true, f = 2024-01-02}\\n[[g]]\\nh = 0x1F\\n'",
            '\'x.y = "z"\\nm = """\\none\\ntwo"""\\nt = 07:32:00\\n\'',
        ),
    ),
    Subject(
        "heapq and bisect",
        ("heapq", "bisect"),
        """
        heap = list(data)
        heapq.heapify(heap)
        heapq.heappush(heap, 5)
        first = [heapq.heappop(heap), heapq.heappushpop(heap, 2), heapq.heapreplace(heap, 9)]
        line = sorted(data)
        bisect.insort(line, 4)
        return [
            first, heap, heapq.nsmallest(2, data), heapq.nlargest(2, data, key=lambda n: -n),
            list(heapq.merge(line, [1, 7])), bisect.bisect_left(line, 4), bisect.bisect_right(line, 4),
        ]
        """,
        ("[7, 3, 9, 4, 1]", "[4, 4, 8, 0, 2, 6]"),
        imports="import bisect\nimport heapq",
        without=("_heapq", "_bisect"),
    ),
    Subject(
        "json",
        ("json",),
        """
        value = json.loads(data)
        return [value, json.dumps(value, indent=2, sort_keys=True), json.dumps(value, ensure_ascii=False)]
        """,
        (
            '\'{"b": [1, -2.5e3, true, null], "a": "x\\\\u00e9\\\\n", "c": {}}\'',
            '\'["q", {"k": [[]]}]\'',
        ),
        without=("_json",),
    ),
    Subject(
        "argparse",
        ("argparse",),
        """
        parser = argparse.ArgumentParser(prog="tool", description="What it does.")
        parser.add_argument("files", nargs="+", help="the files")
        parser.add_argument("-n", "--number", type=int, default=3, help="how many (%(default)s)")
        parser.add_argument("--mode", choices=["fast", "slow"], default="fast")
        parser.add_argument("-v", action="count", default=0)
        group = parser.add_mutually_exclusive_group()
        group.add_argument("--yes", action="store_true")
        group.add_argument("--no", dest="yes", action="store_false")
        known, rest = parser.parse_known_args(data)
        return [sorted(known.__dict__.items()), rest, parser.format_usage()]
        """,
        ("['a', 'b', '-n5', '-vv', '--mode=slow', '--yes']", "['x', '--other', '--no']"),
    ),
    Subject(
        "csv",
        ("csv",),
        """
        dialect = csv.Sniffer().sniff(data)
        rows = list(csv.DictReader(io.StringIO(data), dialect=dialect, restkey="more"))
        out = io.StringIO()
        writer = csv.DictWriter(out, ["a", "b"], "-", "ignore", csv.excel)
        writer.writeheader()
        writer.writerows(rows)
        return [dialect.delimiter, rows, out.getvalue(), csv.Sniffer().has_header(data)]
        """,
        ("'a;b\\n1;2\\n3;4\\n5;6\\n'", "'a,b\\nx,\"y, z\"\\nq,r\\n'"),
        imports="import csv\nimport io",
    ),
    Subject(
        "colorsys",
        ("colorsys",),
        """
        r, g, b = data
        return [
            [round(n, 9) for n in way(r, g, b)]
            for way in (colorsys.rgb_to_yiq, colorsys.rgb_to_hls, colorsys.rgb_to_hsv,
                        colorsys.yiq_to_rgb, colorsys.hls_to_rgb, colorsys.hsv_to_rgb)
        ]
        """,
        ("(0.2, 0.4, 0.9)", "(0.7, 0.1, 0.0)"),
    ),
    Subject(
        "fnmatch",
        ("fnmatch",),
        """
        names, pattern = data
        return [
            fnmatch.filter(names, pattern),
            fnmatch.translate(pattern),
            [fnmatch.fnmatchcase(name, pattern) for name in names],
        ]
        """,
        ("(['a/b.py', 'c.txt', 'a//d.py'], '*.py')", "(['x/y', 'x/z/w'], '[!a]/?*')"),
    ),
    Subject(
        "posixpath",
        ("posixpath",),
        """
        return [
            [posixpath.normpath(name) for name in data],
            [posixpath.splitext(name) for name in data],
            [posixpath.split(name) for name in data],
            posixpath.commonpath(data),
            posixpath.relpath(data[0], data[1]),
            posixpath.join(*data),
        ]
        """,
        ("['a/b.py', 'a/../a/c.txt', 'a//d.py']", "['x/y', 'x/z.w/../v']"),
    ),
    Subject(
        "reprlib and pprint",
        ("reprlib", "pprint"),
        """
        short = reprlib.Repr()
        short.maxlist, short.maxstring = 3, 12
        return [short.repr(data), reprlib.repr(data), pprint.pformat(data, width=30, compact=True)]
        """,
        (
            "{'a': list(range(9)), 'b': 'x' * 40, 'c': {'d': (1, [2])}}",
            "[['deep', {'k': frozenset([1])}], 1.5]",
        ),
        imports="import pprint\nimport reprlib",
    ),
]
