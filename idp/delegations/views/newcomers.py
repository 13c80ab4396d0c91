"""« Créez votre compte », for who was offered a delegation and has none: a code from the mailbox, and who they are."""

from collections.abc import Mapping
from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import InputRequired, Length

from idp.accounts.colleagues.joining import Newcomer
from idp.accounts.opening.contact import hashed
from idp.accounts.views.choosing import again_field, judge, new_password_field
from idp.db import own_transaction
from idp.delegations.granting import newcomers
from idp.delegations.granting.answering import Offer
from idp.delegations.granting.newcomers import Refusal
from idp.delegations.granting.offering import PURPOSE
from idp.delegations.views import offer_link
from idp.registry.models import FundText
from idp.web import i18n, landing

REFUSALS: Mapping[Refusal, Any] = {
    Refusal.WRONG_CODE: _l("Ce code n’est pas le bon, ou il n’est plus valable. Vérifiez-le, ou demandez-en un autre."),
    Refusal.ADDRESS_TAKEN: _l("Cette adresse a déjà un compte : connectez-vous pour accepter."),
}


def _name(label: Any, missing: Any) -> Any:
    return StringField(label, [InputRequired(missing), Length(max=100, message=_l("100 caractères au plus."))])


class AccountForm(FlaskForm):
    """Who the person is, and the code that was sent to the mailbox of the offer."""

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


def show() -> ResponseReturnValue:
    """The form; the code is in the mailbox."""
    offer = offer_link.offer_here()
    if offer is None:
        return offer_link.dead()
    return _page(AccountForm(formdata=None), offer, _terms(offer))


def submit() -> ResponseReturnValue:
    """The account, signed in and with its one client; or the form again."""
    secret, offer, form = landing.secret_of(PURPOSE), offer_link.offer_here(), AccountForm()
    if secret is None or offer is None:
        return offer_link.dead()
    terms = _terms(offer)
    if request.form.get("choice") == "again":
        newcomers.send_code(offer, i18n.spoken())
        return redirect(url_for("delegations.newcomer"), 303)
    if not _is_good(form, offer, terms):
        return _page(form, offer, terms), 422
    names = [" ".join((field.data or "").split()) for field in (form.given_names, form.family_name)]
    password_hash = hashed(form.password.data or "")
    newcomer = Newcomer(names[0], names[1], password_hash, i18n.spoken(), terms.id if terms else None)
    refusal = newcomers.open_account(secret, offer, newcomer, form.code.data or "")
    if refusal is Refusal.DEAD:
        return offer_link.dead()
    if refusal is not None:
        form.code.errors = [str(REFUSALS[refusal])]
        return _page(form, offer, terms), 422
    landing.forget(PURPOSE)
    return redirect(url_for("delegations.clients"), 303)


def _is_good(form: AccountForm, offer: Offer, terms: FundText | None) -> bool:
    is_shaped = form.validate_on_submit()
    names = (form.given_names.data or "", form.family_name.data or "", offer.company)
    is_chosen = judge(form, (*names, offer.firm_siret[:9], offer.canonical.partition("@")[0]))
    if terms and not (form.terms.data and form.terms_id.data == str(terms.id)):
        form.terms.errors = [str(_l("Lisez les conditions d’utilisation, puis cochez la case."))]
        form.terms.data = False
    return is_shaped and is_chosen and not form.terms.errors


def _terms(offer: Offer) -> FundText | None:
    with own_transaction(writes=False) as own:
        return FundText.in_force(offer.fund_id, "terms", own)


def _page(form: AccountForm, offer: Offer, terms: FundText | None) -> str:
    g.fund_id = str(offer.fund_id)
    form.terms_id.data = str(terms.id) if terms else ""
    return render_template("delegations/offer_link/account.html", form=form, offer=offer, terms=terms)
