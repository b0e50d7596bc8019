"""A schema object as a global, with a nested schema."""

import marshmallow as ma
import rememo

REQUIRES = ["marshmallow"]


class Tag(ma.Schema):
    label = ma.fields.String()


class Post(ma.Schema):
    title = ma.fields.String(data_key="Title")
    tags = ma.fields.List(ma.fields.Nested(Tag))


schema = Post()


@rememo.cache
def dumped(post: dict) -> dict:
    return schema.dump(post)


def call(f):
    return f({"title": "x", "tags": [{"label": "a", "other": 1}]})


def use():
    schema.load({"Title": "y"})
    schema.dump({"title": "z"})
    assert "tags" in schema.fields


def change():
    global schema
    schema = Post(exclude=["tags"])
