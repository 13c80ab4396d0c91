"""« Créez votre compte », for who was written to and has none: a code from that mailbox, names and a password."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import InputRequired, Length

from idp.accounts.opening import newcomers
from idp.accounts.opening.contact import hashed
from idp.accounts.opening.newcomers import Newcomer, Refusal, Way, Written
from idp.accounts.views.choosing import again_field, judge, new_password_field
from idp.db import own_transaction
from idp.registry.models import FundText
from idp.web import i18n, landing

REFUSALS: Mapping[Refusal, Any] = {
    Refusal.WRONG_CODE: _l("Ce code n’est pas le bon, ou il n’est plus valable. Vérifiez-le, ou demandez-en un autre."),
    Refusal.ADDRESS_TAKEN: _l("Cette adresse a déjà un compte : connectez-vous pour accepter."),
}


@dataclass(frozen=True)
class Door:
    """A way in as people meet it: its title, the endpoint of its page and of where who came in arrives.

    `link` is the purpose of the mail's link; `find` what it was written for, None once it is of no use, and `dead` the
    page that says so; `siren` what guesses at a password would try; `opens` opens the account.
    """

    way: Way
    link: str
    title: Any
    here: str
    beyond: str
    find: Callable[[], Any]
    dead: Callable[[], ResponseReturnValue]
    siren: Callable[[Any], str]
    opens: Callable[[str, Any, Newcomer, str], Refusal | None]


def _name(label: Any, missing: Any) -> Any:
    return StringField(label, [InputRequired(missing), Length(max=100, message=_l("100 caractères au plus."))])


class AccountForm(FlaskForm):
    """Who the person is, and the code that was sent to the mailbox."""

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


def send_code(door: Door, written: Written) -> ResponseReturnValue:
    """Off to the form, once a code has left for the mailbox."""
    newcomers.send_code(door.way, written, i18n.spoken())
    return redirect(url_for(door.here), 303)


def show(door: Door) -> ResponseReturnValue:
    """The form; the code is in the mailbox."""
    written = door.find()
    return door.dead() if written is None else _page(door, AccountForm(formdata=None), written, _terms(written))


def submit(door: Door) -> ResponseReturnValue:
    """The account, signed in and let in; or the form again."""
    secret, written, form = landing.secret_of(door.link), door.find(), AccountForm()
    if secret is None or written is None:
        return door.dead()
    terms = _terms(written)
    if request.form.get("choice") == "again":
        return send_code(door, written)
    if not _is_good(form, written, door.siren(written), terms):
        return _page(door, form, written, terms), 422
    refusal = door.opens(secret, written, _newcomer(form, terms), form.code.data or "")
    if refusal is Refusal.DEAD:
        return door.dead()
    if refusal is not None:
        form.code.errors = [str(REFUSALS[refusal])]
        return _page(door, form, written, terms), 422
    landing.forget(door.link)
    return redirect(url_for(door.beyond), 303)


def _newcomer(form: AccountForm, terms: FundText | None) -> Newcomer:
    given, family = (" ".join((field.data or "").split()) for field in (form.given_names, form.family_name))
    return Newcomer(given, family, hashed(form.password.data or ""), i18n.spoken(), terms.id if terms else None)


def _is_good(form: AccountForm, written: Written, siren: str, terms: FundText | None) -> bool:
    is_shaped = form.validate_on_submit()
    names = (form.given_names.data or "", form.family_name.data or "", written.company)
    is_chosen = judge(form, (*names, siren, written.canonical.partition("@")[0]))
    if terms and not (form.terms.data and form.terms_id.data == str(terms.id)):
        form.terms.errors = [str(_l("Lisez les conditions d’utilisation, puis cochez la case."))]
        form.terms.data = False
    return is_shaped and is_chosen and not form.terms.errors


def _terms(written: Written) -> FundText | None:
    with own_transaction(writes=False) as own:
        return FundText.in_force(written.fund_id, "terms", own)


def _page(door: Door, form: AccountForm, written: Written, terms: FundText | None) -> str:
    g.fund_id = str(written.fund_id)
    form.terms_id.data = str(terms.id) if terms else ""
    return render_template("accounts/newcomer/account.html", form=form, title=door.title, written=written, terms=terms)
