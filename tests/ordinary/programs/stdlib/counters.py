"""A Counter, an OrderedDict and a defaultdict that is only read."""

from collections import Counter, OrderedDict, defaultdict

import rememo

votes = Counter("abracadabra")
ranks = OrderedDict([("a", 1), ("b", 2)])
groups = defaultdict(list, {"vowels": ["a"]})


@rememo.cache
def summary(n: int) -> list:
    return [votes.most_common(n), list(ranks), groups["vowels"]]


def call(f):
    return f(2)


def use():
    assert votes["zzz"] == 0
    assert groups.get("nothing") is None
    assert votes + Counter() == votes


def change():
    ranks.move_to_end("a")
