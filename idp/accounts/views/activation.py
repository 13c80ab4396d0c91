"""The link of the activation mail: one button, and in another browser than step 2's the password chosen there."""

from collections.abc import Mapping
from datetime import timedelta
from math import ceil
from uuid import UUID

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_timedelta
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import Length

from idp import clock, extensions
from idp.accounts.opening import activation
from idp.accounts.opening.activation import Activated, Reason, Refused
from idp.accounts.opening.contact import ACTIVATION
from idp.journey.browser import known_browser, waiting_journey
from idp.registry.models import Fund
from idp.sessions import current
from idp.web import landing

ENDS: Mapping[Reason, str] = {
    Reason.UNKNOWN: "expired",
    Reason.DONE: "done",
    Reason.ADDRESS_TAKEN: "address_taken",
    Reason.OPENED: "opened",
}
"""Where a link that is of no use leads, by the name of the page."""


class ActivationForm(FlaskForm):
    """The button; and the password, once it is asked for."""

    password = PasswordField(_l("Mot de passe"), [Length(max=512, message=_l("Mot de passe trop long."))])


def link(secret: str) -> ResponseReturnValue:
    """Off to the page without the secret; nothing is used, by whomever it is opened."""
    return landing.land(ACTIVATION, secret, url_for("accounts.activation"))


def show() -> ResponseReturnValue:
    """One button. No store is asked: what the link is worth is told once it is pressed (LNK-3)."""
    if landing.secret_of(ACTIVATION) is None:
        return _over("expired"), 410
    return _page(ActivationForm(formdata=None), asks_password=known_browser() is None)


def submit() -> ResponseReturnValue:
    """Welcome; or the password, if this is another browser; or why the link is of no use."""
    secret, form = landing.secret_of(ACTIVATION), ActivationForm()
    if secret is None:
        return _over("expired"), 410
    if not form.validate_on_submit():
        return _page(form, asks_password=True), 422
    outcome = activation.activate(secret, known_browser(), form.password.data or "")
    if isinstance(outcome, Activated):
        landing.forget(ACTIVATION)
        journey_id = outcome.journey.id if outcome.journey else None
        return redirect(url_for("accounts.activated", journey_id=journey_id, fund=outcome.fund_id), 303)
    if outcome.reason in ENDS:
        return _over(ENDS[outcome.reason]), 410
    form.password.errors = [_refusal(outcome)]
    return _page(form, asks_password=True), 422


def done() -> ResponseReturnValue:
    """« Votre compte est activé »: and on, to the portal that waits or to the fund's own."""
    journey, session = waiting_journey(), current.session()
    if session is None:
        return _over("done")
    fund_id = request.args.get("fund", type=UUID)
    fund = Fund.by_id(fund_id) if fund_id else None
    if fund and journey is None:
        g.fund_id = str(fund.id)
    url = url_for("journey.resume", journey_id=journey.id) if journey else _home(fund)
    return render_template("accounts/activation/activated.html", session=session, continue_url=url)


def _home(fund: Fund | None) -> str | None:
    return extensions.house.way_back(fund.home_client_id if fund else None)


def _refusal(refused: Refused) -> str:
    if refused.reason is Reason.PASSWORD:
        return str(_("Saisissez le mot de passe que vous avez choisi à l’étape 2."))
    if refused.reason is Reason.WRONG_PASSWORD:
        return str(_("Ce n’est pas le mot de passe que vous avez choisi à l’étape 2."))
    left = (refused.retry_at or clock.now()) - clock.now()
    wait = timedelta(minutes=max(1, ceil(left / timedelta(minutes=1))))
    return str(_("Trop d’essais. Réessayez dans %(wait)s.", wait=format_timedelta(wait, granularity="minute")))


def _page(form: ActivationForm, *, asks_password: bool) -> str:
    return render_template("accounts/activation/activation.html", form=form, asks_password=asks_password)


def _over(why: str) -> str:
    landing.forget(ACTIVATION)
    return render_template("accounts/activation/over.html", why=why)
