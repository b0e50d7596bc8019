"""A context variable that says for whom we work."""

import contextvars

import rememo

tenant = contextvars.ContextVar("tenant", default="public")


@rememo.cache
def greeting(name: str) -> str:
    return f"{name}@{tenant.get()}"


def call(f):
    return f("ada")


def use():
    token = tenant.set("other")
    assert tenant.get() == "other"
    tenant.reset(token)
    contextvars.copy_context().run(tenant.set, "elsewhere")


def change():
    tenant.set("acme")
