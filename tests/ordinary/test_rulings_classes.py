"""Framework classes across processes and edits: ruling 4 of "Ordinary programs".

Each project is written into a folder and looked at from processes of their own, so that a key that
differs says that the code differs, and a class whose file was edited under the running process is
told from one whose file is what ran.
"""

import functools
import json
import linecache
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rememo
from _support import Project, environment, hit, miss, ran

LOOK = """
import json
import user
key, result = user.f.key(), repr(user.f())
assert user.f.key() == key, "use changes it"
print(json.dumps([key, result]))
"""


def settle(folder: Path) -> None:
    """Wait until no file of the folder is so new that it may have been written again since."""
    newest = max(max(p.stat().st_mtime, p.stat().st_ctime) for p in folder.glob("*.py"))
    while time.time() < newest + 0.25:
        time.sleep(0.02)


def run(folder: Path, source: str, seed: int = 0) -> Any:
    """What a program prints as JSON, started when the folder's files have settled."""
    settle(folder)
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(source)],
        env=environment(seed),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def look(folder: Path, seed: int, **modules: str) -> list[str]:
    """The key of `user.f` and its result in a new process, with these modules on disk."""
    for name, source in modules.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(source))
    key, result = run(folder, LOOK, seed)
    return [key, result]


TLS = """
    import ssl

    CIPHERS = "HIGH"

    def context(purpose):
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        made.set_ciphers(CIPHERS)
        return made

    class Client:
        secure = context("client")
        port = 443

        def address(self):
            return f"{self.port} {len(self.secure.get_ciphers()) > 0}"
"""
MAPPED = """
    import sqlalchemy as sa
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    LENGTH = 20

    class Base(DeclarativeBase):
        pass

    class User(Base):
        __tablename__ = "user"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(sa.String(LENGTH))
        age: Mapped[int]

        def shown(self):
            return f"{self.name} {sa.schema.CreateTable(self.__table__)}"
"""
DJANGO = """
    import django
    from django.conf import settings

    settings.configure(DATABASES={}, DEFAULT_AUTO_FIELD="django.db.models.AutoField")
    django.setup()

    from django.db import models

    LENGTH = 20

    def checked(value):
        return value

    class Book(models.Model):
        title = models.CharField(max_length=LENGTH, validators=[checked])
        pages = models.IntegerField(default=1)

        class Meta:
            app_label = "ordinary"
            ordering = ["title"]

        def shown(self):
            options = type(self)._meta
            return f"{self.pages} {options.get_field('title').max_length} {options.ordering}"
"""
SCHEMA = """
    import marshmallow as ma

    DIGITS = 1

    class Item(ma.Schema):
        name = ma.fields.String(required=True)
        price = ma.fields.Float(validate=ma.validate.Range(min=0))

        @ma.post_load
        def rounded(self, data, **kwargs):
            return {**data, "price": round(data["price"], DIGITS)}
"""
FIELDS = """
    import attr

    STEP = 2

    def grown(x):
        return x + STEP

    @attr.frozen(cache_hash=True)
    class Point:
        x: int = attr.field(default=1, converter=grown)
        y: int = 5
"""
MODEL = """
    import pydantic

    LIMIT = 3

    class Item(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(str_strip_whitespace=True)
        name: str = "abcdef"
        size: int = pydantic.Field(default=1, le=10)

        @pydantic.field_validator("name", mode="after")
        @classmethod
        def shortened(cls, value):
            return value[:LIMIT]

        @pydantic.computed_field
        @property
        def label(self) -> str:
            return self.name.upper()
"""
TASK = """
    import celery

    app = celery.Celery("ordinary", broker="memory://")
    FACTOR = 2

    @app.task(bind=True, max_retries=2)
    def grown(self, x):
        return x * FACTOR + self.max_retries
"""
CALLS = {
    "TLS": "maker.Client().address()",
    "SQLAlchemy": "maker.User(name='x').shown()",
    "Django": "maker.Book(title='x').shown()",
    "marshmallow": "maker.Item().load({'name': name, 'price': 1.26})",
    "attrs": "(hash(maker.Point()) and maker.Point(), maker.Point().x)",
    "pydantic": "maker.Item(name=name + ' ').model_dump()",
    "Celery": "maker.grown.apply((3,)).get()",
}
# Source, the package that it needs, and edits: what is replaced by what, and whether that matters.
PROJECTS: dict[str, tuple[str, str, dict[str, tuple[str, str, bool]]]] = {
    "TLS": (
        TLS,
        "ssl",
        {
            "a comment in the body": ("port = 443", "# here\n        port = 443", False),
            "an argument of the maker": ('context("client")', 'context("other")', True),
            "what the maker reads": ('CIPHERS = "HIGH"', 'CIPHERS = "HIGH:!aNULL"', True),
            "the maker's body": ("set_ciphers(CIPHERS)", "set_ciphers(CIPHERS + ':!MD5')", True),
        },
    ),
    "SQLAlchemy": (
        MAPPED,
        "sqlalchemy",
        {
            "a line more": ("LENGTH = 20\n", "LENGTH = 20\n\n\n", False),
            "what a column reads": ("LENGTH = 20", "LENGTH = 30", True),
            "an annotation": ("age: Mapped[int]", "age: Mapped[str]", True),
            "a column more": ("age: Mapped[int]", "age: Mapped[int]\n        w: Mapped[int]", True),
            "a key": ("primary_key=True", "primary_key=True, name='key'", True),
        },
    ),
    "Django": (
        DJANGO,
        "django",
        {
            "a comment": ("LENGTH = 20\n", "LENGTH = 20  # letters\n", False),
            "what a field reads": ("LENGTH = 20", "LENGTH = 30", True),
            "the options": ('ordering = ["title"]', 'ordering = ["pages"]', True),
            "a default": ("default=1", "default=2", True),
            "a validator": ("return value", "return value or 1", True),
        },
    ),
    "marshmallow": (
        SCHEMA,
        "marshmallow",
        {
            "a class before": (
                "class Item",
                "class Tag(ma.Schema):\n        x = ma.fields.Int()\n\n    class Item",
                False,
            ),
            "what a hook reads": ("DIGITS = 1", "DIGITS = 2", True),
            "a constraint": ("min=0", "min=1", True),
            "an option of a hook": (
                "@ma.post_load",
                "@ma.post_load(pass_original=False, pass_collection=True)",
                True,
            ),
        },
    ),
    "attrs": (
        FIELDS,
        "attr",
        {
            "a comment": ("STEP = 2\n", "STEP = 2  # metres\n", False),
            "a default": ("y: int = 5", "y: int = 6", True),
            "a converter": ("return x + STEP", "return x - STEP", True),
            "what a converter reads": ("STEP = 2", "STEP = 3", True),
            "a type": ("y: int = 5", "y: float = 5", True),
            "an option": (
                "@attr.frozen(cache_hash=True)",
                "@attr.frozen(cache_hash=True, order=True)",
                True,
            ),
        },
    ),
    "Celery": (
        TASK,
        "celery",
        {
            "a comment": ("FACTOR = 2\n", "FACTOR = 2  # times\n", False),
            "what the task reads": ("FACTOR = 2", "FACTOR = 3", True),
            "the task's body": ("return x *", "return x -", True),
            "an option": ("max_retries=2", "max_retries=3", True),
            "a name": ("bind=True", "bind=True, name='other'", True),
        },
    ),
    "pydantic": (
        MODEL,
        "pydantic",
        {
            "a comment": ("LIMIT = 3\n", "LIMIT = 3  # letters\n", False),
            "the configuration": ("str_strip_whitespace=True", "str_strip_whitespace=False", True),
            "the mode of a validator": ('mode="after"', 'mode="before"', True),
            "the field of a validator": (
                'field_validator("name"',
                'field_validator("name", "size"',
                True,
            ),
            "what a validator reads": ("LIMIT = 3", "LIMIT = 4", True),
            "a computed field": (".upper()", ".lower()", True),
            "that a field is computed": ("@pydantic.computed_field\n        ", "", True),
        },
    ),
}
USER = """
    import rememo
    import maker

    name = "abcdef"

    @rememo.cache
    def f():
        return {call}
"""


@pytest.fixture(scope="module")
def unedited(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[str]]:
    """What a project says before any edit, which must be the same in two processes."""

    @functools.cache
    def looked(project: str) -> list[str]:
        source, package, _ = PROJECTS[project]
        folder = tmp_path_factory.mktemp(project)
        modules = {"maker": source, "user": USER.format(call=CALLS[project])}
        before = look(folder, 1, **modules)
        assert look(folder, 2)[0] == before[0], "differs in another process"
        return before

    return looked


@pytest.mark.parametrize(
    ("project", "edit"), [(name, edit) for name in PROJECTS for edit in PROJECTS[name][2]]
)
def test_4_an_edit_of_a_class_is_a_miss_exactly_if_it_matters(
    project: str, edit: str, tmp_path: Path, unedited: Callable[[str], list[str]]
) -> None:
    source, package, edits = PROJECTS[project]
    pytest.importorskip(package)
    old, new, matters = edits[edit]
    assert source.count(old) == 1
    before = unedited(project)
    user = USER.format(call=CALLS[project])
    after = look(tmp_path, 3, maker=source.replace(old, new), user=user)
    assert (after[0] != before[0]) == matters
    assert matters or after[1] == before[1]


# What the body's code is believed for, and what not.


EDITED = TLS.replace('context("client")', 'context("other")')
TLS_USER = USER.format(call=CALLS["TLS"])
EDIT_UNDER_THE_PROCESS = """
    import json, pathlib
    import user
    pathlib.Path(user.maker.__file__).write_text({text!r})
    print(json.dumps([user.f.key(), user.f.key()]))
"""


def test_4_a_file_that_was_edited_after_it_was_loaded_is_not_believed(tmp_path: Path) -> None:
    edited = look(tmp_path, 1, maker=EDITED, user=TLS_USER)[0]
    unedited = look(tmp_path, 1, maker=TLS)[0]
    first, second = run(tmp_path, EDIT_UNDER_THE_PROCESS.format(text=textwrap.dedent(EDITED)))
    assert first == second, "by identity, which lasts as long as the process"
    assert first != edited, "what ran is the code before the edit"
    assert first != unedited, "which nothing proves"


def test_4_code_that_was_seen_running_is_believed_whatever_happens_to_its_file(
    tmp_path: Path,
) -> None:
    decorated = "import rememo\n\nrememo.cache(lambda: 1)\n" + textwrap.dedent(TLS)
    unedited = look(tmp_path, 1, maker=decorated, user=TLS_USER)[0]
    edited = decorated.replace('context("client")', 'context("other")')
    keys = run(tmp_path, EDIT_UNDER_THE_PROCESS.format(text=edited))
    assert keys == [unedited, unedited]


NOT_BY_THE_BODY = {
    "replaced in the module": TLS + "\n    Client.secure = context('another')\n",
    "given by a decorator": TLS.replace(
        "    class Client",
        "    def decorated(cls):\n"
        "        cls.secure = context('another')\n"
        "        return cls\n\n"
        "    @decorated\n"
        "    class Client",
    ),
    "added in the module": TLS.replace('secure = context("client")\n        ', "")
    + "\n    Client.secure = context('another')\n",
    "in a class that encloses what the body reads": TLS.replace(
        "    class Client", "    def made(purpose):\n      class Client"
    )
    .replace("        secure", "          secure")
    .replace("        port", "          port")
    .replace("        def address", "          def address")
    .replace("            return f", "              return f")
    .replace('context("client")', "context(purpose)")
    + "      return Client\n\n    Client = made('x')\n",
}


@pytest.mark.parametrize("case", NOT_BY_THE_BODY)
def test_4_what_something_else_than_the_body_made_counts_by_identity(
    case: str, tmp_path: Path
) -> None:
    first = look(tmp_path, 1, maker=NOT_BY_THE_BODY[case], user=TLS_USER)
    second = look(tmp_path, 2)
    assert first[0] != second[0]
    assert first[1] == second[1]
    twice = "import json, user; print(json.dumps([user.f.key(), user.f.key()]))"
    keys = run(tmp_path, twice)
    assert keys[0] == keys[1]


def test_4_a_framework_class_inside_a_function_counts_by_identity(project: Project) -> None:
    pytest.importorskip("sqlalchemy")
    source = """
        import rememo
        import sqlalchemy as sa
        from sqlalchemy.orm import DeclarativeBase, mapped_column

        def made(length):
            class Base(DeclarativeBase):
                pass

            class User(Base):
                __tablename__ = "user"
                name = mapped_column(sa.String(length), primary_key=True)

            return User

        short, long = made(10), made(20)

        @rememo.cache
        def f():
            return str(sa.schema.CreateTable(short.__table__))
    """
    project.write(client=source)
    module = project.load("client")
    before = module.f.key()
    assert module.f.key() == before
    module.short = module.long
    assert module.f.key() != before, "what the body reads of the function around it is gone"


CELL = """
import ssl
class Client:
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    def port(self):
        return 443
"""


def cell_key(source: str, filename: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The key of a function that reads a class of this notebook cell."""
    lines = source.splitlines(keepends=True)
    monkeypatch.setitem(linecache.cache, filename, (len(source), None, lines, filename))
    scope: dict[str, Any] = {"__name__": "notebook", "rememo": rememo}
    exec(compile(source, filename, "exec"), scope)
    exec("@rememo.cache\ndef f(): return Client().port()", scope)
    return scope["f"].key()


def test_4_a_cell_counts_by_the_source_that_the_notebook_keeps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = cell_key(CELL, "/tmp/ipykernel_7/1.py", monkeypatch)
    assert cell_key(CELL, "/tmp/ipykernel_7/2.py", monkeypatch) == one
    other = CELL.replace("CLIENT", "SERVER")
    assert cell_key(other, "/tmp/ipykernel_7/3.py", monkeypatch) != one


def test_4_an_attribute_of_a_user_type_that_cannot_be_hashed_is_a_resource(
    project: Project,
) -> None:
    source = """
        import ssl
        import rememo

        class Holder:
            def __init__(self):
                self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

        class Client:
            holder = Holder()

        @rememo.cache
        def f():
            return Client.__name__
    """
    project.write(client=source)
    with pytest.raises(rememo.UnhashableTypeError, match=r"class attribute client\.Client\.holder"):
        project.load("client").f()


def test_4_a_rule_for_the_type_goes_before_the_body() -> None:
    import ssl

    class Client:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    @rememo.cache(hash_funcs={ssl.SSLContext: lambda context: context.check_hostname})
    def checks() -> bool:
        ran()
        return Client.context.check_hostname

    assert miss(checks) is True
    Client.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    hit(checks)
    Client.context.check_hostname = False
    assert miss(checks) is False


def test_a_function_counts_alike_with_no_attributes_and_with_none_yet() -> None:
    def value(x: int) -> int:
        return x

    before = rememo.hash(value)
    assert value.__dict__ == {}
    assert rememo.hash(value) == before
    value.note = 1
    noted = rememo.hash(value)
    assert noted != before
    value.note = 2
    assert rememo.hash(value) not in (before, noted)
    del value.note
    assert rememo.hash(value) == before


MADE = """
    import rememo

    rememo.configure(library_code=["maker"])

    import maker

    Base = maker.base(20)

    class User(Base):
        def shown(self):
            return self.length

    @rememo.cache
    def f():
        return User().shown(), User.database is not None
"""
MAKER = """
    import sqlite3

    def base(length):
        made = {"__module__": __name__, "length": length, "database": sqlite3.connect(":memory:")}
        return type("Base", (), made)
"""


def test_4_what_a_library_puts_into_a_class_that_it_makes_counts_by_type(tmp_path: Path) -> None:
    first = look(tmp_path, 1, user=MADE, maker=MAKER)
    assert look(tmp_path, 2) == first
    other = look(tmp_path, 1, user=MADE.replace("20", "30"))
    assert other[0] != first[0] and other[1] != first[1]
