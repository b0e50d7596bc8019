"""A property that must not be run to see whether something changed."""

import rememo


class Report:
    def __init__(self, pages: int) -> None:
        self.pages = pages
        self.printed: list[int] = []

    @property
    def cover(self) -> str:
        raise RuntimeError("no printer")

    def summary(self) -> str:
        return f"{self.pages} pages"


report = Report(3)


@rememo.cache
def summary() -> str:
    return report.summary()


def call(f):
    return f()


def use():
    assert report.summary() == "3 pages"
    vars(report)


def change():
    report.pages = 4
