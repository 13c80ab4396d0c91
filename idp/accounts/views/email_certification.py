"""« Oui, cette adresse est bien la mienne »: the page behind the mail, where one button certifies."""

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from idp.accounts import email_certification
from idp.accounts.email_certification import PURPOSE, Certified
from idp.extensions import house
from idp.web import landing


def link(secret: str) -> ResponseReturnValue:
    """The address in the mail: to the page without its secret."""
    return landing.land(PURPOSE, secret, url_for("accounts.email_certification"))


def show() -> ResponseReturnValue:
    """The button. Nothing is looked up: what the link is worth, only a click can tell."""
    is_here = landing.secret_of(PURPOSE) is not None
    return render_template(
        "accounts/email_certification/email_certification.html", form=FlaskForm(), reopen=not is_here
    )


def submit() -> ResponseReturnValue:
    """What came of it. The secret stays a moment: who reloads the page reads « déjà fait »."""
    secret = landing.secret_of(PURPOSE)
    if secret is None:
        return show()
    certified = email_certification.certify(secret)
    if certified is None:
        return render_template("accounts/email_certification/link_dead.html"), 410
    return _done(certified)


def _done(certified: Certified) -> str:
    g.fund_id = certified.fund_id and str(certified.fund_id)
    portal_url = house.way_back(certified.home_client_id)
    return render_template("accounts/email_certification/certified.html", certified=certified, portal_url=portal_url)
