"""A session factory bound to an engine, and the engine beside it."""

import rememo
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

REQUIRES = ["sqlalchemy"]

engine = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)
make_session = sessionmaker(engine)
LABEL = "one"


@rememo.cache
def labelled() -> str:
    with make_session() as session, engine.connect():
        return f"{LABEL}: {session.scalar(sa.text('select 1'))}"


def call(f):
    return f()


def use():
    with Session(engine) as session:
        session.execute(sa.text("select 1"))


def change():
    global LABEL
    LABEL = "eins"


EXPECT = "error"
NAMES = ["engine", "make_session"]
REMEDY = {
    "hash_funcs": {
        "sqlalchemy.engine.base.Engine": lambda e: str(e.url),
        sessionmaker: lambda m: str(m.kw["bind"].url),
    }
}
