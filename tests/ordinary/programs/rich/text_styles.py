"""Styled text and a highlighter."""

import rememo
from rich.highlighter import RegexHighlighter
from rich.text import Text

REQUIRES = ["rich"]


class Mails(RegexHighlighter):
    base_style = "mail."
    highlights = [r"(?P<address>\w+@\w+)"]


highlighter = Mails()
prefix = Text("To: ", style="bold")


@rememo.cache
def spans(text: str) -> list[str]:
    marked = highlighter(prefix + Text(text))
    return [f"{span.start}-{span.end} {span.style}" for span in marked.spans]


def call(f):
    return f("ada@home")


def use():
    highlighter("x@y")
    prefix.copy().append("z")


def change():
    prefix.append("me, ")
