# ruff: noqa: E501
"""Library code counts by distribution, version and name; what is a library, where it lies decides."""

from ..case import hit, miss

VERSION = "a library counts by its version"


def _library(name, package, expect, edit, use="import {p}", body="return {p}.g(x)", **options):
    """A project beside an installed distribution ``package`` 1.0 with one module."""
    project = f"""
{use.format(p=package)}
@rememo.cache
def f(x):
    {body.format(p=package)}
## site-packages/{package}/__init__.py
TABLE = [1]
def g(y): return y + 1
def h(y): return y + 2
## site-packages/{package}-1.0.dist-info/METADATA
Metadata-Version: 2.1
Name: {package}
Version: 1.0
## site-packages/{package}-1.0.dist-info/RECORD
{package}/__init__.py,,
{package}-1.0.dist-info/METADATA,,
## site-packages/{package}-1.0.dist-info/top_level.txt
{package}
"""
    return expect(name, project, edit, **options)


def _upgraded(package):
    """The edits that a new release makes."""
    old, new = f"site-packages/{package}-1.0.dist-info", f"site-packages/{package}-1.1.dist-info"
    return [
        {f"{old}/METADATA": None, f"{old}/RECORD": None, f"{old}/top_level.txt": None},
        {
            f"{new}/METADATA": f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.1",
            f"{new}/RECORD": f"{package}/__init__.py,,\n{package}-1.1.dist-info/METADATA,,",
            f"{new}/top_level.txt": package,
        },
    ]


NEW_BODY = ("def g(y): return y + 1", "def g(y): return y + 7")

CASES = [
    _library("a new version", "acmea", miss, [NEW_BODY, *_upgraded("acmea")]),
    _library(
        "a new version, imported by name",
        "acmeb",
        miss,
        [NEW_BODY, *_upgraded("acmeb")],
        "from {p} import g",
        "return g(x)",
    ),
    _library(
        "a new version, imported inside the body",
        "acmec",
        miss,
        [NEW_BODY, *_upgraded("acmec")],
        "",
        "import {p}; return {p}.g(x)",
        unloaded=("acmec",),
        settles=True,
    ),
    _library(
        "a new version that changes nothing here",
        "acmed",
        miss,
        _upgraded("acmed"),
        conservative=VERSION,
    ),
    _library("a library's body under the same version", "acmee", hit, NEW_BODY, blind=VERSION),
    _library(
        "another function of a library", "acmef", miss, ("{p}.g".format(p="acmef"), "acmef.h")
    ),
    _library(
        "another function of a library under the same name",
        "acmeg",
        miss,
        ("import g as k", "import h as k"),
        "from {p} import g as k",
        "return k(x)",
    ),
    _library(
        "a new version of a library beside",
        "acmeh",
        hit,
        _upgraded("acmeh"),
        "import {p}, os",
        "return os.sep",
    ),
    _library(
        "a library declared as the user's code",
        "acmei",
        miss,
        NEW_BODY,
        do='rememo.configure(user_code=["acmei"])',
    ),
    _library(
        "plain data of a library",
        "acmej",
        miss,
        ("TABLE = [1]", "TABLE = [2]"),
        body="return {p}.TABLE[0]",
    ),
    _library(
        "a class of a library as a base",
        "acmek",
        miss,
        [NEW_BODY, *_upgraded("acmek")],
        "import {p}\nclass P:\n    m = staticmethod({p}.g)",
        "return P.m(x)",
    ),
    miss(
        "a module of the user declared a library",
        """
        import lib
        @rememo.cache
        def f(x):
            return lib.g(x)
        ## lib.py
        def g(y): return 1
        """,
        ("return 1", "return 2"),
        do='rememo.configure(library_code=["other"])',
    ),
    miss(
        "a body in an editable installation declared a library: no version says what its code is, so it counts by content",
        """
        import edited_lib
        @rememo.cache
        def f(x):
            return edited_lib.g(x)
        ## src/edited_lib/__init__.py
        def g(y): return 1
        ## site-packages/__editable__.edited_lib-1.0.pth
        {root}/src
        ## site-packages/edited_lib-1.0.dist-info/METADATA
        Metadata-Version: 2.1
        Name: edited_lib
        Version: 1.0
        ## site-packages/edited_lib-1.0.dist-info/top_level.txt
        edited_lib
        ## site-packages/edited_lib-1.0.dist-info/direct_url.json
        {"dir_info": {"editable": true}, "url": "file://{root}"}
        ## site-packages/edited_lib-1.0.dist-info/RECORD
        __editable__.edited_lib-1.0.pth,,
        """,
        ("return 1", "return 2"),
        do='rememo.configure(library_code=["edited_lib"])',
    ),
    miss(
        "a package installed without metadata",
        """
        import bare
        @rememo.cache
        def f(x):
            return bare.g(x)
        ## site-packages/bare/__init__.py
        def g(y): return 1
        """,
        ("return 1", "return 2"),
    ),
    miss(
        "a single module installed without metadata",
        """
        import baremodule
        @rememo.cache
        def f(x):
            return baremodule.g(x)
        ## site-packages/baremodule.py
        def g(y): return 1
        """,
        ("return 1", "return 2"),
    ),
    miss(
        "an editable installation",
        """
        import edit_me
        @rememo.cache
        def f(x):
            return edit_me.g(x)
        ## src/edit_me/__init__.py
        def g(y): return 1
        ## site-packages/__editable__.edit_me-1.0.pth
        {root}/src
        ## site-packages/edit_me-1.0.dist-info/METADATA
        Metadata-Version: 2.1
        Name: edit_me
        Version: 1.0
        ## site-packages/edit_me-1.0.dist-info/direct_url.json
        {"dir_info": {"editable": true}, "url": "file://{root}"}
        ## site-packages/edit_me-1.0.dist-info/RECORD
        __editable__.edit_me-1.0.pth,,
        """,
        ("return 1", "return 2"),
    ),
    miss(
        "a distribution whose name is not its package's",
        """
        import nsq
        @rememo.cache
        def f(x):
            return nsq.g(x)
        ## site-packages/nsq/__init__.py
        def g(y): return 1
        ## site-packages/python_nsq-1.0.dist-info/METADATA
        Metadata-Version: 2.1
        Name: python-nsq
        Version: 1.0
        ## site-packages/python_nsq-1.0.dist-info/RECORD
        nsq/__init__.py,,
        """,
        [("return 1", "return 2"), ("Version: 1.0", "Version: 1.1")],
    ),
    miss(
        "a distribution in a namespace package",
        """
        import space.part
        @rememo.cache
        def f(x):
            return space.part.g(x)
        ## site-packages/space/part/__init__.py
        def g(y): return 1
        ## site-packages/space_part-1.0.dist-info/METADATA
        Metadata-Version: 2.1
        Name: space-part
        Version: 1.0
        ## site-packages/space_part-1.0.dist-info/RECORD
        space/part/__init__.py,,
        ## site-packages/space_other-1.0.dist-info/METADATA
        Metadata-Version: 2.1
        Name: space-other
        Version: 1.0
        ## site-packages/space_other-1.0.dist-info/RECORD
        space/other/__init__.py,,
        ## site-packages/space/other/__init__.py
        """,
        [
            ("return 1", "return 2"),
            ("Name: space-part\nVersion: 1.0", "Name: space-part\nVersion: 1.1"),
        ],
    ),
    hit(
        "another distribution in the same namespace package",
        """
        import spaceb.part
        @rememo.cache
        def f(x):
            return spaceb.part.g(x)
        ## site-packages/spaceb/part/__init__.py
        def g(y): return 1
        ## site-packages/spaceb_part-1.0.dist-info/METADATA
        Metadata-Version: 2.1
        Name: spaceb-part
        Version: 1.0
        ## site-packages/spaceb_part-1.0.dist-info/RECORD
        spaceb/part/__init__.py,,
        ## site-packages/spaceb_other-1.0.dist-info/METADATA
        Metadata-Version: 2.1
        Name: spaceb-other
        Version: 1.0
        ## site-packages/spaceb_other-1.0.dist-info/RECORD
        spaceb/other/__init__.py,,
        ## site-packages/spaceb/other/__init__.py
        """,
        ("Name: spaceb-other\nVersion: 1.0", "Name: spaceb-other\nVersion: 1.1"),
    ),
    miss(
        "another function of the standard library",
        """
        from textwrap import dedent as g
        @rememo.cache
        def f(x):
            return g(" a")
        """,
        ("from textwrap import dedent as g", "from html import escape as g"),
    ),
    miss(
        "the same name in another module of the standard library",
        """
        from math import sqrt
        @rememo.cache
        def f(x):
            return sqrt(x)
        """,
        ("from math", "from cmath"),
    ),
    miss(
        "a constant of the standard library",
        """
        import string
        @rememo.cache
        def f(x):
            return string.digits
        """,
        ("string.digits", "string.octdigits"),
    ),
    miss(
        "the program's arguments",
        """
        import sys
        @rememo.cache
        def f(x):
            return sys.argv[1]
        """,
        do='sys.argv = ["app", "a"]',
        after_do='sys.argv = ["app", "b"]',
    ),
]
