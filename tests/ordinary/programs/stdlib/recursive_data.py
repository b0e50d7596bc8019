"""Lists that contain themselves."""

import rememo

menu = ["home", []]
menu[1].append(menu)


@rememo.cache
def depth(limit: int) -> list[str]:
    found, node = [], menu
    for _ in range(limit):
        found.append(node[0])
        node = node[1][0]
    return found


def call(f):
    return f(3)


def use():
    repr(menu)


def change():
    menu[0] = "start"
