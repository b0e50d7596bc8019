"""A queue between threads that is empty whenever nobody works."""

import queue

import rememo

jobs = queue.Queue()
LIMIT = 3


@rememo.cache
def capacity() -> int:
    return LIMIT - jobs.qsize()


def call(f):
    return f()


def use():
    jobs.put("job")
    assert jobs.get() == "job"
    jobs.task_done()


def change():
    jobs.put("another")
