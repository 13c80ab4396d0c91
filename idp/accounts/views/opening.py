"""Step 1 of 2: identifier, SIRET and provisional code (guide, « Étape 1/2 »)."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length

from idp.accounts.opening import identification, waiting
from idp.accounts.opening.draft import Draft
from idp.accounts.opening.identification import Identity, Reason, Visitor
from idp.accounts.views.identifying import number_field, siret_field
from idp.journey.browser import this_browser, waiting_journey
from idp.journey.models import Journey
from idp.registry.views import funds
from idp.web import i18n

REFUSALS: Mapping[Reason, Any] = {
    Reason.NO_MATCH: _l(
        "Ces trois informations ne vont pas ensemble, ou le code ne peut plus servir. Vérifiez-les sur vos courriers."
    ),
    Reason.TOO_MANY: _l("Trop d’essais. Réessayez dans une heure : vos courriers restent valables."),
    Reason.WAIT: _l("Par sécurité, attendez dix secondes, puis cliquez de nouveau sur Valider."),
}


class IdentityForm(FlaskForm):
    """What the two letters and any invoice say."""

    number = number_field()
    siret = siret_field()
    code = StringField(
        _l("Votre code confidentiel provisoire"),
        [InputRequired(_l("Saisissez votre code provisoire.")), Length(max=64, message=_l("Code trop long."))],
    )
    ticket = HiddenField()


def show() -> ResponseReturnValue:
    """The empty form."""
    return _page(IdentityForm(formdata=None), waiting_journey())


def submit() -> ResponseReturnValue:
    """On to step 2, or the form again; or, for who has an account, back to signing in."""
    journey, form = waiting_journey(), IdentityForm()
    if journey and request.form.get("choice") == "sign-in":
        identification.leave(journey)
        return redirect(url_for("journey.resume", journey_id=journey.id), 303)
    if not form.validate_on_submit():
        return _page(form, journey), 422
    identity = Identity(form.number.data or "", form.siret.data or "", form.code.data or "")
    outcome = identification.identify(identity, _visitor(form, journey))
    if isinstance(outcome, Draft):
        return redirect(url_for("accounts.contact", draft_id=outcome.id), 303)
    form.form_errors.append(str(REFUSALS[outcome]))
    return _page(form, journey), 422


def _visitor(form: IdentityForm, journey: Journey | None) -> Visitor:
    locale = journey.locale if journey else i18n.spoken()
    return Visitor(this_browser(), journey, locale, form.ticket.data or "")


def _page(form: IdentityForm, journey: Journey | None) -> str:
    if journey is None:
        funds.wear_the_only_one()
    form.ticket.data = waiting.ticket(this_browser())
    return render_template("accounts/opening/opening.html", form=form, journey=journey)
