"""An engine as a global: a resource, taken by its URL."""

import rememo
import sqlalchemy as sa

REQUIRES = ["sqlalchemy"]

engine = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)
VALUE = 1


@rememo.cache
def selected() -> int:
    with engine.connect() as connection:
        return connection.execute(sa.text(f"select {VALUE}")).scalar_one()


def call(f):
    return f()


def use():
    with engine.connect() as connection:
        connection.exec_driver_sql("select 2")


def change():
    global VALUE
    VALUE = 2


EXPECT = "error"
NAMES = ["engine"]
REMEDY = {"hash_funcs": {"sqlalchemy.engine.base.Engine": lambda e: str(e.url)}}
