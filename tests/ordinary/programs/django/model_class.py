"""A model class with a method; objects are made, not saved."""

import django
import rememo
from django.conf import settings

REQUIRES = ["django"]
ISOLATED = True

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
)
django.setup()

from django.db import models  # noqa: E402


class Book(models.Model):
    title = models.CharField(max_length=20)
    price = models.DecimalField(max_digits=6, decimal_places=2, default=1)
    currency = "EUR"

    class Meta:
        app_label = "ordinary"

    def label(self) -> str:
        return f"{self.title}: {self.price} {self.currency}"


@rememo.cache
def label(title: str) -> str:
    return Book(title=title, price=2).label()


def call(f):
    return f("Emma")


def use():
    str(Book.objects.filter(title="x").query)
    Book(title="y").full_clean(exclude=["price"])
    Book._meta.get_fields()


def change():
    Book.currency = "USD"
