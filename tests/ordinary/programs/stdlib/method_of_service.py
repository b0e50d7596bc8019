"""A cached method on an object that holds a pool, a lock and a logger."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import rememo


class Service:
    def __init__(self, rate: float) -> None:
        self.rate = rate
        self.log = logging.getLogger("ordinary.service")
        self.lock = threading.RLock()
        self.pool = ThreadPoolExecutor(1)

    @rememo.cache
    def price(self, amount: float) -> float:
        with self.lock:
            return self.pool.submit(self.add, amount).result()

    def add(self, amount: float) -> float:
        self.log.debug("adding to %s", amount)
        return amount * (1 + self.rate)


service = Service(0.5)
CACHED = Service.price


def call(f):
    return f(service, 10.0)


def use():
    service.pool.submit(int).result()
    assert service.add(2.0) == 3.0


def change():
    service.rate = 1.0
