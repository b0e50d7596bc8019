"""A translation function as gettext gives it."""

import gettext

import rememo


class Catalogue(gettext.NullTranslations):
    def __init__(self, messages: dict[str, str]) -> None:
        super().__init__()
        self.messages = messages

    def gettext(self, message: str) -> str:
        return self.messages.get(message, message)


catalogue = Catalogue({"yes": "ja"})
_ = catalogue.gettext


@rememo.cache
def answer(positive: bool) -> str:
    return _("yes") if positive else _("no")


def call(f):
    return f(False)


def use():
    assert _("yes") == "ja"
    catalogue.info()


def change():
    catalogue.messages["no"] = "nein"
