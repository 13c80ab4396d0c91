"""The sign-in page: an address, a password, one button."""

from datetime import timedelta
from math import ceil
from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_timedelta
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from idp import clock
from idp.journey.browser import journey_of_this_browser
from idp.journey.models import Journey
from idp.login import password
from idp.login.outcome import Reason, Refused, SignedIn


class PasswordForm(FlaskForm):
    """Bounded by more than any password or address has: what is too long is wrong, and costs nothing."""

    email = StringField(
        _l("Adresse mail"),
        [InputRequired(_l("Saisissez votre adresse mail.")), Length(max=320, message=_l("Adresse trop longue."))],
        id="username",
    )
    password = PasswordField(
        _l("Mot de passe"),
        [InputRequired(_l("Saisissez votre mot de passe.")), Length(max=512, message=_l("Mot de passe trop long."))],
    )


def show(journey_id: UUID) -> ResponseReturnValue:
    """The empty form; the portal's `login_hint` is a prefill and nothing more. Signed in meanwhile, back to the hub."""
    journey = journey_of_this_browser(journey_id)
    if not password.is_due(journey):
        return redirect(url_for("journey.resume", journey_id=journey.id), 303)
    return _page(journey, PasswordForm(email=journey.question.get("login_hint")))


def submit(journey_id: UUID) -> ResponseReturnValue:
    """Back to the hub, or the form again with its error."""
    journey, form = journey_of_this_browser(journey_id), PasswordForm()
    if form.validate_on_submit():
        outcome = password.sign_in(journey, form.email.data or "", form.password.data or "")
        if isinstance(outcome, SignedIn):
            return redirect(url_for("journey.resume", journey_id=journey.id), 303)
        form.password.errors = [_refusal(outcome)]
    return _page(journey, form), 422


def _refusal(outcome: Refused) -> str:
    if outcome.reason is Reason.CREDENTIALS:
        return str(_("Adresse mail ou mot de passe incorrect."))
    left = (outcome.retry_at or clock.now()) - clock.now()
    unit = timedelta(hours=1) if left > timedelta(hours=1) else timedelta(minutes=1)
    wait = max(1, ceil(left / unit)) * unit  # never less than it really is
    told = format_timedelta(wait, granularity="minute")
    if outcome.reason is Reason.NETWORK:
        return str(
            _(
                "Trop d’essais depuis cette connexion internet. Réessayez dans %(wait)s,"
                " ou avec une autre connexion, par exemple celle de votre téléphone.",
                wait=told,
            )
        )
    return str(_("Trop d’essais. Réessayez dans %(wait)s.", wait=told))


def _page(journey: Journey, form: PasswordForm) -> str:
    reset_url = url_for("accounts.password_reset", journey_id=journey.id)
    opening_url = url_for("accounts.opening", journey_id=journey.id)
    ways = {"reset_url": reset_url, "opening_url": opening_url}
    return render_template("login/password/password.html", form=form, client_name=journey.client_name, **ways)
