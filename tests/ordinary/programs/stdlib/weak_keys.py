"""Extra data about objects, in a weak-key dictionary."""

import weakref

import rememo


class Node:
    def __init__(self, name: str) -> None:
        self.name = name


nodes = [Node("a"), Node("b")]
costs = weakref.WeakKeyDictionary({nodes[0]: 3, nodes[1]: 4})


@rememo.cache
def cost() -> dict[str, int]:
    return {node.name: costs[node] for node in nodes}


def call(f):
    return f()


def use():
    costs.get(nodes[0])
    costs[Node("short-lived")] = 9


def change():
    costs[nodes[0]] = 30
