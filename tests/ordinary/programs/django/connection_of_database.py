"""Django's connection object, asked for a query set's rows."""

import django
import rememo
from django.conf import settings

REQUIRES = ["django"]
ISOLATED = True

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
)
django.setup()

from django.db import connections  # noqa: E402

database = connections["default"]
VALUE = 1


@rememo.cache
def selected() -> int:
    with database.cursor() as cursor:
        cursor.execute(f"select {VALUE}")
        return cursor.fetchone()[0]


def call(f):
    return f()


def use():
    with database.cursor() as cursor:
        cursor.execute("select 3")


def change():
    global VALUE
    VALUE = 2


with database.cursor() as opened:
    opened.execute("select 1")

EXPECT = "error"
NAMES = ["database"]
REMEDY = {
    "hash_funcs": {
        "django.db.backends.sqlite3.base.DatabaseWrapper": lambda d: d.settings_dict["NAME"]
    }
}
