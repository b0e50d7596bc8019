"""A model whose validators read a table."""

import pydantic
import rememo

REQUIRES = ["pydantic"]

ALIASES = {"de": "DE", "fr": "FR"}


class Address(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(str_strip_whitespace=True)

    country: str
    city: str = "?"

    @pydantic.field_validator("country")
    @classmethod
    def known(cls, value: str) -> str:
        return ALIASES.get(value, value)

    @pydantic.model_validator(mode="after")
    def complete(self):
        return self

    @pydantic.computed_field
    @property
    def label(self) -> str:
        return f"{self.city}, {self.country}"


@rememo.cache
def label(data: dict) -> str:
    return Address(**data).label


def call(f):
    return f({"country": " de ", "city": "Berlin"})


def use():
    Address(country="fr").model_dump_json()
    assert Address.model_fields["city"].default == "?"


def change():
    ALIASES["de"] = "Germany"
