"""Only what is read counts: `CONF.rate`, `app.config["RATE"]`, `settings.a.b`.

Where plain data lies behind the names, that datum is the dependency, at that place of use; where
anything else is in the way, or the object is used in another manner, it counts whole. Each test is
a small project: its `body()` reads something, changes follow, each a hit or a miss.
"""

import textwrap
from types import ModuleType
from typing import Any

import pytest
import rememo
from _support import Project

CONFIG = """
    import rememo

    class Config:
        label = "class"

        def __init__(self, rate=2):
            self.rate = rate
            self.limits = [1, 2]
            self.nested = Section()
            self.config = {"RATE": 3, "deep": {"x": 4}}
            self.unrelated = 0
            self.resource = (x for x in "nobody reads it")

    class Section:
        def __init__(self):
            self.b = 5
            self.other = 0

    CONF = Config()
    SETTINGS = {"RATE": 6, "deep": {"x": 7}, "unrelated": (x for x in "nobody reads it")}
"""


def loaded(project: Project, body: str, more: str = "") -> ModuleType:
    """The project with `body` as its cached function's expression."""
    source = textwrap.dedent(CONFIG) + textwrap.dedent(more)
    source += f"\n@rememo.cache\ndef body():\n    return {body}\n"
    project.write(conf=source)
    return project.load("conf")


def run(module: ModuleType, statement: str) -> str:
    """Execute a change in the module, call, and say whether it was a hit."""
    exec(statement, vars(module))
    before = module.body.cache_info()
    result = module.body()
    after = module.body.cache_info()
    truth = module.body.__wrapped__()
    assert result == truth, f"stale after {statement!r}: {result!r}, not {truth!r}"
    return {(1, 0): "hit", (0, 1): "miss"}[after.hits - before.hits, after.misses - before.misses]


READ = {
    "an attribute": ("CONF.rate", "CONF.rate = 20"),
    "a list behind an attribute": ("list(CONF.limits)", "CONF.limits.append(3)"),
    "an attribute of an attribute": ("CONF.nested.b", "CONF.nested.b = 50"),
    "an attribute of another object": (
        "CONF.nested.b",
        "CONF.nested = Section(); CONF.nested.b = 9",
    ),
    "a key of a dictionary in an attribute": ("CONF.config['RATE']", "CONF.config['RATE'] = 30"),
    "a key of a dictionary in a dictionary": (
        "CONF.config['deep']['x']",
        "CONF.config['deep'] = {'x': 40}",
    ),
    "a key of a global dictionary": ("SETTINGS['RATE']", "SETTINGS['RATE'] = 60"),
    "a deep key of a global dictionary": ("SETTINGS['deep']['x']", "SETTINGS['deep']['x'] = 70"),
    "an attribute of the class": ("CONF.label", "Config.label = 'changed'"),
    "an attribute that hides the class's": ("CONF.label", "CONF.label = 'instance'"),
    "two attributes": ("CONF.rate + CONF.nested.b", "CONF.nested.b = 51"),
}
UNRELATED = (
    "CONF.unrelated += 1",
    "CONF.nested.other += 1",
    "CONF.config['NEW'] = object()",
    "SETTINGS['NEW'] = 1",
    "CONF.resource = lambda: 3",
    "CONF.another = open",
)


@pytest.mark.parametrize("name", READ)
def test_what_is_read_counts_and_nothing_else(name: str, project: Project) -> None:
    body, change = READ[name]
    module = loaded(project, body)
    assert run(module, "") == "miss"
    for statement in UNRELATED:
        assert run(module, statement) == "hit", statement
    assert run(module, change) == "miss"
    assert run(module, "") == "hit"


def test_another_object_with_the_same_datum_is_a_hit(project: Project) -> None:
    module = loaded(project, "CONF.rate")
    assert run(module, "") == "miss"
    assert run(module, "CONF = Config(rate=2)") == "hit"
    assert run(module, "CONF = Config(rate=2.0)") == "miss"


def test_the_place_of_use_decides_through_helpers(project: Project) -> None:
    module = loaded(project, "helper()", "def helper():\n    return CONF.rate * 2\n")
    assert run(module, "") == "miss"
    assert run(module, "CONF.unrelated = 5") == "hit"
    assert run(module, "CONF.rate = 21") == "miss"


# What is in the way, what changes behind it, and how the body asks.
IN_THE_WAY: dict[str, tuple[str, str, str]] = {
    "a property": (
        """
        class Own:
            def __init__(self):
                self.hidden = 1
            @property
            def rate(self):
                return self.hidden * 10
        CONF = Own()
        """,
        "CONF.rate",
        "CONF.hidden = 2",
    ),
    "__getattr__": (
        """
        class Own:
            def __init__(self):
                self.values = {"rate": 1}
            def __getattr__(self, name):
                return self.values[name]
        CONF = Own()
        """,
        "CONF.rate",
        "CONF.values['rate'] = 2",
    ),
    "__getattribute__": (
        """
        class Own:
            def __init__(self):
                self.rate = 1
                self.added = 1
            def __getattribute__(self, name):
                get = super().__getattribute__
                return get(name) + get("added") if name == "rate" else get(name)
        CONF = Own()
        """,
        "CONF.rate",
        "CONF.added = 2",
    ),
    "a descriptor": (
        """
        class Doubled:
            def __get__(self, instance, owner=None):
                return vars(instance)["half"] * 2
            def __set__(self, instance, value):
                vars(instance)["half"] = value / 2
        class Own:
            rate = Doubled()
            def __init__(self):
                self.rate = 4
                self.__dict__["rate"] = 1000
        CONF = Own()
        """,
        "CONF.rate",
        "vars(CONF)['half'] = 5",
    ),
    "a dictionary of its own kind": (
        """
        class Own(dict):
            def __missing__(self, key):
                return self["other"]
        SETTINGS = Own(other=1)
        """,
        "SETTINGS['RATE']",
        "SETTINGS['other'] = 2",
    ),
    "__getitem__": (
        """
        class Own(dict):
            def __getitem__(self, key):
                return super().__getitem__("other")
        SETTINGS = Own(RATE=1, other=1)
        """,
        "SETTINGS['RATE']",
        "SETTINGS['other'] = 2",
    ),
    "a slot": (
        """
        class Own:
            __slots__ = ("rate", "other")
            def __init__(self):
                self.rate, self.other = 1, 1
        CONF = Own()
        """,
        "CONF.rate",
        "CONF.rate = 2",
    ),
    "a method": (
        """
        class Own:
            def __init__(self):
                self.hidden = 1
            def rate(self):
                return self.hidden
        CONF = Own()
        """,
        "CONF.rate()",
        "CONF.hidden = 2",
    ),
    "a key that is no constant": (
        "KEYS = ['a']\nDATA = {'a': 1, 'b': 2}",
        "DATA[KEYS[0]]",
        "DATA['a'] = 3",
    ),
    "iteration": ("DATA = {'a': 1}", "list(DATA)", "DATA['b'] = 1"),
    "being passed on": (
        "DATA = {'a': 1}\ndef size(d):\n    return len(d)",
        "size(DATA)",
        "DATA['b'] = 1",
    ),
    "membership": ("DATA = {'a': 1}", "'b' in DATA", "DATA['b'] = 1"),
    "vars": (
        "class Own:\n    pass\nCONF = Own()\nCONF.a = 1",
        "dict(vars(CONF))",
        "CONF.b = 2",
    ),
    "getattr with a computed name": (
        "class Own:\n    pass\nCONF = Own()\nCONF.a = 1\nNAME = ['a']",
        "getattr(CONF, NAME[0])",
        "CONF.a = 2",
    ),
    "an operator of its class": (
        """
        class Own:
            def __init__(self):
                self.hidden = 1
            def __add__(self, other):
                return self.hidden + other
        CONF = Own()
        """,
        "CONF + 1",
        "CONF.hidden = 2",
    ),
}


@pytest.mark.parametrize("name", IN_THE_WAY)
def test_whatever_is_in_the_way_makes_the_object_count_whole(name: str, project: Project) -> None:
    more, body, change = IN_THE_WAY[name]
    module = loaded(project, body, more)
    assert run(module, "") == "miss"
    assert run(module, "") == "hit"
    assert run(module, change) == "miss"


def test_used_in_another_manner_elsewhere_it_counts_whole(project: Project) -> None:
    more = """
        class Own:
            def __init__(self):
                self.rate, self.unrelated = 1, 0
        CONF = Own()
        def shown(conf):
            return sorted(vars(conf))
    """
    module = loaded(project, "(CONF.rate, shown(CONF))", more)
    assert run(module, "") == "miss"
    assert run(module, "CONF.more = 1") == "miss"
    assert run(module, "CONF.unrelated = 1") == "miss"


def test_data_that_turns_into_something_else_is_noticed(project: Project) -> None:
    more = """
        class Value:
            def __init__(self):
                self.n = 1
            def __mul__(self, other):
                return self.n * other
    """
    module = loaded(project, "CONF.rate * 2", more)
    assert run(module, "") == "miss"
    assert run(module, "CONF.resource = None; CONF.rate = Value()") == "miss"
    assert run(module, "CONF.rate.n = 5") == "miss"
    assert run(module, "CONF.rate = 2; CONF.unrelated = 9; CONF.resource = print") == "hit"


def test_a_property_that_is_put_in_the_way_later_is_noticed(project: Project) -> None:
    module = loaded(project, "CONF.rate")
    assert run(module, "") == "miss"
    assert run(module, "CONF.resource = None; Config.rate = property(lambda self: 99)") == "miss"


def test_a_class_that_is_changed_under_the_object_is_noticed(project: Project) -> None:
    more = "class Other:\n    def __getattribute__(self, name):\n        return 5\n"
    module = loaded(project, "CONF.rate", more)
    assert run(module, "") == "miss"
    assert run(module, "CONF.resource = None; CONF.__class__ = Other") == "miss"


def test_a_name_that_is_missing_is_the_functions_own_error(project: Project) -> None:
    module = loaded(project, "CONF.missing", "CONF.resource = None")
    with pytest.raises(AttributeError, match="missing"):
        module.body()
    assert run(module, "CONF.missing = 1") == "miss"
    assert run(module, "CONF.unrelated = 7") == "hit"
    del module.CONF.missing
    with pytest.raises(AttributeError, match="missing"):
        module.body()


def test_the_whole_object_would_have_been_refused(project: Project) -> None:
    module = loaded(project, "CONF")
    with pytest.raises(rememo.UnhashableTypeError, match="resource"):
        module.body()


def test_settings_of_a_flask_application(project: Project) -> None:
    pytest.importorskip("flask")
    more: Any = "import flask\napp = flask.Flask('x')\napp.config['RATE'] = 2\n"
    module = loaded(project, "app.config['RATE']", more)
    assert run(module, "") == "miss"
    assert run(module, "app.config['OTHER'] = (x for x in 'y')") == "hit"
    assert run(module, "app.add_url_rule('/', view_func=lambda: '')") == "hit"
    assert run(module, "app.config['RATE'] = 3") == "miss"
