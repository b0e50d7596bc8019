"""Values that contain themselves: `docs/encoding.md`, "Cycles".

Strongly connected components: R. Tarjan, 1972. Colour refinement: B. Weisfeiler and A. Leman, 1968.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING

from .forms import varint

if TYPE_CHECKING:
    from .encoding import Node

Hash = Callable[[bytes], bytes]

CYCLE = b"\x30"
SLOT = b"\x31"
MEMBER = b"\x32"
ROUNDS = 8
RECOLOURINGS = 16


def components(root: Node) -> Iterator[list[Node]]:
    """The strongly connected components of what `root` reaches, children before parents."""
    order: dict[Node, int] = {}
    low: dict[Node, int] = {}
    done: set[Node] = set()
    open_nodes: list[Node] = []
    path: list[tuple[Node, Iterator[Node]]] = []

    def enter(node: Node) -> None:
        order[node] = low[node] = len(order)
        open_nodes.append(node)
        path.append((node, iter(node.children)))

    enter(root)
    while path:
        node, children = path[-1]
        child = next(children, None)
        if child is None:
            path.pop()
            if path:
                parent = path[-1][0]
                low[parent] = min(low[parent], low[node])
            if low[node] == order[node]:
                members = [open_nodes.pop()]
                while members[-1] is not node:
                    members.append(open_nodes.pop())
                done.update(members)
                yield members
        elif child not in order:
            enter(child)
        elif child not in done:
            low[node] = min(low[node], order[child])


def is_cycle(members: list[Node]) -> bool:
    """Whether the members contain themselves."""
    return len(members) > 1 or members[0] in members[0].children


def encode(members: list[Node], blake3: Hash) -> None:
    """Gives every member its bytes."""
    colours = _colours(members, {}, blake3)
    holders = Counter(colours.values())
    unshared = [node for node in members if holders[colours[node]] == 1]
    common_entry = min(unshared, key=colours.__getitem__, default=None)
    ties = any(_has_tie(node, colours) for node in members)
    encoded = {}
    for node in members:
        is_alone = holders[colours[node]] == 1
        entry = common_entry if common_entry and (is_alone or not ties) else node
        numbers = _numbers(entry, colours, RECOLOURINGS if ties else 0, blake3)
        encoded[node] = CYCLE + _sum(numbers, blake3) + varint(numbers[node])
    for node in members:
        node.encoded = encoded[node]


def _has_tie(node: Node, colours: dict[Node, bytes]) -> bool:
    """Whether this is a set with two elements that are members of one colour."""
    elements = {child for child in node.children if child in colours}
    return node.is_set and len({colours[child] for child in elements}) < len(elements)


def _colours(
    members: Collection[Node], numbers: dict[Node, int], blake3: Hash
) -> dict[Node, bytes]:
    """`colour₈` of each member; those that have a number are written as in the sum."""

    def coloured(earlier: dict[Node, bytes]) -> dict[Node, bytes]:
        def written(child: Node) -> bytes:
            if child in numbers:
                return MEMBER + varint(numbers[child])
            return SLOT + earlier[child] if child in earlier else child.encoded

        return {node: blake3(node.write(written)) for node in members}

    colours = coloured(dict.fromkeys(members, b""))
    for _ in range(ROUNDS):
        colours = coloured(colours)
    return colours


def _numbers(
    entry: Node, colours: dict[Node, bytes], recolourings: int, blake3: Hash
) -> dict[Node, int]:
    """The members by number, in preorder from the entry."""
    numbers = {entry: 0}
    coloured_at = 0
    path = [(entry, iter(entry.children))]
    while path:
        node, children = path[-1]
        if node.is_set:
            # The colours may be others than last time.
            children = iter(sorted(set(node.children) & colours.keys(), key=colours.__getitem__))
        left = (child for child in children if child in colours and child not in numbers)
        child = next(left, None)
        if node.is_set and child is not None and recolourings and coloured_at != len(numbers):
            second = next(left, None)
            if second is not None and colours[second] == colours[child]:
                colours = _colours(colours, numbers, blake3)
                coloured_at = len(numbers)
                recolourings -= 1
                continue
        if child is None:
            path.pop()
        else:
            numbers[child] = len(numbers)
            path.append((child, iter(child.children)))
    return numbers


def _sum(numbers: dict[Node, int], blake3: Hash) -> bytes:
    """`S`: the whole component under these numbers."""

    def written(child: Node) -> bytes:
        return MEMBER + varint(numbers[child]) if child in numbers else child.encoded

    return blake3(b"".join(node.write(written) for node in numbers))
