"""A hybrid property on a mapped class."""

import rememo
import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import declarative_base

REQUIRES = ["sqlalchemy"]

Base = declarative_base()
VAT = 0.5


class Item(Base):
    __tablename__ = "item"
    id = sa.Column(sa.Integer, primary_key=True)
    net = sa.Column(sa.Float)

    @hybrid_property
    def gross(self):
        return self.net * (1 + VAT)


@rememo.cache
def gross(net: float) -> float:
    return Item(net=net).gross


def call(f):
    return f(10.0)


def use():
    str(sa.select(Item).where(Item.gross > 3))
    Item.__table__.c.net


def change():
    global VAT
    VAT = 1.0
