"""`/end_session`: signed out on the word of a portal that proves whom it means, or after asking."""

import json
from datetime import timedelta
from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from idp.alive import LiveSession
from idp.errors import JourneyExpired, UntrustedRequest
from idp.extensions import house, store
from idp.oidc.authorization.request import Parameters, pairs_of
from idp.oidc.logout import asking
from idp.oidc.logout.asking import LogoutRequest
from idp.sessions import current, lifecycle
from keys import opaque

POSTED_FOR = timedelta(minutes=1)
LONGEST = 7000


def show() -> ResponseReturnValue:
    """`GET /end_session` (RP-Initiated Logout 2): done at once where the hint names who is signed in, else asked."""
    asked, session = asking.read(_parameters()), current.session()
    if session is None:
        current.forget()
        return _leave(asked)
    if asked.account_id != session.account_id:
        return _ask(session)
    _end(session)
    return _leave(asked)


def post() -> ResponseReturnValue:
    """`POST /end_session`, perhaps from another site: no cookie is read, the form is stored, a GET asks it again."""
    ticket, kept = opaque.make(), json.dumps(list(request.form.items(multi=True))).encode()
    if len(kept) > LONGEST:
        raise UntrustedRequest("the posted request is too long")
    store.put(f"posted_logout:{ticket}", kept, POSTED_FOR)
    return redirect(url_for("oidc.end_session", posted=ticket), 303)


def confirm() -> ResponseReturnValue:
    """The person's own answer to « Voulez-vous vous déconnecter ? »."""
    session = current.session()
    if session is not None and request.form.get("choice") != "yes":
        return redirect(house.way_back(None) or url_for("oidc.end_session"), 303)
    if session is not None:
        _end(session)
    current.forget()
    return _leave(LogoutRequest())


def _end(session: LiveSession) -> None:
    lifecycle.end(session.id)
    current.forget()


def _leave(asked: LogoutRequest) -> ResponseReturnValue:
    if asked.return_uri is not None:
        mark = "&" if "?" in asked.return_uri else "?"
        query = f"{mark}{urlencode({'state': asked.state})}" if asked.state else ""
        return redirect(asked.return_uri + query, 303)
    url = house.way_back(asked.client.client_id) if asked.client else None
    return render_template("oidc/signed_out.html", return_url=url)


def _ask(session: LiveSession) -> ResponseReturnValue:
    name = f"{session.given_names} {session.family_name}"
    page = render_template("oidc/logout_confirm.html", form=FlaskForm(), account_name=name, account_email=session.email)
    return page, 200


def _parameters() -> dict[str, str]:
    ticket = request.args.get("posted")
    read = Parameters.of(_stored(ticket) if ticket else pairs_of(request.query_string))
    if read.repeated:
        raise UntrustedRequest("a parameter is there twice")
    return read.values


def _stored(ticket: str) -> list[tuple[str, str]]:
    kept = store.get(f"posted_logout:{ticket}")
    if kept is None:
        raise JourneyExpired("the posted request was asked too long ago")
    return [(str(name), str(value)) for name, value in json.loads(kept)]
