"""« Demander l'accès à une entreprise »: a firm asks, and nothing tells whether there is such a company (DLG-4)."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired

from idp.accounts.colleagues.holding import Held
from idp.accounts.views import menus
from idp.accounts.views.menus import RightsForm
from idp.alive import LiveSession
from idp.delegations.clientele import requesting
from idp.delegations.granting import answering, terms
from idp.delegations.views import words
from idp.delegations.views.offering import checked_siret, day_field
from idp.errors import NotFound
from idp.sessions import current
from idp.sessions.views import arriving

MOST_SELECTED = 20
"""As many as one page of clients has."""


class RequestForm(RightsForm):
    """Which company, to do what, and until when."""

    siret = StringField(_l("SIRET de l’entreprise"), [InputRequired(_l("Saisissez le SIRET.")), checked_siret])
    ends_on = day_field(_l("Dernier jour"))


def show(organization_id: UUID) -> ResponseReturnValue:
    """The form, with a year to come."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("delegations.ask", organization_id=organization_id)
    firm = firm_here(session, organization_id)
    day = terms.a_year_from(terms.today_of(firm.organization))
    return _page(RequestForm(formdata=None, data={"ends_on": day}), firm)


def submit(organization_id: UUID) -> ResponseReturnValue:
    """The same answer, whether there is such a company or not; or the form again."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("delegations.ask", organization_id=organization_id)
    firm, form = firm_here(session, organization_id), RequestForm()
    if not form.validate_on_submit() or form.ends_on.data is None:
        return _page(form, firm), 422
    refusal = requesting.ask(firm, form.siret.data or "", terms.of(menus.chosen(form), form.ends_on.data))
    if refusal is not None:
        form.form_errors.append(str(words.FAULTS[refusal]))
        return _page(form, firm), 422
    current.touch()
    return render_template("delegations/asking/asked.html", firm=firm)


def renew_submit() -> ResponseReturnValue:
    """Ask the selected clients for a later last day; back to the list."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("delegations.clients")
    chosen = request.form.getlist("client")[:MOST_SELECTED] if FlaskForm().validate_on_submit() else []
    for written in chosen:
        _ask_renewal(session, written)
    if not chosen:
        return redirect(url_for("delegations.clients"), 303)
    current.touch()
    return render_template("delegations/asking/renewed.html")


def firm_here(session: LiveSession, organization_id: UUID) -> Held:
    """The firm of a page, dressed as its fund's. Raises `NotFound`, the same for one that is not theirs."""
    firm = requesting.firm_of(session.account_id, organization_id)
    arriving.dress(session, firm.organization.fund_id)
    return firm


def _ask_renewal(session: LiveSession, written: str) -> None:
    try:
        client = answering.of_firm(session.account_id, UUID(written))
    except (ValueError, NotFound):
        return
    if client.delegation.accepted_at is not None:
        requesting.ask_renewal(client)


def _page(form: RequestForm, firm: Held) -> str:
    return render_template("delegations/asking/ask.html", form=form, firm=firm, menus=menus.MENUS)
