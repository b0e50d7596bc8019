"""What type checkers must refuse: each marked line, for the reason after the mark, and no other."""

from collections.abc import Callable

import rememo


@rememo.cache
def plain(x: int) -> str:
    return str(x)


plain("1")  # error: arg-type
plain(1, 2)  # error: call-arg
plain(y=1)  # error: call-arg
plain.contains("1")  # error: arg-type
plain.explain("1")  # error: arg-type
number: int = plain(1)  # error: assignment


class Model:
    @rememo.cache
    def method(self, x: int) -> str:
        return str(x)

    @rememo.cache
    @classmethod
    def create(cls, x: int) -> str:
        return str(x)


Model().method("1")  # error: arg-type
Model().method()  # error: call-arg
Model().method.key("1")  # error: arg-type
Model.create("1")  # error: arg-type

rememo.cache(output="copied")  # error: call-overload
rememo.cache(max_entries="many")  # error: call-overload
rememo.cache(suppress_st_warning=True)  # error: call-overload
rememo.cache(hash_funcs={Model: 1})  # error: dict-item
rememo.configure(opaque="none")  # error: arg-type

wrong: Callable[[str], str] = plain  # error: assignment
