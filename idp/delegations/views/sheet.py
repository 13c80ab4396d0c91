"""« Par fichier »: ask, renew and assign by a table, for firms with thousands of clients."""

from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from wtforms import FileField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types

from idp.accounts.colleagues.holding import Held
from idp.accounts.models import RIGHTS
from idp.delegations import sheets
from idp.delegations.clientele import bulk
from idp.delegations.sheets import Fault
from idp.delegations.views import words
from idp.delegations.views.asking import firm_here
from idp.sessions import current
from idp.sessions.views import arriving

KINDS = {
    "ask": _l("Demander l’accès à des entreprises"),
    "renew": _l("Demander des renouvellements"),
    "assign": _l("Désigner des personnes du cabinet"),
}
MOST_FAULTS = 100
"""So many are told at once."""


class SheetForm(FlaskForm):
    """What the table is for, and the table."""

    kind = SelectField(_l("Pour quoi faire ?"), choices=[SelectChoice(*kind) for kind in KINDS.items()])
    table = FileField(_l("Fichier CSV"))


def show(organization_id: UUID) -> ResponseReturnValue:
    """The form, and what each kind of table holds."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("delegations.sheet", organization_id=organization_id)
    return _page(SheetForm(formdata=None), firm_here(session, organization_id), [])


def submit(organization_id: UUID) -> ResponseReturnValue:
    """All of it is done; or nothing is, and each line at fault is named."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("delegations.sheet", organization_id=organization_id)
    firm, form, file = firm_here(session, organization_id), SheetForm(), request.files.get("table")
    if not form.validate_on_submit():
        return _page(form, firm, []), 422
    done = bulk.take(firm, form.kind.data, file.read(sheets.LONGEST + 1) if file else b"")
    if isinstance(done, list):
        form.table.errors = [_nothing_done(len(done))]
        return _page(form, firm, done), 422
    current.touch()
    return render_template("delegations/asking/done.html", firm=firm, kind=form.kind.data, lines=done)


def _nothing_done(faults: int) -> str:
    return str(
        ngettext("Rien n’est fait : une ligne est fausse.", "Rien n’est fait : %(num)d lignes sont fausses.", faults)
    )


def _page(form: SheetForm, firm: Held, faults: list[Fault]) -> str:
    return render_template(
        "delegations/asking/sheet.html",
        form=form,
        firm=firm,
        faults=faults[:MOST_FAULTS],
        words=words.SHEET_FAULTS,
        tables=bulk.TABLES,
        kinds=KINDS,
        rights=RIGHTS,
    )
