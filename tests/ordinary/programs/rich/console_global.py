"""A console on standard output."""

import io

import rememo
from rich.console import Console

REQUIRES = ["rich"]

console = Console()
BARS = 3


@rememo.cache
def bar(label: str) -> str:
    console.print(label)
    return label + "█" * BARS


def call(f):
    return f("cpu")


def use():
    console.print("[bold]in between[/]")
    console.width
    Console(file=io.StringIO()).print("x")


def change():
    global BARS
    BARS = 4
