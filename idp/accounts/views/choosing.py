"""A password is chosen: two fields, the rules in sight, and what is wrong said in words (guide, « Étape 2/2 »)."""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from flask_babel import lazy_gettext as _l
from wtforms import Field, PasswordField
from wtforms.validators import InputRequired

from idp.accounts.passwords import Weakness, weaknesses

WORDS: Mapping[Weakness, Any] = {
    Weakness.TOO_SHORT: _l("Mot de passe trop court : il faut 8 caractères minimum."),
    Weakness.TOO_LONG: _l("Mot de passe trop long : il faut 128 caractères au plus."),
    Weakness.TOO_FEW_CLASSES: _l(
        "Il faut au moins un caractère de 3 de ces 4 catégories : "
        "majuscules, minuscules, chiffres, caractères spéciaux."
    ),
    Weakness.BREACHED: _l(
        "Ce mot de passe a été volé sur un autre site et se trouve sur des listes de pirates : "
        "choisissez-en un autre, et ne l’utilisez plus nulle part."
    ),
    Weakness.GUESSABLE: _l(
        "Ce mot de passe est trop facile à deviner : choisissez par exemple trois mots sans rapport entre eux, "
        "sans nom ni date qui vous concernent."
    ),
}


class Choosing(Protocol):
    """A form with these two fields."""

    password: Field
    password_again: Field


def new_password_field() -> Any:
    """The field `password`. Nothing typed is changed, nor cut: what is too long is told."""
    return PasswordField(_l("Mot de passe"), [InputRequired(_l("Choisissez un mot de passe."))])


def again_field() -> Any:
    """The field `password_again`."""
    return PasswordField(
        _l("Confirmez le mot de passe"), [InputRequired(_l("Saisissez le mot de passe une seconde fois."))]
    )


def judge(form: Choosing, about: Iterable[str] = ()) -> bool:
    """Whether the password of a filled form may be chosen; otherwise its fields say why not.

    `about` are texts the person is known by (see `passwords.weaknesses`).
    """
    first, again = form.password, form.password_again
    if found := weaknesses(first.data or "", about):
        first.errors = [str(WORDS[weakness]) for weakness in found]
    elif _composed(first) != _composed(again):
        again.errors = [str(_l("Les deux mots de passe ne sont pas les mêmes."))]
    return not (first.errors or again.errors)


def _composed(field: Field) -> str:
    return unicodedata.normalize("NFC", field.data or "")
