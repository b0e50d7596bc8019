"""A service object that holds a logger, a lock and its settings."""

import dataclasses
import logging
import threading

import rememo


@dataclasses.dataclass
class Service:
    name: str
    factor: int = 2
    log: logging.Logger = dataclasses.field(default_factory=lambda: logging.getLogger("service"))
    lock: threading.Lock = dataclasses.field(default_factory=threading.Lock, repr=False)

    def compute(self, x: int) -> int:
        with self.lock:
            self.log.debug("computing %s", x)
            return x * self.factor


service = Service("billing")


@rememo.cache
def run(x: int) -> int:
    return service.compute(x)


def call(f):
    return f(21)


def use():
    assert service.compute(1) == 2
    repr(service)


def change():
    service.factor = 3
