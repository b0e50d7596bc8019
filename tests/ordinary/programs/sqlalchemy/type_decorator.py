"""A column type of our own."""

import rememo
import sqlalchemy as sa

REQUIRES = ["sqlalchemy"]


class Cents(sa.types.TypeDecorator):
    impl = sa.Integer
    cache_ok = True
    factor = 100

    def process_bind_param(self, value, dialect):
        return None if value is None else round(value * self.factor)


cents = Cents()


@rememo.cache
def bound(value: float) -> int:
    return cents.process_bind_param(value, None)


def call(f):
    return f(2.5)


def use():
    repr(Cents())
    sa.Column("price", Cents())
    assert Cents().process_bind_param(1, None) == 100


def change():
    Cents.factor = 1000
