"""« Ajouter une entreprise »: its two letters, and a last look before it is attached."""

from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField

from idp.accounts import attaching
from idp.accounts.attaching import AttachingExpired, Proven
from idp.accounts.models import Account
from idp.accounts.opening import waiting
from idp.accounts.opening.identification import Identity, Visitor
from idp.accounts.views.opening import REFUSALS, IdentityForm
from idp.alive import LiveSession
from idp.db import db, unit_of_work
from idp.journey.browser import this_browser
from idp.sessions import current
from idp.sessions.views import arriving
from idp.web import i18n


class ConfirmForm(FlaskForm):
    """The box of who was not named in the letter."""

    is_mine = BooleanField(_l("Ce courrier m’est bien destiné : je suis responsable de cette entreprise."))


def show() -> ResponseReturnValue:
    """The empty form, the same as an opening's first step."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("selfcare.attach")
    _dress(session)
    again = arriving.prove_again(session, "selfcare.attach")
    return again or _page(IdentityForm(formdata=None))


def submit() -> ResponseReturnValue:
    """On to the last look, or the form again; the same answer whatever is wrong."""
    session, form = current.session(), IdentityForm()
    if session is None:
        return arriving.sign_in_first("selfcare.attach")
    _dress(session)
    again = arriving.prove_again(session, "selfcare.attach")
    if again is not None:
        return again
    if not form.validate_on_submit():
        return _page(form), 422
    identity = Identity(form.number.data or "", form.siret.data or "", form.code.data or "")
    visitor = Visitor(this_browser(), None, i18n.spoken(), form.ticket.data or "")
    unit_of_work().undo()  # only read so far: no transaction is open while codes are hashed (PWD-6)
    outcome = attaching.prove(identity, visitor, session.account_id)
    if isinstance(outcome, UUID):
        return redirect(url_for("selfcare.attach_confirm", proven_id=outcome), 303)
    form.form_errors.append(str(REFUSALS[outcome]))
    return _page(form), 422


def confirm(proven_id: UUID) -> ResponseReturnValue:
    """Which company it is, and in whose name its letter was."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("selfcare.attach")
    return _confirming(ConfirmForm(formdata=None), _proven(session, proven_id), session)


def confirm_submit(proven_id: UUID) -> ResponseReturnValue:
    """Attach it; back to one's companies."""
    session, form = current.session(), ConfirmForm()
    if session is None:
        return arriving.sign_in_first("selfcare.attach")
    proven = _proven(session, proven_id)
    again = arriving.prove_again(session, "selfcare.attach_confirm", proven_id=proven_id)
    if again is not None:
        return again
    if attaching.is_in_another_name(_account(session), proven.organization) and not form.is_mine.data:
        form.validate_on_submit()
        form.is_mine.errors = [str(_l("Cochez la case si ce courrier vous est bien destiné."))]
        return _confirming(form, proven, session), 422
    if not (form.validate_on_submit() and attaching.attach(proven)):
        raise AttachingExpired("the code was spent meanwhile")
    current.touch()
    return redirect(url_for("selfcare.organizations"), 303)


def _proven(session: LiveSession, proven_id: UUID) -> Proven:
    proven = attaching.proven(proven_id, session.account_id)
    arriving.dress(session, proven.organization.fund_id)
    return proven


def _account(session: LiveSession) -> Account:
    found = db.session.get(Account, session.account_id)
    assert found is not None, "who is signed in has an account"
    return found


def _dress(session: LiveSession) -> None:
    arriving.dress(session, _account(session).fund_id)


def _page(form: IdentityForm) -> str:
    form.ticket.data = waiting.ticket(this_browser())
    return render_template("selfcare/attaching/attaching.html", form=form)


def _confirming(form: ConfirmForm, proven: Proven, session: LiveSession) -> str:
    return render_template(
        "selfcare/attaching/confirm.html",
        form=form,
        proven=proven,
        session=session,
        other_name=attaching.is_in_another_name(_account(session), proven.organization),
    )
