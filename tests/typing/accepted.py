"""What type checkers must accept, with the types that they must see."""

from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, assert_type

import rememo
from rememo import CachedFunction


@rememo.cache
def plain(x: int, *, scale: float = 1.0) -> list[float]:
    return [x * scale]


assert_type(plain(1), list[float])
assert_type(plain(x=1, scale=2.0), list[float])
assert_type(plain.refresh(1, scale=2.0), list[float])
assert_type(plain.explain(1, scale=2.0), rememo.Explanation)
assert_type(plain.explain(1).to_dict(), dict[str, Any])
assert_type(plain.dependencies().not_followed, list[dict[str, Any]])
assert_type(plain.stats(), dict[str, Any])
assert_type(plain.contains(1), bool)
assert_type(plain.key(1), str)
assert_type(plain.__wrapped__(1), list[float])
assert_type(plain.cache_info().hits, int)
plain.clear()
plain.clear(1)
plain.cache_clear()
plain.cache_parameters()
plain.dependencies()


class Engine: ...


def by_url(engine: Engine) -> str:
    return "url"


NAMED = {"sqlalchemy.engine.base.Engine": id}
TYPED = {Engine: by_url}


@rememo.cache(
    persist=False,
    allow_output_mutation=False,
    output="checked",
    on_mutation="raise",
    hash_funcs={Engine: by_url, "module.Name": id},
    ttl="1h30m",
    max_entries=100,
    max_bytes="2GiB",
    ignore=["verbose"],
    depends_on=[rememo.File("rates.csv"), rememo.Env("CURRENCY"), by_url],
    version=2,
    opaque="identity",
    show_spinner="Asking",
)
def with_options(engine: Engine, verbose: bool = False) -> str:
    return "answer"


assert_type(with_options(Engine()), str)


@rememo.cache(ttl=timedelta(minutes=5), hash_funcs=NAMED, max_bytes=2**30, ignore=("x",))
def with_named(x: int) -> int:
    return x


@rememo.cache(ttl=2.5, hash_funcs=TYPED, show_spinner=False)
def with_typed(x: int) -> int:
    return x


@rememo.cache
async def coroutine(x: int) -> str:
    return str(x)


async def awaits() -> None:
    assert_type(await coroutine(1), str)


eventually: Coroutine[Any, Any, str] = coroutine(1)


class Model:
    @rememo.cache
    def method(self, x: int) -> str:
        return str(x)

    @rememo.cache(max_entries=10)
    def method_with_options(self, x: int) -> str:
        return str(x)

    @classmethod
    @rememo.cache
    def inner_cached_class(cls, x: int) -> str:
        return str(x)

    @rememo.cache
    @classmethod
    def outer_cached_class(cls, x: int) -> str:
        return str(x)

    @staticmethod
    @rememo.cache
    def inner_cached_static(x: int) -> str:
        return str(x)

    @rememo.cache(ttl=1)
    @staticmethod
    def outer_cached_static(x: int) -> str:
        return str(x)

    @property
    @rememo.cache
    def attribute(self) -> str:
        return "value"


assert_type(Model().method(1), str)
assert_type(Model.method(Model(), x=1), str)
assert_type(Model().method.contains(1), bool)
assert_type(Model().method_with_options(x=1), str)
assert_type(Model.inner_cached_class(1), str)
assert_type(Model.outer_cached_class(1), str)
assert_type(Model().outer_cached_class.key(x=1), str)
assert_type(Model.inner_cached_static(1), str)
assert_type(Model.outer_cached_static(1), str)
assert_type(Model.outer_cached_static.contains(1), bool)
assert_type(Model().attribute, str)


@rememo.cache
def named(kind: type[Model], count: int) -> str:
    return kind.__name__ * count


assert_type(named(Model, 2), str)
assert_type(named(kind=Model, count=2), str)


def takes_cached(function: CachedFunction[[int], str]) -> str:
    return function(1)


@rememo.cache
def matching(x: int) -> str:
    return str(x)


takes_cached(matching)

assert_type(rememo.hash([1], hash_funcs={Engine: id}), str)
rememo.register(Engine, lambda engine: by_url(engine))
rememo.register("sqlalchemy.engine.base.Engine", lambda engine: str(engine.url))
rememo.configure(user_code=["/srv/lib"], opaque="error")
assert_type(rememo.stats(), dict[str, Any])

try:
    plain(1)
except rememo.UnhashableTypeError as error:
    assert_type(error.path, str | None)
    assert_type(error.type, type[Any] | None)
