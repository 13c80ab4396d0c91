"""« Quitter cette entreprise »: a person gives their own access back."""

from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from idp.accounts.colleagues import belonging
from idp.accounts.colleagues.holding import place_of
from idp.accounts.colleagues.models import Colleague
from idp.alive import LiveSession
from idp.registry.models import Organization
from idp.selfcare.views.colleague import REFUSALS
from idp.sessions import current
from idp.sessions.views import arriving


def show(organization_id: UUID) -> ResponseReturnValue:
    """What it means, before it is done."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("selfcare.leave", organization_id=organization_id)
    organization, colleague = _place(session, organization_id)
    again = arriving.prove_again(session, "selfcare.leave", organization_id=organization_id)
    return again or _page(FlaskForm(), organization, colleague)


def submit(organization_id: UUID) -> ResponseReturnValue:
    """Leave; or why one cannot."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("selfcare.leave", organization_id=organization_id)
    organization, colleague = _place(session, organization_id)
    again = arriving.prove_again(session, "selfcare.leave", organization_id=organization_id)
    if again is not None:
        return again
    form, refusal = FlaskForm(), belonging.leave(session.account_id, organization_id)
    if refusal is not None:
        form.form_errors.append(str(REFUSALS[refusal]))
        return _page(form, organization, colleague), 422
    current.touch()
    return redirect(url_for("selfcare.organizations"), 303)


def _place(session: LiveSession, organization_id: UUID) -> tuple[Organization, Colleague]:
    organization, colleague = place_of(session.account_id, organization_id)
    arriving.dress(session, organization.fund_id)
    return organization, colleague


def _page(form: FlaskForm, organization: Organization, colleague: Colleague) -> str:
    return render_template("selfcare/leaving/leaving.html", form=form, organization=organization, colleague=colleague)
