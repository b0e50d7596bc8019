"""A view of a graph through a filter."""

import networkx as nx
import rememo

REQUIRES = ["networkx"]

graph = nx.path_graph(6)
LIMIT = 4


def small(node: int) -> bool:
    return node < LIMIT


view = nx.subgraph_view(graph, filter_node=small)


@rememo.cache
def size() -> int:
    return view.number_of_nodes()


def call(f):
    return f()


def use():
    list(view.edges)
    assert 5 not in view


def change():
    global LIMIT
    LIMIT = 5
