"""A tree whose nodes know their parents: a cycle in each node."""

import rememo


class Node:
    def __init__(self, name: str, parent: "Node | None" = None) -> None:
        self.name, self.parent, self.children = name, parent, []
        if parent is not None:
            parent.children.append(self)

    def path(self) -> str:
        return self.name if self.parent is None else f"{self.parent.path()}/{self.name}"


root = Node("root")
leaf = Node("leaf", Node("branch", root))


@rememo.cache
def path() -> str:
    return leaf.path()


def call(f):
    return f()


def use():
    assert root.children[0].children == [leaf]


def change():
    root.name = "top"
