"""A router with models; the function builds a response model."""

import fastapi
import pydantic
import rememo

REQUIRES = ["fastapi", "pydantic"]

router = fastapi.APIRouter(prefix="/shop")


class Item(pydantic.BaseModel):
    name: str
    currency: str = "EUR"


PRICES = {"pen": 2}


@router.get("/{name}", response_model=Item)
async def item(name: str) -> Item:
    return Item(name=f"{name} {PRICES[name]}")


@rememo.cache
async def shown(name: str) -> str:
    return (await item(name)).model_dump_json()


def call(f):
    return f("pen")


def use():
    app = fastapi.FastAPI()
    app.include_router(router)
    app.openapi()


def change():
    PRICES["pen"] = 3
