"""Objects in a weak dictionary, kept alive by a list."""

import weakref

import rememo


class Plugin:
    def __init__(self, name: str, priority: int) -> None:
        self.name, self.priority = name, priority


plugins = weakref.WeakValueDictionary()
alive = [Plugin("csv", 2), Plugin("json", 1)]
for plugin in alive:
    plugins[plugin.name] = plugin


@rememo.cache
def best() -> str:
    return max(plugins.values(), key=lambda p: p.priority).name


def call(f):
    return f()


def use():
    assert "csv" in plugins
    plugins["temporary"] = Plugin("temporary", 9)  # dies at once
    assert len(plugins) == 2


def change():
    alive.append(Plugin("xml", 5))
    plugins["xml"] = alive[-1]
