"""An ORM class, mapped and used; the function builds objects of it."""

import rememo
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

REQUIRES = ["sqlalchemy"]


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    greeting = "Hello"

    def greet(self) -> str:
        return f"{self.greeting} {self.name}"


@rememo.cache
def greeted(name: str) -> str:
    return User(name=name).greet()


def call(f):
    return f("Ada")


def use():
    import sqlalchemy as sa

    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    str(sa.select(User).where(User.name == "x"))
    User(id=1, name="Bob")


def change():
    User.greeting = "Hi"
