"""« Donner accès à un cabinet »: which one, to do what and until when, and all of it once more before it is sent."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, Form, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from idp.accounts import logins
from idp.accounts.colleagues.holding import Held
from idp.accounts.views import identifying, menus
from idp.accounts.views.menus import RightsForm
from idp.delegations.granting import offering, terms
from idp.delegations.granting.offering import Named, Refusal
from idp.delegations.models import Delegation
from idp.delegations.views import given, words
from idp.registry import siret as sirets
from idp.sessions import current
from idp.sessions.views import arriving

DAYS = ["%Y-%m-%d", "%d/%m/%Y"]
"""As browsers send a day, and as people type it where a browser has no calendar."""


def day_field(label: Any) -> Any:
    """A day, from the browser's calendar or typed."""
    return DateField(label, [InputRequired(_l("Choisissez un jour, par exemple 31/12/2027."))], format=DAYS)


def checked_siret(form: Form, field: StringField) -> None:
    """Fourteen digits, however they were typed; what is wrong is said in the words of an opening."""
    try:
        field.data = sirets.parse(field.data or "")
    except sirets.NotASiret as error:
        raise ValidationError(str(identifying.WORDS[error.fault])) from error


ALLOWED = ("all_staff", "applications_allowed", "machine_allowed")


class FirmForm(FlaskForm):
    """Which firm."""

    siret = StringField(_l("SIRET du cabinet"), [InputRequired(_l("Saisissez le SIRET du cabinet.")), checked_siret])


class TermsForm(RightsForm):
    """What it may do, and until when; and who they are, where no register says so."""

    name = StringField(_l("Nom du cabinet"), [Length(max=200, message=_l("200 caractères au plus."))])
    email = StringField(_l("Adresse mail de votre comptable"), [Length(max=320, message=_l("Adresse trop longue."))])
    ends_on = day_field(_l("Dernier jour"))
    all_staff = BooleanField(_l("Toutes les personnes du cabinet peuvent s’en servir"))
    applications_allowed = BooleanField(_l("Le cabinet peut utiliser ses propres logiciels avec vos données"))
    machine_allowed = BooleanField(_l("Ses logiciels peuvent travailler seuls, même la nuit"))


def firm(organization_id: UUID) -> ResponseReturnValue:
    """The SIRET, which every invoice of the firm shows."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("delegations.offer", organization_id=organization_id)
    return _firm_page(FirmForm(formdata=None), given.where(session, organization_id))


def firm_submit(organization_id: UUID) -> ResponseReturnValue:
    """On to what it may do; or the form again."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("delegations.offer", organization_id=organization_id)
    held, form = given.where(session, organization_id), FirmForm()
    if not form.validate_on_submit():
        return _firm_page(form, held), 422
    begun = offering.begin(held, form.siret.data or "")
    if isinstance(begun, Refusal):
        form.siret.errors = [str(words.FAULTS[begun])]
        return _firm_page(form, held), 422
    current.touch()
    return _to("delegations.draft", begun)


def draft(organization_id: UUID, delegation_id: UUID) -> ResponseReturnValue:
    """What was written so far."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("delegations.list", organization_id=organization_id)
    held = given.where(session, organization_id)
    one = offering.draft(held, delegation_id)
    return _page(TermsForm(formdata=None, data=_said(one)), held, one)


def draft_submit(organization_id: UUID, delegation_id: UUID) -> ResponseReturnValue:
    """Keep it, and on to reading it once more; or the form again; or nothing any more."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("delegations.list", organization_id=organization_id)
    held, form = given.where(session, organization_id), TermsForm()
    one = offering.draft(held, delegation_id)
    if request.form.get("choice") == "give-up" and form.csrf_token.validate(form):
        offering.give_up(one)
        return redirect(url_for("delegations.list", organization_id=held.id), 303)
    if not form.validate_on_submit():
        return _page(form, held, one), 422
    fault = offering.fill(held, one, _terms(form), _named(form))
    if fault is not None:
        form.form_errors.append(str(words.FAULTS[fault]))
        return _page(form, held, one), 422
    current.touch()
    return _to("delegations.review", one)


def review(organization_id: UUID, delegation_id: UUID) -> ResponseReturnValue:
    """All that will be given, before it is (A11-5); the password was typed lately."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("delegations.list", organization_id=organization_id)
    held = given.where(session, organization_id)
    one = offering.draft(held, delegation_id)
    again = arriving.prove_again(
        session, "delegations.review", organization_id=organization_id, delegation_id=delegation_id
    )
    return again or _review_page(FlaskForm(), held, one)


def review_submit(organization_id: UUID, delegation_id: UUID) -> ResponseReturnValue:
    """Offer it."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("delegations.list", organization_id=organization_id)
    held, form = given.where(session, organization_id), FlaskForm()
    one = offering.draft(held, delegation_id)
    again = arriving.prove_again(
        session, "delegations.review", organization_id=organization_id, delegation_id=delegation_id
    )
    if again is not None:
        return again
    fault = offering.confirm(held, one, request.form.get("seen", ""))
    if fault is not None:
        form.form_errors.append(str(words.FAULTS[fault]))
        return _review_page(form, held, one), 422
    current.touch()
    return _to("delegations.one", one)


def _terms(form: TermsForm) -> terms.Terms:
    day = form.ends_on.data
    assert isinstance(day, date), "the form was valid"
    return terms.of(menus.chosen(form), day, **{name: bool(form[name].data) for name in ALLOWED})


def _named(form: TermsForm) -> Named:
    email = form.email.data or ""
    return Named(" ".join((form.name.data or "").split()), logins.shown(email) if logins.canonical(email) else "")


def _said(one: Delegation) -> dict[str, Any]:
    others = {name: getattr(one, name) for name in ("ends_on", *ALLOWED)}
    return {**menus.filled(one.rights), **others, "name": one.firm_name, "email": one.offered_to}


def _to(endpoint: str, one: Delegation) -> ResponseReturnValue:
    return redirect(url_for(endpoint, organization_id=one.organization_id, delegation_id=one.id), 303)


def _firm_page(form: FirmForm, held: Held) -> str:
    return render_template("delegations/offering/firm.html", form=form, held=held)


def _page(form: TermsForm, held: Held, one: Delegation) -> str:
    return render_template("delegations/offering/terms.html", form=form, held=held, delegation=one, menus=menus.MENUS)


def _review_page(form: FlaskForm, held: Held, one: Delegation) -> str:
    return render_template(
        "delegations/offering/review.html",
        form=form,
        held=held,
        delegation=one,
        in_words=menus.in_words,
        seen=offering.wording(one),
    )
