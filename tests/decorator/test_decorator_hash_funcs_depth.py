"""How deep a rule of `hash_funcs` reaches: not into what a known type is made of."""

from pathlib import PurePosixPath

import rememo


def test_a_rule_for_strings_does_not_reach_into_a_path() -> None:
    rules = {str: len}
    left, right = PurePosixPath("a/b"), PurePosixPath("a/c")
    assert rememo.hash(left, hash_funcs=rules) != rememo.hash(right, hash_funcs=rules)


def test_a_rule_for_strings_reaches_into_containers() -> None:
    rules = {str: len}
    assert rememo.hash(["ab", {"k": "cd"}], hash_funcs=rules) == rememo.hash(
        ["xy", {"q": "zw"}], hash_funcs=rules
    )


def test_what_a_rule_returns_is_hashed_with_the_others() -> None:
    class Reference:
        def __init__(self, name: str) -> None:
            self.name = name

    rules = {Reference: lambda reference: reference.name, str: len}
    assert rememo.hash(Reference("ab"), hash_funcs=rules) == rememo.hash(
        Reference("cd"), hash_funcs=rules
    )
