"""An abstract base class; isinstance fills its caches."""

import abc

import rememo


class Shape(abc.ABC):
    unit = "cm"

    @abc.abstractmethod
    def area(self) -> float: ...


class Square(Shape):
    def __init__(self, side: float) -> None:
        self.side = side

    def area(self) -> float:
        return self.side**2


@rememo.cache
def described(shape: object) -> str:
    return f"{shape.area()} {Shape.unit}²" if isinstance(shape, Shape) else "no shape"


def call(f):
    return f(Square(2.0))


def use():
    assert not isinstance(3, Shape)
    assert not issubclass(list, Shape)
    assert issubclass(Square, Shape)


def change():
    Shape.unit = "mm"
