"""A parser class over the standard library's."""

from html.parser import HTMLParser

import rememo


class Links(HTMLParser):
    wanted = "href"

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name == self.wanted]


@rememo.cache
def links(page: str) -> list[str]:
    parser = Links()
    parser.feed(page)
    return parser.found


def call(f):
    return f('<a href="/x">x</a><img src="/y.png">')


def use():
    Links().feed("<p>")


def change():
    Links.wanted = "src"
