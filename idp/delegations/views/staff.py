"""« Qui s'en occupe »: which people of the firm use a delegation, and for what."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from idp.accounts.views import menus
from idp.delegations.clientele import assigning
from idp.delegations.clientele.assigning import Rights
from idp.delegations.granting import answering
from idp.delegations.granting.models import Client
from idp.sessions import current
from idp.sessions.views import arriving

NOTHING, CONSULT, SOME, ALL = "", "read", "some", "all"
"""What a person may do for a client; `SOME` is what a table gave them, which this page keeps and does not change."""


def show(delegation_id: UUID) -> ResponseReturnValue:
    """Each person, with what they may do for this client."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("delegations.staff", delegation_id=delegation_id)
    client = answering.of_firm(session.account_id, delegation_id)
    arriving.dress(session, client.organization.fund_id)
    return _page(client)


def submit(delegation_id: UUID) -> ResponseReturnValue:
    """Name those who were chosen; back to the client."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("delegations.staff", delegation_id=delegation_id)
    client = answering.of_firm(session.account_id, delegation_id)
    arriving.dress(session, client.organization.fund_id)
    if not FlaskForm().validate_on_submit():
        return _page(client), 422
    assigning.assign(client, _chosen(client))
    current.touch()
    return redirect(url_for("delegations.client", delegation_id=delegation_id), 303)


def _chosen(client: Client) -> dict[UUID, Rights]:
    chosen: dict[UUID, Rights] = {}
    for colleague, uses, rights in assigning.people(client):
        said = request.form.get(f"person-{colleague.account_id}", NOTHING)
        if said == SOME and uses:
            chosen[colleague.account_id] = rights
        elif said in (CONSULT, ALL):
            chosen[colleague.account_id] = assigning.to_consult(client) if said == CONSULT else None
    return chosen


def _page(client: Client) -> str:
    people = [(one, _said(client, uses, rights), rights) for one, uses, rights in assigning.people(client)]
    shown = {"client": client, "people": people, "consults": bool(assigning.to_consult(client))}
    return render_template("delegations/clients/staff.html", form=FlaskForm(), in_words=menus.in_words, **shown)


def _said(client: Client, uses: bool, rights: Rights) -> str:
    if not uses:
        return NOTHING
    if rights is None:
        return ALL
    return CONSULT if list(rights) == assigning.to_consult(client) else SOME
