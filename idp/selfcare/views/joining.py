"""The link of an invitation: join with the account one has, or open one (TRS-5)."""

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from idp.accounts import email_certification
from idp.accounts.colleagues import joining
from idp.accounts.colleagues.inviting import PURPOSE
from idp.accounts.colleagues.joining import Refusal
from idp.accounts.colleagues.models import Invited
from idp.accounts.views import menus, newcomer
from idp.accounts.views.newcomer import Door
from idp.registry.models import Fund
from idp.sessions import current
from idp.sessions.views import arriving
from idp.web import landing


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
        return newcomer.send_code(DOOR, invited)
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
    return newcomer.show(DOOR)


def account_submit() -> ResponseReturnValue:
    """The account, signed in and in the company; or the form again."""
    return newcomer.submit(DOOR)


def _invited() -> Invited | None:
    """The invitation of the link, read before anything else opens a transaction."""
    secret = landing.secret_of(PURPOSE)
    return joining.behind(secret) if secret else None


def _dress(invited: Invited) -> None:
    g.fund_id = str(invited.fund_id)


def _dead() -> ResponseReturnValue:
    return render_template("selfcare/joining/dead.html"), 410


DOOR = Door(
    joining.WAY,
    PURPOSE,
    _l("Créer votre compte"),
    here="selfcare.invitation_account",
    beyond="selfcare.organizations",
    find=_invited,
    dead=_dead,
    siren=lambda invited: invited.siret[:9],
    opens=joining.open_account,
)
