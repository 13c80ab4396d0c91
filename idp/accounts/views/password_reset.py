"""« Mot de passe oublié ? »: an address, a mail, a new password."""

from uuid import UUID

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from idp import extensions
from idp.accounts import logins, password_reset
from idp.accounts.models import Reachable
from idp.accounts.password_reset import PURPOSE
from idp.accounts.views.choosing import again_field, judge, new_password_field
from idp.errors import JourneyExpired
from idp.journey.browser import journey_of_this_browser
from idp.journey.models import Journey
from idp.registry.models import Fund
from idp.registry.views import funds
from idp.web import landing


class AskForm(FlaskForm):
    """The address that one signs in with."""

    email = StringField(
        _l("Adresse mail"),
        [InputRequired(_l("Saisissez votre adresse mail.")), Length(max=320, message=_l("Adresse trop longue."))],
    )


class NewPasswordForm(FlaskForm):
    """The new password, twice."""

    password = new_password_field()
    password_again = again_field()


def ask() -> ResponseReturnValue:
    """The empty form, or the address that the portal suggested for signing in."""
    journey = _begin()
    return _asking(AskForm(email=journey.question.get("login_hint") if journey else None))


def ask_submit() -> ResponseReturnValue:
    """The same page whatever there is at that address; what is no address at all is said."""
    journey, form = _begin(), AskForm()
    if not form.validate_on_submit():
        return _asking(form), 422
    canonical = logins.canonical(form.email.data or "")
    if canonical is None:
        form.email.errors = [
            str(_l("Cette adresse mail est incomplète ou mal écrite. Vérifiez-la : par exemple nom@exemple.fr."))
        ]
        return _asking(form), 422
    password_reset.ask(canonical, journey.id if journey else None)
    return render_template(
        "accounts/password_reset/sent.html", address=canonical, ask_url=_url("accounts.password_reset")
    )


def link(secret: str) -> ResponseReturnValue:
    """The link of the mail, opened by anyone and anything."""
    return landing.land(PURPOSE, secret, _url("accounts.new_password"))


def new_password() -> ResponseReturnValue:
    """The form of who holds a link, the end of who has used it, or how to have another."""
    journey, secret = _journey(), landing.secret_of(PURPOSE)
    account = password_reset.holder(secret) if secret else None
    if account:
        return _choosing(NewPasswordForm(), account)
    if secret and (chosen := password_reset.done(secret)):
        _dress(chosen)
        return render_template("accounts/password_reset/done.html", sign_in_url=_sign_in_url(journey, chosen))
    return render_template("accounts/password_reset/dead.html", ask_url=_url("accounts.password_reset")), 410


def new_password_submit() -> ResponseReturnValue:
    """On to the end, or the form again with its errors."""
    _journey()
    secret = landing.secret_of(PURPOSE)
    account = password_reset.holder(secret) if secret else None
    if secret and account:
        form = NewPasswordForm()
        if not (form.validate_on_submit() and judge(form, password_reset.known_by(account))):
            return _choosing(form, account), 422
        password_reset.choose(secret, account, form.password.data or "")
    return redirect(_url("accounts.new_password"), 303)  # which says what became of the link


def _begin() -> Journey | None:
    journey = _journey()
    if journey is None:
        funds.wear_the_only_one()
    return journey


def _journey() -> Journey | None:
    """The journey to go on with afterwards, where this browser is on one still: none is needed."""
    meant = request.args.get("journey_id", type=UUID)
    try:
        return journey_of_this_browser(meant) if meant else None
    except JourneyExpired:
        return None


def _url(endpoint: str) -> str:
    return url_for(endpoint, journey_id=request.args.get("journey_id", type=UUID))


def _sign_in_url(journey: Journey | None, account: Reachable) -> str | None:
    if journey:
        return url_for("journey.resume", journey_id=journey.id)
    fund = Fund.by_id(account.fund_id) if account.fund_id else None
    return extensions.house.way_back(fund.home_client_id if fund else None)


def _asking(form: AskForm) -> str:
    return render_template("accounts/password_reset/ask.html", form=form)


def _choosing(form: NewPasswordForm, account: Reachable) -> str:
    _dress(account)
    return render_template("accounts/password_reset/new_password.html", form=form, account=account)


def _dress(account: Reachable) -> None:
    if account.fund_id and not g.get("fund_id"):
        g.fund_id = str(account.fund_id)
