"""Options by keyword, in whatever order they come."""

import rememo

ORDER = ["b", "a"]


@rememo.cache
def rendered(name: str, /, width: int = 10, *, fill: str = ".", **options) -> str:
    shown = {key: options[key] for key in ORDER}
    return f"{name:{fill}>{width}} {shown}"


def call(f):
    return f("x", fill="-", a=1, b=2)


def use():
    rendered.key("x", 10, a=1, fill="-", b=2)


def change():
    ORDER.reverse()
