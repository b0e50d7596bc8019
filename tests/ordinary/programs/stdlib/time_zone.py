"""Times in a zone of the tz database."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import rememo

zone = ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)


@rememo.cache
def local(stamp: datetime) -> str:
    return (stamp + DAY).astimezone(zone).isoformat()


def call(f):
    return f(datetime(2024, 7, 1, 12, tzinfo=UTC))


def use():
    assert datetime(2024, 1, 1, tzinfo=zone).utcoffset() == timedelta(hours=1)
    assert zone.key == "Europe/Berlin"


def change():
    global zone
    zone = ZoneInfo("Asia/Tokyo")
