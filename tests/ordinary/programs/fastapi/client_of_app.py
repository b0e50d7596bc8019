"""The whole application, called through its test client."""

import fastapi
import rememo

REQUIRES = ["fastapi", "httpx"]
ISOLATED = True
LOADS = True

app = fastapi.FastAPI()
GREETING = "hello"


@app.get("/{name}")
async def greet(name: str) -> str:
    return f"{GREETING} {name}"


async def through(name: str) -> str:
    import httpx

    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return (await client.get(f"/{name}")).json()


@rememo.cache
async def greeted(name: str) -> str:
    return await through(name)


def call(f):
    return f("ada")


async def use():
    assert await through("x") == "hello x"


def change():
    global GREETING
    GREETING = "hi"
