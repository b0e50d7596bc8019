"""A form that validates."""

import django
import rememo
from django.conf import settings

REQUIRES = ["django"]
ISOLATED = True

settings.configure(USE_I18N=False)
django.setup()

from django import forms  # noqa: E402

BANNED = ["admin"]


class Login(forms.Form):
    name = forms.CharField(min_length=3)
    age = forms.IntegerField(required=False)

    def clean_name(self):
        if self.cleaned_data["name"] in BANNED:
            raise forms.ValidationError("banned")
        return self.cleaned_data["name"]


@rememo.cache
def errors(data: dict) -> list[str]:
    return sorted(Login(data).errors)


def call(f):
    return f({"name": "root", "age": "x"})


def use():
    assert Login({"name": "ada"}).is_valid()
    Login.base_fields["name"]


def change():
    BANNED.append("root")
