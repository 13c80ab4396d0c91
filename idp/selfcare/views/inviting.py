"""« Inviter un collègue »: an address, and what it may do."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Form, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from idp.accounts import logins
from idp.accounts.colleagues import inviting
from idp.accounts.colleagues.holding import Held, held_by
from idp.accounts.colleagues.inviting import Invitee, Refusal
from idp.accounts.views import menus
from idp.accounts.views.menus import RightsForm
from idp.alive import LiveSession
from idp.selfcare import typed
from idp.sessions import current
from idp.sessions.views import arriving

REFUSALS: Mapping[Refusal, Any] = {
    Refusal.HERE: _l("Cette personne a déjà accès à votre entreprise."),
    Refusal.ENOUGH: _l("Trop de mails sont partis vers cette adresse. Réessayez demain."),
    Refusal.FULL: _l("Trop d’invitations attendent une réponse. Annulez-en d’abord quelques-unes."),
    Refusal.NO_RIGHTS: _l("Choisissez au moins une rubrique à laquelle cette personne a accès."),
}


def _address(form: Form, field: StringField) -> None:
    if logins.canonical(field.data or "") is None:
        raise ValidationError(
            str(_l("Cette adresse mail est incomplète ou mal écrite. Vérifiez-la : par exemple nom@exemple.fr."))
        )


class InvitationForm(RightsForm):
    """To whom, and for what."""

    email = StringField(
        _l("Son adresse mail"),
        [
            InputRequired(_l("Saisissez l’adresse mail de la personne.")),
            Length(max=320, message=_l("Adresse trop longue.")),
            _address,
        ],
    )


def show(organization_id: UUID) -> ResponseReturnValue:
    """The form; what was typed before the password was asked for again is there."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("selfcare.invite", organization_id=organization_id)
    held = _held(session, organization_id)
    again = arriving.prove_again(session, "selfcare.invite", organization_id=organization_id)
    if again is not None:
        return again
    return _page(InvitationForm(formdata=None, data=typed.kept(session, _place(held))), held)


def submit(organization_id: UUID) -> ResponseReturnValue:
    """Back to the people, with the invitation among them; or the form again."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("selfcare.invite", organization_id=organization_id)
    held, form = _held(session, organization_id), InvitationForm()
    if not form.validate_on_submit():
        return _page(form, held), 422
    again = arriving.prove_again(session, "selfcare.invite", organization_id=organization_id)
    if again is not None:
        typed.keep(session, _place(held), {name: form[name].data or "" for name in ("email", *menus.MENUS)})
        return again
    email = form.email.data or ""
    invitee = Invitee(logins.shown(email), logins.canonical(email) or "", menus.chosen(form))
    refusal = inviting.invite(held, invitee)
    if refusal is not None:
        form.form_errors.append(str(REFUSALS[refusal]))
        return _page(form, held), 422
    typed.forget(session, _place(held))
    current.touch()
    return redirect(url_for("selfcare.people", organization_id=organization_id), 303)


def withdraw(organization_id: UUID, invitation_id: UUID) -> ResponseReturnValue:
    """What taking it back means."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("selfcare.people", organization_id=organization_id)
    held = _held(session, organization_id)
    invitation = inviting.find(held, invitation_id)
    return render_template(
        "selfcare/inviting/withdraw.html", form=FlaskForm(), held=held, invitation=invitation, in_words=menus.in_words
    )


def withdraw_submit(organization_id: UUID, invitation_id: UUID) -> ResponseReturnValue:
    """Take it back."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("selfcare.people", organization_id=organization_id)
    inviting.withdraw(_held(session, organization_id), invitation_id)
    current.touch()
    return redirect(url_for("selfcare.people", organization_id=organization_id), 303)


def _held(session: LiveSession, organization_id: UUID) -> Held:
    held = held_by(session.account_id, organization_id)
    arriving.dress(session, held.organization.fund_id)
    return held


def _place(held: Held) -> str:
    return f"invite:{held.id}"


def _page(form: InvitationForm, held: Held) -> str:
    return render_template("selfcare/inviting/inviting.html", form=form, held=held, menus=menus.MENUS)
