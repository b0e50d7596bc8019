"""An encoder class for the types that json does not know."""

import datetime
import json

import rememo


class Encoder(json.JSONEncoder):
    style = "iso"

    def default(self, o):
        if isinstance(o, datetime.date):
            return o.isoformat() if self.style == "iso" else o.toordinal()
        return super().default(o)


@rememo.cache
def dumped(data: dict) -> str:
    return json.dumps(data, cls=Encoder, sort_keys=True)


def call(f):
    return f({"day": datetime.date(2024, 2, 29), "n": 1})


def use():
    json.dumps([datetime.date(2020, 1, 1)], cls=Encoder)
    Encoder(indent=2).encode({"a": 1})


def change():
    Encoder.style = "ordinal"
