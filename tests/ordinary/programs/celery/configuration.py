"""The configuration object of an application."""

import celery
import rememo

REQUIRES = ["celery"]

app = celery.Celery("ordinary_configuration", broker="memory://")
app.conf.update(task_default_queue="slow", shop_rate=2)


@rememo.cache
def queue(name: str) -> str:
    return f"{app.conf.task_default_queue}.{name}"


def call(f):
    return f("mail")


def use():
    assert app.conf.shop_rate == 2
    assert app.conf.timezone is None or app.conf.timezone


def change():
    app.conf.task_default_queue = "fast"
