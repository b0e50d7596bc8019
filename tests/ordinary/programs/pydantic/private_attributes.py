"""A model with private attributes and a default factory."""

import pydantic
import rememo

REQUIRES = ["pydantic"]


class Counter(pydantic.BaseModel):
    steps: list[int] = pydantic.Field(default_factory=lambda: [1, 2])
    _offset: int = pydantic.PrivateAttr(default=5)

    def total(self) -> int:
        return sum(self.steps) + self._offset


counter = Counter()


@rememo.cache
def total() -> int:
    return counter.total()


def call(f):
    return f()


def use():
    counter.model_copy(deep=True)
    assert counter == Counter()


def change():
    counter._offset = 6
