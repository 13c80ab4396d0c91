"""The link of an invitation: join with the account one has, or open one (TRS-5)."""

from collections.abc import Mapping
from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import InputRequired, Length

from idp.accounts import email_certification
from idp.accounts.colleagues import joining
from idp.accounts.colleagues.inviting import PURPOSE
from idp.accounts.colleagues.joining import Newcomer, Refusal
from idp.accounts.colleagues.models import Invited
from idp.accounts.opening.contact import hashed
from idp.accounts.views import menus
from idp.accounts.views.choosing import again_field, judge, new_password_field
from idp.db import own_transaction
from idp.registry.models import Fund, FundText
from idp.sessions import current
from idp.sessions.views import arriving
from idp.web import i18n, landing

REFUSALS: Mapping[Refusal, Any] = {
    Refusal.WRONG_CODE: _l("Ce code n’est pas le bon, ou il n’est plus valable. Vérifiez-le, ou demandez-en un autre."),
    Refusal.ADDRESS_TAKEN: _l("Cette adresse a déjà un compte : connectez-vous pour accepter l’invitation."),
}


def _name(label: Any, missing: Any) -> Any:
    return StringField(label, [InputRequired(missing), Length(max=100, message=_l("100 caractères au plus."))])


class AccountForm(FlaskForm):
    """Who the person is, and the code that was sent to the invited mailbox."""

    code = StringField(
        _l("Code reçu par mail"),
        [InputRequired(_l("Saisissez le code reçu par mail.")), Length(max=20, message=_l("Un code a 6 chiffres."))],
    )
    given_names = _name(_l("Prénom"), _l("Saisissez votre prénom."))
    family_name = _name(_l("Nom"), _l("Saisissez votre nom."))
    password = new_password_field()
    password_again = again_field()
    terms = BooleanField(_l("J’ai lu et j’accepte les conditions d’utilisation."))
    terms_id = HiddenField()


def link(secret: str) -> ResponseReturnValue:
    """Off to the page without the secret; nothing is used, by whomever it is opened."""
    return landing.land(PURPOSE, secret, url_for("selfcare.invitation"))


def show() -> ResponseReturnValue:
    """Who invites, where and to do what; and how to accept, signed in or not."""
    invited = _invited()
    if invited is None:
        return _dead()
    session = current.session()
    _dress(invited)
    if session is not None:
        arriving.dress(session, invited.fund_id)
    is_meant = session is not None and joining.is_meant(invited, session.account_id)
    return render_template(
        "selfcare/joining/joining.html",
        form=FlaskForm(),
        invited=invited,
        session=session,
        is_meant=is_meant,
        in_words=menus.in_words,
    )


def submit() -> ResponseReturnValue:
    """Join, for who is signed in; off to signing in, or to opening an account with a code that is sent now."""
    secret, invited = landing.secret_of(PURPOSE), _invited()
    if secret is None or invited is None:
        return _dead()
    session, choice = current.session(), request.form.get("choice")
    if session is None and choice == "open":
        joining.send_code(invited, i18n.spoken())
        return redirect(url_for("selfcare.invitation_account"), 303)
    if session is None and choice == "sign-in":
        return arriving.sign_in_first("selfcare.invitation", Fund.by_id(invited.fund_id))
    if session is None:
        return redirect(url_for("selfcare.invitation"), 303)
    if choice == "change":
        email_certification.change(session)
        return redirect(url_for("selfcare.invitation"), 303)
    outcome = joining.join(secret, session.account_id)
    if outcome is Refusal.DEAD:
        return _dead()
    if isinstance(outcome, Refusal):
        return redirect(url_for("selfcare.invitation"), 303)
    landing.forget(PURPOSE)
    current.touch()
    return redirect(url_for("selfcare.organizations"), 303)


def account() -> ResponseReturnValue:
    """The form of who opens an account; the code is in the mailbox."""
    invited = _invited()
    if invited is None:
        return _dead()
    return _opening(AccountForm(formdata=None), invited, _terms(invited))


def account_submit() -> ResponseReturnValue:
    """The account, signed in and in the company; or the form again."""
    secret, invited, form = landing.secret_of(PURPOSE), _invited(), AccountForm()
    if secret is None or invited is None:
        return _dead()
    terms = _terms(invited)
    if request.form.get("choice") == "again":
        joining.send_code(invited, i18n.spoken())
        return redirect(url_for("selfcare.invitation_account"), 303)
    if not _is_good(form, invited, terms):
        return _opening(form, invited, terms), 422
    newcomer = Newcomer(
        " ".join((form.given_names.data or "").split()),
        " ".join((form.family_name.data or "").split()),
        hashed(form.password.data or ""),
        i18n.spoken(),
        terms.id if terms else None,
    )
    outcome = joining.open_account(secret, invited, newcomer, form.code.data or "")
    if outcome is Refusal.DEAD:
        return _dead()
    if isinstance(outcome, Refusal):
        form.code.errors = [str(REFUSALS[outcome])]
        return _opening(form, invited, terms), 422
    landing.forget(PURPOSE)
    return redirect(url_for("selfcare.organizations"), 303)


def _is_good(form: AccountForm, invited: Invited, terms: FundText | None) -> bool:
    is_shaped = form.validate_on_submit()
    names = (form.given_names.data or "", form.family_name.data or "", invited.company)
    is_chosen = judge(form, (*names, invited.siret[:9], invited.canonical.partition("@")[0]))
    if terms and not (form.terms.data and form.terms_id.data == str(terms.id)):
        form.terms.errors = [str(_l("Lisez les conditions d’utilisation, puis cochez la case."))]
        form.terms.data = False
    return is_shaped and is_chosen and not form.terms.errors


def _invited() -> Invited | None:
    """The invitation of the link, read before anything else opens a transaction."""
    secret = landing.secret_of(PURPOSE)
    return joining.behind(secret) if secret else None


def _terms(invited: Invited) -> FundText | None:
    with own_transaction(writes=False) as own:
        return FundText.in_force(invited.fund_id, "terms", own)


def _dress(invited: Invited) -> None:
    g.fund_id = str(invited.fund_id)


def _opening(form: AccountForm, invited: Invited, terms: FundText | None) -> str:
    _dress(invited)
    form.terms_id.data = str(terms.id) if terms else ""
    return render_template("selfcare/joining/account.html", form=form, invited=invited, terms=terms)


def _dead() -> ResponseReturnValue:
    return render_template("selfcare/joining/dead.html"), 410
