"""Tasks and what they wait for."""

import networkx as nx
import rememo

REQUIRES = ["networkx"]

tasks = nx.DiGraph([("load", "clean"), ("clean", "report")])


@rememo.cache
def order() -> list[str]:
    return list(nx.lexicographical_topological_sort(tasks))


def call(f):
    return f()


def use():
    assert list(tasks.successors("load")) == ["clean"]
    assert tasks.in_degree("report") == 1
    assert nx.is_directed_acyclic_graph(tasks)
    tasks.out_edges
    tasks.pred


def change():
    tasks.add_edge("report", "archive")
