"""One person of a company: what they may do, and the button that ends it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField

from idp.accounts.colleagues import belonging
from idp.accounts.colleagues.belonging import Refusal
from idp.accounts.colleagues.holding import Held, held_by
from idp.accounts.colleagues.models import Colleague
from idp.accounts.views import menus
from idp.accounts.views.menus import RightsForm
from idp.alive import LiveSession
from idp.selfcare import typed
from idp.sessions import current
from idp.sessions.views import arriving

REFUSALS: Mapping[Refusal, Any] = {
    Refusal.LAST_HOLDER: _l("C’est le seul titulaire : désignez d’abord un autre titulaire."),
    Refusal.NO_RIGHTS: _l("Choisissez au moins une rubrique, ou retirez l’accès à cette personne."),
}


class ColleagueForm(RightsForm):
    """All rights as a holder, or some."""

    holder = BooleanField(_l("Titulaire : tous les droits, et gère les accès des autres"))


def show(organization_id: UUID, membership_id: UUID) -> ResponseReturnValue:
    """What the person may do, to be changed; what was chosen before the password was asked for again is there."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("selfcare.people", organization_id=organization_id)
    held, colleague = _where(session, organization_id, membership_id)
    again = _again(session, colleague, organization_id)
    if again is not None:
        return again
    now = {"holder": colleague.holder, **({} if colleague.holder else menus.filled(colleague.rights))}
    chosen = typed.kept(session, _place(colleague))
    return _page(ColleagueForm(formdata=None, data={**now, **_read(chosen)}), held, colleague)


def submit(organization_id: UUID, membership_id: UUID) -> ResponseReturnValue:
    """Back to the people with what was chosen; or the form again."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("selfcare.people", organization_id=organization_id)
    held, colleague = _where(session, organization_id, membership_id)
    form = ColleagueForm()
    if not form.validate_on_submit():
        return _page(form, held, colleague), 422
    again = _again(session, colleague, organization_id)
    if again is not None:
        chosen = {menu: form[menu].data or "" for menu in menus.MENUS}
        typed.keep(session, _place(colleague), chosen | {"holder": "yes" if form.holder.data else ""})
        return again
    refusal = belonging.change(held, membership_id, holder=form.holder.data, rights=menus.chosen(form))
    if refusal is not None:
        form.form_errors.append(str(REFUSALS[refusal]))
        return _page(form, held, colleague), 422
    typed.forget(session, _place(colleague))
    current.touch()
    return redirect(url_for("selfcare.people", organization_id=organization_id), 303)


def end(organization_id: UUID, membership_id: UUID) -> ResponseReturnValue:
    """What it means that a person has no access any more, before it is done."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("selfcare.people", organization_id=organization_id)
    held, colleague = _where(session, organization_id, membership_id)
    again = arriving.prove_again(
        session, "selfcare.end_access", organization_id=organization_id, membership_id=membership_id
    )
    return again or _ending(FlaskForm(), held, colleague)


def end_submit(organization_id: UUID, membership_id: UUID) -> ResponseReturnValue:
    """End it; back to the people who are left."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("selfcare.people", organization_id=organization_id)
    held, colleague = _where(session, organization_id, membership_id)
    again = arriving.prove_again(
        session, "selfcare.end_access", organization_id=organization_id, membership_id=membership_id
    )
    if again is not None:
        return again
    form, refusal = FlaskForm(), belonging.end(held, membership_id)
    if refusal is not None:
        form.form_errors.append(str(REFUSALS[refusal]))
        return _ending(form, held, colleague), 422
    current.touch()
    if colleague.account_id == session.account_id:
        return redirect(url_for("selfcare.organizations"), 303)
    return redirect(url_for("selfcare.people", organization_id=organization_id), 303)


def _where(session: LiveSession, organization_id: UUID, membership_id: UUID) -> tuple[Held, Colleague]:
    held = held_by(session.account_id, organization_id)
    colleague = belonging.colleague(held, membership_id)
    arriving.dress(session, held.organization.fund_id)
    return held, colleague


def _again(session: LiveSession, colleague: Colleague, organization_id: UUID) -> ResponseReturnValue | None:
    ids = {"organization_id": organization_id, "membership_id": colleague.membership_id}
    return arriving.prove_again(session, "selfcare.colleague", **ids)


def _place(colleague: Colleague) -> str:
    return f"colleague:{colleague.membership_id}"


def _read(chosen: dict[str, str]) -> dict[str, Any]:
    return {**chosen, "holder": bool(chosen["holder"])} if chosen else {}


def _page(form: ColleagueForm, held: Held, colleague: Colleague) -> str:
    return render_template(
        "selfcare/colleague/colleague.html", form=form, held=held, colleague=colleague, menus=menus.MENUS
    )


def _ending(form: FlaskForm, held: Held, colleague: Colleague) -> str:
    return render_template(
        "selfcare/colleague/end.html", form=form, held=held, colleague=colleague, in_words=menus.in_words
    )
