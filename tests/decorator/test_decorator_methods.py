"""Methods, class methods and static methods, in either order of decorators."""

from __future__ import annotations

import functools
from typing import Any

import rememo
from _support import hit, miss, ran


class Account:
    rate = 2

    def __init__(self, owner: str, balance: int) -> None:
        self.owner = owner
        self.balance = balance

    @rememo.cache
    def worth(self, years: int = 1) -> int:
        ran()
        return self.balance * self.rate**years

    @rememo.cache
    @classmethod
    def outer_class(cls, x: int) -> str:
        ran()
        return f"{cls.__name__} {x}"

    @classmethod
    @rememo.cache
    def inner_class(cls, x: int) -> str:
        ran()
        return f"{cls.__name__} {x}"

    @rememo.cache
    @staticmethod
    def outer_static(x: int) -> int:
        ran()
        return x + 1

    @staticmethod
    @rememo.cache
    def inner_static(x: int) -> int:
        ran()
        return x + 1

    @property
    @rememo.cache
    def title(self) -> str:
        ran()
        return self.owner.title()


class Savings(Account):
    def bonus(self) -> int:
        return 1


def test_self_is_an_argument() -> None:
    assert miss(Account("ada", 100).worth) == 200
    assert hit(Account("ada", 100).worth) == 200
    assert hit(Account("ada", 100).worth, years=1) == 200
    assert miss(Account("ada", 101).worth) == 202
    assert miss(Account("bob", 100).worth) == 200


def test_the_state_of_self_counts_at_the_time_of_the_call() -> None:
    account = Account("ada", 100)
    assert miss(account.worth) == 200
    account.balance = 50
    assert miss(account.worth) == 100
    account.balance = 100
    assert hit(account.worth) == 200


def test_a_class_attribute_which_the_method_reads_counts() -> None:
    account = Account("ada", 100)
    assert miss(account.worth) == 200
    Account.rate = 3
    try:
        assert miss(account.worth) == 300
    finally:
        Account.rate = 2
    assert hit(account.worth) == 200


def test_a_subclass_is_another_argument() -> None:
    assert miss(Account("ada", 100).worth) == 200
    assert miss(Savings("ada", 100).worth) == 200
    assert hit(Savings("ada", 100).worth) == 200


def test_bound_unbound_and_by_class_are_one_call() -> None:
    account = Account("ada", 100)
    bound = account.worth
    assert miss(bound, 2) == 400
    assert hit(Account.worth, account, 2) == 400
    assert hit(Account.worth, account, years=2) == 400
    assert hit(functools.partial(Account.worth, years=2), account) == 400


def test_a_class_method_in_either_order() -> None:
    for name in ("outer_class", "inner_class"):
        assert miss(getattr(Account, name), 1) == "Account 1"
        assert hit(getattr(Account, name), 1) == "Account 1"
        assert hit(getattr(Account("ada", 1), name), x=1) == "Account 1"
        assert miss(getattr(Savings, name), 1) == "Savings 1"
        assert hit(getattr(Savings("bob", 2), name), 1) == "Savings 1"


def test_a_static_method_in_either_order() -> None:
    for name in ("outer_static", "inner_static"):
        assert miss(getattr(Account, name), 1) == 2
        assert hit(getattr(Account("ada", 1), name), 1) == 2
        assert hit(getattr(Savings, name), x=1) == 2


def test_a_property_over_a_cached_method() -> None:
    account = Account("ada", 100)
    assert miss(lambda: account.title) == "Ada"
    assert hit(lambda: account.title) == "Ada"
    account.owner = "bob"
    assert miss(lambda: account.title) == "Bob"


def test_entries_of_methods_are_asked_for_with_self() -> None:
    account = Account("ada", 100)
    account.worth(3)
    assert Account.worth.contains(account, 3)
    Account.worth.clear(account, 3)
    assert not Account.worth.contains(account, 3)
    assert miss(account.worth, 3) == 800


def test_super_and_overridden_methods_have_entries_of_their_own() -> None:
    class Base:
        @rememo.cache
        def value(self) -> str:
            ran()
            return "base"

    class Child(Base):
        @rememo.cache
        def value(self) -> str:
            ran()
            return "child of " + super().value()

    child = Child()
    assert child.value() == "child of base"
    assert hit(child.value) == "child of base"
    assert hit(Base.value, child) == "base"
    assert miss(Base().value) == "base"


def test_a_method_does_not_keep_its_instance_alive() -> None:
    import gc
    import weakref

    account = Account("ada", 100)
    account.worth()
    reference = weakref.ref(account)
    del account
    gc.collect()
    assert reference() is None


def test_slots_and_dataclasses_have_cached_methods() -> None:
    import dataclasses

    @dataclasses.dataclass(frozen=True, slots=True)
    class Box:
        side: int

        @rememo.cache
        def volume(self) -> int:
            ran()
            return self.side**3

    assert miss(Box(2).volume) == 8
    assert hit(Box(2).volume) == 8
    assert miss(Box(3).volume) == 27


def test_a_function_put_into_a_class_later_is_a_method() -> None:
    @rememo.cache
    def describe(self: Any, mark: str) -> str:
        ran()
        return f"{self.owner}{mark}"

    class Late(Account):
        pass

    Late.describe = describe  # type: ignore[attr-defined]
    assert miss(Late("ada", 1).describe, "!") == "ada!"  # type: ignore[attr-defined]
    assert hit(describe, Late("ada", 1), "!") == "ada!"


def test_calling_a_method_on_what_has_no_instance_fails_as_the_function_would() -> None:
    import pytest

    with pytest.raises(TypeError, match="self"):
        Account.worth()  # type: ignore[call-arg]
