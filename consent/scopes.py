"""Each scope in words a person understands."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

WORDS: dict[str, LazyString] = {
    "profile": _l("Votre nom et vos prénoms"),
    "email": _l("Votre adresse mail"),
    "phone": _l("Votre numéro de téléphone"),
    "organization": _l("L’entreprise pour laquelle vous agissez, et vos droits dans cette entreprise"),
    "offline_access": _l("Y accéder aussi en votre absence, jusqu’à ce que vous y mettiez fin"),
}


def in_words(scopes: list[str]) -> list[LazyString]:
    """What these scopes let the application know, in the order of the table; `openid` alone says nothing more."""
    return [words for scope, words in WORDS.items() if scope in scopes]
