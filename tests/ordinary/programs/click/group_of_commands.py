"""A group with commands that is run as a whole."""

import click
import rememo

REQUIRES = ["click"]


@click.group()
@click.option("--level", type=click.IntRange(0, 3), default=1)
@click.pass_context
def cli(context, level):
    context.obj = {"level": level}


@cli.command()
@click.argument("name")
@click.pass_obj
def greet(settings, name):
    return f"{name} at {settings['level']}"


@rememo.cache
def run(*line: str) -> str:
    return cli.main(list(line), standalone_mode=False)


def call(f):
    return f("greet", "ada")


def use():
    cli.main(["--level", "2", "greet", "x"], standalone_mode=False)
    assert list(cli.commands) == ["greet"]


def change():
    @cli.command("greet")
    @click.argument("name")
    def shout(name):
        return name.upper()
