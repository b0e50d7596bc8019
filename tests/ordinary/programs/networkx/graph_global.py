"""A graph whose views are cached properties in its own dictionary."""

import networkx as nx
import rememo

REQUIRES = ["networkx"]

roads = nx.Graph()
roads.add_weighted_edges_from([("a", "b", 1.0), ("b", "c", 2.0), ("a", "c", 5.0)])


@rememo.cache
def distance(start: str, end: str) -> float:
    return nx.shortest_path_length(roads, start, end, weight="weight")


def call(f):
    return f("a", "c")


def use():
    assert roads.degree["a"] == 2
    assert len(roads.edges) == 3
    assert roads.nodes["a"] == {}
    list(roads.adj["a"])
    nx.pagerank(roads) if False else nx.density(roads)


def change():
    roads["b"]["c"]["weight"] = 1.5
