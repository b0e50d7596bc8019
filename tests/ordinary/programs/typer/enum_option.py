"""A command with an enumeration as option, run by its click command."""

import enum

import rememo
import typer

REQUIRES = ["typer"]


class Style(enum.StrEnum):
    plain = "plain"
    loud = "loud"


app = typer.Typer(add_completion=False)
ENDINGS = {Style.plain: ".", Style.loud: "!"}


@app.command()
def say(text: str, style: Style = Style.plain) -> str:
    return text + ENDINGS[style]


@rememo.cache
def said(*line: str) -> str:
    return typer.main.get_command(app).main(list(line), standalone_mode=False)


def call(f):
    return f("hello", "--style", "loud")


def use():
    typer.main.get_command(app)
    assert say("x") == "x."


def change():
    ENDINGS[Style.loud] = "!!"
