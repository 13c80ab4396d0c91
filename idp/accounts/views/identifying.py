"""What a company is known by, as two fields: its identifier in the fund, and its SIRET."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field, Form, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from idp.registry import siret as sirets
from idp.registry.siret import Fault, NotASiret

WORDS: Mapping[Fault, Any] = {
    Fault.SPREADSHEET: _l("Un tableur a abîmé ce numéro de SIRET : recopiez ses 14 chiffres."),
    Fault.CHARACTERS: _l("Un numéro de SIRET n’a que des chiffres, par exemple 123 456 789 00012."),
    Fault.LENGTH: _l("Un numéro de SIRET a 14 chiffres, par exemple 123 456 789 00012."),
    Fault.CHECK_DIGIT: _l("Il y a une erreur dans ce numéro de SIRET : vérifiez chaque chiffre."),
}


def number_field() -> Any:
    """The field `number`: what is typed, without the spaces around it."""
    return StringField(
        _l("Votre identifiant CIBTP"),
        [InputRequired(_l("Saisissez votre identifiant.")), Length(max=64, message=_l("Identifiant trop long."))],
        filters=[_tidy],
    )


def siret_field() -> Any:
    """The field `siret`: fourteen digits once the form is valid, however they were typed."""
    return StringField(_l("Votre numéro de SIRET"), [InputRequired(_l("Saisissez votre numéro de SIRET.")), _siret])


def _tidy(typed: str | None) -> str | None:
    return " ".join(typed.split()) if typed else typed


def _siret(form: Form, field: Field) -> None:
    try:
        field.data = sirets.parse(field.data)
    except NotASiret as error:
        raise ValidationError(str(WORDS[error.fault])) from error
