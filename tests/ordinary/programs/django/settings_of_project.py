"""The settings of a Django project, read by name."""

import rememo
from django.conf import settings

REQUIRES = ["django"]
ISOLATED = True

settings.configure(SHOP_RATE=2, USE_TZ=True)


@rememo.cache
def rated(x: int) -> int:
    return x * settings.SHOP_RATE


def call(f):
    return f(4)


def use():
    assert settings.DEBUG is False
    assert settings.USE_TZ
    assert settings.is_overridden("SHOP_RATE")


def change():
    settings.SHOP_RATE = 3
