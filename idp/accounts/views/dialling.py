"""Telephone numbers as fields: read as people type them, and what is wrong said in words."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field, Form, StringField
from wtforms.validators import Optional, ValidationError

from idp.accounts import phones
from idp.accounts.phones import Fault, NotAPhone, Phone

WORDS: Mapping[Fault, Any] = {
    Fault.CHARACTERS: _l("Un numéro de téléphone n’a que des chiffres, par exemple 06 12 34 56 78."),
    Fault.LENGTH: _l("Ce numéro n’a pas le bon nombre de chiffres : il en faut 10, par exemple 06 12 34 56 78."),
    Fault.COUNTRY: _l("Indiquez un numéro de France métropolitaine ou d’outre-mer."),
    Fault.PREMIUM: _l("Ce numéro est surtaxé : indiquez-en un autre."),
}


def fixed_field() -> Any:
    """The field `fixed`: any number of France or overseas, or nothing."""
    return StringField(_l("Téléphone fixe"), [Optional(), _number])


def mobile_field() -> Any:
    """The field `mobile`: a number that receives SMS, or nothing."""
    return StringField(_l("Téléphone mobile"), [Optional(), _mobile])


def number_of(field: Field) -> str | None:
    """What a valid field holds, in E.164; None where it is empty."""
    return phones.parse(field.data).number if (field.data or "").strip() else None


def _number(form: Form, field: Field) -> None:
    _parsed(field)


def _mobile(form: Form, field: Field) -> None:
    if not _parsed(field).is_mobile:
        raise ValidationError(str(_l("Ce numéro n’est pas celui d’un mobile : il commence par 06 ou 07.")))


def _parsed(field: Field) -> Phone:
    try:
        return phones.parse(field.data)
    except NotAPhone as error:
        raise ValidationError(str(WORDS[error.fault])) from error
