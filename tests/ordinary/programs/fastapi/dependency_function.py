"""An endpoint and its dependency, called as functions."""

import fastapi
import rememo

REQUIRES = ["fastapi"]

app = fastapi.FastAPI()
LIMIT = 10


def limit() -> int:
    return LIMIT


@app.get("/items")
def items(count: int = fastapi.Depends(limit)) -> list[int]:
    return list(range(count))


@rememo.cache
def listed() -> list[int]:
    return items(limit())


def call(f):
    return f()


def use():
    app.openapi()
    assert any(route.path == "/items" for route in app.routes)


def change():
    global LIMIT
    LIMIT = 3
