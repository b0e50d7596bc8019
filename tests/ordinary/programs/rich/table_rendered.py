"""A theme and a table that is rendered to text."""

import io

import rememo
from rich.console import Console
from rich.style import Style
from rich.table import Table
from rich.theme import Theme

REQUIRES = ["rich"]

theme = Theme({"ok": Style(color="green")})
COLUMNS = ["name", "price"]


@rememo.cache
def rendered(rows: list[tuple[str, str]]) -> str:
    table = Table(*COLUMNS)
    for row in rows:
        table.add_row(*row, style="ok")
    console = Console(file=io.StringIO(), width=40, theme=theme)
    console.print(table)
    return console.file.getvalue()


def call(f):
    return f([("pen", "2")])


def use():
    str(theme.styles["ok"])
    Table("x")


def change():
    COLUMNS[1] = "cost"
