"""« Mes applications »: what a person allowed, and the button that takes it back."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from consent import models, scopes, withdrawal
from consent.models import Consent
from idp.accounts.models import Account
from idp.alive import LiveSession
from idp.errors import NotFound
from idp.extensions import house
from idp.registry.models import Fund
from idp.sessions import current
from idp.sessions.views import arriving


def show() -> ResponseReturnValue:
    """All of them; whoever is not signed in signs in first."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("consent.applications", Fund.by_code(request.args.get("fund", "")))
    return render_template(
        "consent/withdrawal/applications.html",
        applications=withdrawal.applications_of(session.account_id),
        in_words=scopes.in_words,
        session=session,
        portal_url=_dressed(session),
    )


def confirm(client_id: UUID, organization_id: UUID | None = None) -> ResponseReturnValue:
    """What taking it back means, before it is done; that it is done, when it was."""
    session = current.session()
    if session is None:
        return redirect(url_for("consent.applications"), 303)
    allowed = withdrawal.find(session.account_id, client_id, organization_id)
    _dressed(session)
    if allowed is None:
        return _done(session, client_id)
    return render_template("consent/withdrawal/confirm.html", form=FlaskForm(), allowed=allowed)


def submit(client_id: UUID, organization_id: UUID | None = None) -> ResponseReturnValue:
    """Take it back; the same page then says so."""
    session = current.session()
    if session is not None:
        withdrawal.withdraw(session.account_id, client_id, organization_id)
        current.touch()
    here = url_for("consent.application", client_id=client_id, organization_id=organization_id)
    return redirect(here, 303)


def _done(session: LiveSession, client_id: UUID) -> ResponseReturnValue:
    client = models.clients([client_id]).get(client_id)
    if client is None or not Consent.was_given(session.account_id, client_id):
        raise NotFound("an application that this person never allowed anything")
    return render_template("consent/withdrawal/withdrawn.html", client=client)


def _dressed(session: LiveSession) -> str | None:
    """Give the page its face; the way back to the portal of the person's fund."""
    person = Account.reachable(account_id=session.account_id)
    fund = Fund.by_id(person.fund_id) if person and person.fund_id else None
    arriving.dress(session, fund.id if fund else None)
    return house.way_back(fund.home_client_id) if fund else None
