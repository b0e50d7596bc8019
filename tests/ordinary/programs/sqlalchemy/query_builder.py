"""A function that builds a query from an ORM class."""

import rememo
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

REQUIRES = ["sqlalchemy"]


class Base(DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "author"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    books: Mapped[list["Book"]] = relationship(back_populates="author")


class Book(Base):
    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("author.id"))
    author: Mapped[Author] = relationship(back_populates="books")


LIMIT = 10


@rememo.cache
def query(name: str) -> str:
    statement = sa.select(Book.title).join(Author).where(Author.name == name).limit(LIMIT)
    return str(statement.compile(compile_kwargs={"literal_binds": True}))


def call(f):
    return f("Ada")


def use():
    sa.orm.configure_mappers()
    assert Author(name="x", books=[Book(title="t")]).books[0].title == "t"
    assert Author.books.property.mapper.class_ is Book


def change():
    global LIMIT
    LIMIT = 20
