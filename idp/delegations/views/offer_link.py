"""The link of an offer to a firm that is not in the register: whoever reads that mailbox accepts (DLG-4)."""

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from idp.accounts import email_certification
from idp.accounts.views import menus, newcomer
from idp.accounts.views.newcomer import Door
from idp.delegations.granting import answering, newcomers
from idp.delegations.granting.answering import Offer, Refusal
from idp.delegations.granting.offering import PURPOSE
from idp.registry.models import Fund
from idp.sessions import current
from idp.sessions.views import arriving
from idp.web import landing


def link(secret: str) -> ResponseReturnValue:
    """Off to the page without the secret; nothing is used, by whomever it is opened."""
    return landing.land(PURPOSE, secret, url_for("delegations.offered"))


def show() -> ResponseReturnValue:
    """Who offers what, and how to accept, signed in or not."""
    offer = offer_here()
    if offer is None:
        return dead()
    session = current.session()
    if session is not None:
        arriving.dress(session, offer.fund_id)
    g.fund_id = str(offer.fund_id)
    return render_template(
        "delegations/offer_link/offer.html",
        form=FlaskForm(),
        offer=offer,
        session=session,
        is_meant=session is not None and answering.is_meant(offer, session.account_id),
        in_words=menus.in_words,
    )


def submit() -> ResponseReturnValue:
    """Accept, for who is signed in with that address; off to signing in, or to opening an account."""
    secret, offer = landing.secret_of(PURPOSE), offer_here()
    if secret is None or offer is None:
        return dead()
    session, choice = current.session(), request.form.get("choice")
    if session is None and choice == "open":
        return newcomer.send_code(DOOR, offer)
    if session is None:
        return arriving.sign_in_first("delegations.offered", Fund.by_id(offer.fund_id))
    if choice == "change":
        email_certification.change(session)
        return redirect(url_for("delegations.offered"), 303)
    refusal = answering.accept_by_link(secret, offer, session.account_id)
    if refusal is Refusal.DEAD:
        return dead()
    if refusal is not None:
        return redirect(url_for("delegations.offered"), 303)
    landing.forget(PURPOSE)
    current.touch()
    return redirect(url_for("delegations.clients"), 303)


def account() -> ResponseReturnValue:
    """The form of who opens an account; the code is in the mailbox."""
    return newcomer.show(DOOR)


def account_submit() -> ResponseReturnValue:
    """The account, signed in and with its one client; or the form again."""
    return newcomer.submit(DOOR)


def offer_here() -> Offer | None:
    """The offer of the link, read before anything else opens a transaction."""
    secret = landing.secret_of(PURPOSE)
    return answering.behind(secret) if secret else None


def dead() -> ResponseReturnValue:
    """The page of a link that is of no use any more."""
    return render_template("delegations/offer_link/dead.html"), 410


DOOR = Door(
    newcomers.WAY,
    PURPOSE,
    _l("Votre compte pour ce client"),
    here="delegations.newcomer",
    beyond="delegations.clients",
    find=offer_here,
    dead=dead,
    siren=lambda offer: offer.firm_siret[:9],
    opens=newcomers.open_account,
)
