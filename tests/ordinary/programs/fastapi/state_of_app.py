"""Settings on the application's state."""

import fastapi
import rememo

REQUIRES = ["fastapi"]


class Settings:
    def __init__(self) -> None:
        self.rate = 2


settings = Settings()
app = fastapi.FastAPI(title="ordinary")


def get_settings() -> Settings:
    return settings


@app.get("/rate")
def rate(current: Settings = fastapi.Depends(get_settings)) -> int:
    return current.rate


@rememo.cache
def rated(x: int) -> int:
    return x * get_settings().rate


def call(f):
    return f(4)


def use():
    app.openapi()


def change():
    settings.rate = 3
