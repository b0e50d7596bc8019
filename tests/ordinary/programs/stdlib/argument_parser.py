"""An argument parser made at import."""

import argparse

import rememo

parser = argparse.ArgumentParser(prog="report")
parser.add_argument("--depth", type=int, default=2)
parser.add_argument("files", nargs="*")


@rememo.cache
def parsed(line: str) -> dict:
    return vars(parser.parse_args(line.split()))


def call(f):
    return f("a.txt b.txt")


def use():
    parser.format_help()
    assert parser.parse_args(["--depth", "4"]).depth == 4
    assert parser.parse_known_args(["--other"])[1] == ["--other"]


def change():
    parser.set_defaults(depth=5)
