"""Where an authorization starts: the question is checked and written down, and the journey begins."""

import json
from datetime import timedelta
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749.errors import OAuth2Error
from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from idp.errors import JourneyExpired, UntrustedRequest
from idp.extensions import store
from idp.journey.browser import dress, this_browser
from idp.journey.models import Journey
from idp.journey.views import hub
from idp.oidc.authorization import policy
from idp.oidc.authorization.request import LONGEST_QUESTION, Asker, Parameters, asker_of, pairs_of, question_of
from idp.oidc.authorization.views import answer
from idp.proofs import rates
from keys import opaque

POSTED_FOR = timedelta(minutes=1)


def authorize() -> ResponseReturnValue:
    """`GET /authorize` (OpenID Connect Core 3.1.2.1): to the first step that is due, or straight to the answer."""
    parameters = Parameters.of(_pairs())
    asker = asker_of(parameters)
    try:
        question = question_of(asker, parameters)
    except OAuth2Error as error:
        return answer.fail(asker, error.error, error.description)
    journey = _journey(asker, question, policy.locale_of(parameters.get("ui_locales")))
    dress(journey)
    return hub.advance(journey)


def post() -> ResponseReturnValue:
    """`POST /authorize`: no cookie is read (a Lax one would be absent), the form is stored, and a GET asks it again."""
    ticket = opaque.make()
    kept = json.dumps(list(request.form.items(multi=True))).encode()
    if len(kept) > LONGEST_QUESTION:
        raise UntrustedRequest("the posted request is too long")
    rates.admit()
    store.put(f"posted:{ticket}", kept, POSTED_FOR)
    return redirect(url_for("oidc.authorize", posted=ticket), 303)


def _pairs() -> list[tuple[str, str]]:
    ticket = request.args.get("posted")
    if ticket is None:
        return pairs_of(request.query_string)
    kept = store.get(f"posted:{ticket}")
    if kept is None:
        raise JourneyExpired("the posted request was asked too long ago")
    return [(str(name), str(value)) for name, value in json.loads(kept)]


def _journey(asker: Asker, question: dict[str, object], locale: str | None) -> Journey:
    target = urlsplit(asker.redirect_uri)
    return Journey(
        goal="authorize",
        question=question,
        browser=this_browser(),
        client_id=asker.client.client_id,
        client_name=asker.client.name,
        fund_id=str(asker.client.fund_id) if asker.client.fund_id else None,
        locale=locale,
        return_origin=f"{target.scheme}://{target.netloc}",
    )
