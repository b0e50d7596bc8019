"""attrs: classes with fields, with slots and without."""

import attr
import attrs


@attrs.define
class Slotted:
    x: object
    y: list = attrs.field(factory=list)


@attrs.frozen(cache_hash=True)
class Frozen:
    x: object


@attr.s(auto_attribs=True)
class Open:
    x: object


@attrs.define
class Other:
    x: object
    y: list = attrs.field(factory=list)


DISTINCT = {
    "instances": [
        *(lambda: Slotted(1), lambda: Slotted(2), lambda: Slotted(1, [1]), lambda: Other(1)),
        *(lambda: Frozen(1), lambda: Frozen(2), lambda: Open(1), lambda: Open(2)),
    ],
    "classes": [lambda: Slotted, lambda: Frozen, lambda: Open, lambda: Other],
}

ALIKE = {"a hash that is kept": [lambda: Frozen(7), lambda: _hashed(Frozen(7))]}


def _hashed(value: Frozen) -> Frozen:
    hash(value)
    return value
