"""A command whose function is called from another one."""

import click
import rememo
from click.testing import CliRunner

REQUIRES = ["click"]

WIDTH = 4


@click.command()
@click.option("--fill", default="0")
@click.argument("number", type=int)
def padded(number: int, fill: str) -> str:
    """Pad a number."""
    text = f"{number:{fill}>{WIDTH}}"
    click.echo(text)
    return text


@rememo.cache
def pad(number: int) -> str:
    return padded.callback(number, "0")


def call(f):
    return f(7)


def use():
    assert CliRunner().invoke(padded, ["3"]).output == "0003\n"
    assert "Pad a number" in CliRunner().invoke(padded, ["--help"]).output


def change():
    global WIDTH
    WIDTH = 6
