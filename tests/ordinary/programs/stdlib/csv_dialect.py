"""A dialect class for csv files, and a file-like argument."""

import csv
import io

import rememo


class Semicolons(csv.Dialect):
    delimiter = ";"
    quotechar = '"'
    lineterminator = "\n"
    quoting = csv.QUOTE_MINIMAL


@rememo.cache
def rows(file) -> list[list[str]]:
    return list(csv.reader(file, dialect=Semicolons))


def call(f):
    return f(io.StringIO("a;b,c\n1;2,3\n"))


def use():
    csv.writer(io.StringIO(), dialect=Semicolons).writerow([1, 2])


def change():
    Semicolons.delimiter = ","
