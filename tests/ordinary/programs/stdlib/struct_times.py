"""Broken-down times and file times as tuples with names."""

import os
import time

import rememo

EPOCH = time.gmtime(0)
FOLDER = os.stat_result(range(10))


@rememo.cache
def year(offset: int) -> int:
    return EPOCH.tm_year + FOLDER.st_size + offset


def call(f):
    return f(1)


def use():
    assert time.strftime("%Y", EPOCH) == "1970"


def change():
    global EPOCH
    EPOCH = time.gmtime(10**9)
