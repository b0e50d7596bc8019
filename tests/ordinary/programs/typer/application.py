"""A Typer application whose command is also a function."""

import rememo
import typer
from typer.testing import CliRunner

REQUIRES = ["typer"]

app = typer.Typer()
MARK = "!"


@app.command()
def greet(name: str, times: int = typer.Option(1, min=1)) -> str:
    text = (name + MARK) * times
    typer.echo(text)
    return text


@rememo.cache
def greeted(name: str) -> str:
    return greet(name, times=2)


def call(f):
    return f("ada")


def use():
    assert CliRunner().invoke(app, ["x"]).output == "x!\n"


def change():
    global MARK
    MARK = "?"
