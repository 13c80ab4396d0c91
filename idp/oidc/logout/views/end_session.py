"""`/end_session`: signed out at once on the word of a portal that proves whom it means, else after asking."""

import json
from datetime import timedelta
from urllib.parse import urlencode

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from idp.errors import JourneyExpired, UntrustedRequest
from idp.extensions import store
from idp.oidc.authorization.request import Parameters, pairs_of
from idp.oidc.logout import asking
from idp.oidc.logout.asking import LogoutRequest
from idp.oidc.logout.views import confirming
from idp.proofs import rates
from idp.sessions import current
from keys import opaque

POSTED_FOR = timedelta(minutes=1)
LONGEST = 7000


def show() -> ResponseReturnValue:
    """`GET /end_session` (RP-Initiated Logout 2). Asked again, it leads to the same place."""
    asked, session = asking.read(_parameters()), current.session()
    if session is not None and not asked.names(session):
        client_id = asked.client.client_id if asked.client else None
        return redirect(url_for("oidc.end_session_confirm", client_id=client_id), 303)
    return _leave(asked, confirming.end(session))


def post() -> ResponseReturnValue:
    """`POST /end_session`, perhaps from another site: no cookie is read, the form is stored, a GET asks it again."""
    ticket, kept = opaque.make(), json.dumps(list(request.form.items(multi=True))).encode()
    if len(kept) > LONGEST:
        raise UntrustedRequest("the posted request is too long")
    rates.admit()
    store.put(f"posted_logout:{ticket}", kept, POSTED_FOR)
    return redirect(url_for("oidc.end_session", posted=ticket), 303)


def _leave(asked: LogoutRequest, frames: list[str]) -> ResponseReturnValue:
    if asked.return_uri is None:
        return confirming.signed_out(asked.client, frames)
    mark = "&" if "?" in asked.return_uri else "?"
    query = f"{mark}{urlencode({'state': asked.state})}" if asked.state else ""
    if frames:  # they are shown by a page of ours, which then goes on
        return confirming.signed_out(asked.client, frames, asked.return_uri + query)
    return redirect(asked.return_uri + query, 303)


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
