"""Rights as people choose and read them: for each menu of the portal nothing, to consult, or to act."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types

from idp.accounts.models import RIGHTS

MENUS: Mapping[str, Any] = {
    "legal": _l("Informations légales et déclarations"),
    "employees": _l("Salariés"),
    "absences": _l("Absences et arrêts"),
    "documents": _l("Documents"),
    "contact": _l("Contact avec la caisse"),
}
DEEDS: Mapping[str, Any] = {"": _l("Aucun accès"), "read": _l("Consulter"), "act": _l("Consulter et agir")}


def _menu(name: str) -> Any:
    return SelectField(MENUS[name], choices=[SelectChoice(*deed) for deed in DEEDS.items()], default="")


class RightsForm(FlaskForm):
    """One choice for each menu."""

    legal = _menu("legal")
    employees = _menu("employees")
    absences = _menu("absences")
    documents = _menu("documents")
    contact = _menu("contact")


def chosen(form: RightsForm) -> list[str]:
    """The rights that a filled form gives: who may act may consult too."""
    deeds = {"": (), "read": ("read",), "act": ("read", "act")}
    given = {f"{menu}:{deed}" for menu in MENUS for deed in deeds.get(form[menu].data or "", ())}
    return [right for right in RIGHTS if right in given]


def filled(rights: Iterable[str]) -> dict[str, str]:
    """The choices of a form that stand for these rights."""
    given = set(rights)
    return {menu: next((deed for deed in ("act", "read") if f"{menu}:{deed}" in given), "") for menu in MENUS}


def in_words(rights: Iterable[str]) -> list[str]:
    """What may be done, a line for each menu."""
    return [
        str(_("%(menu)s : %(deed)s", menu=MENUS[menu], deed=str(DEEDS[deed]).lower()))
        for menu, deed in filled(rights).items()
        if deed
    ]
