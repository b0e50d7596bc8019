"""A multigraph with attributes, as argument."""

import networkx as nx
import rememo

REQUIRES = ["networkx"]

KEY = "lines"


def city() -> nx.MultiGraph:
    graph = nx.MultiGraph(name="city", lines=3, stops=9)
    graph.add_edge(1, 2, colour="red")
    graph.add_edge(1, 2, colour="blue")
    return graph


@rememo.cache
def described(graph: nx.MultiGraph) -> str:
    return f"{graph.number_of_edges()} edges, {graph.graph[KEY]}"


def call(f):
    return f(city())


def use():
    city().edges(keys=True)


def change():
    global KEY
    KEY = "stops"
