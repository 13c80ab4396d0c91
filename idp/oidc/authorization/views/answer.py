"""One responder for every answer to an authorization request, success or error, with `iss` always (RFC 9207)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import g, redirect, render_template
from flask.typing import ResponseReturnValue

from idp.errors import JourneyExpired, UntrustedRequest
from idp.journey.models import Journey
from idp.journey.steps import Answer
from idp.oidc.authorization import answering
from idp.oidc.authorization.request import Asker
from idp.oidc.models import registered
from idp.sessions import current
from idp.settings import settings
from idp.web import headers


def send(journey: Journey) -> ResponseReturnValue:
    """The code, when the person who is there may answer; the error otherwise."""
    session = current.session()
    assert session is not None, "no step was due, so someone is signed in"
    if registered.find(journey.client_id or "") is None:
        raise UntrustedRequest("the client was disabled meanwhile")
    refusal = answering.refusal_of(journey, session)
    if refusal:
        return refuse(journey, refusal)
    _finish(journey)
    current.touch()
    return _answer(journey.question, code=answering.grant(journey, session))


def refuse(journey: Journey, error: str) -> ResponseReturnValue:
    """The error of a step that nothing may show, or the person's own refusal."""
    _finish(journey)
    return _answer(journey.question, error=error)


def fail(asker: Asker, error: str | None, description: str | None = None) -> ResponseReturnValue:
    """An error, sent where the client registered it wants its answers (RFC 6749 4.1.2.1)."""
    g.fund_id = str(asker.client.fund_id) if asker.client.fund_id else None
    return _answer(vars(asker), error=error, error_description=description)


ANSWER = Answer(send, refuse)


def _finish(journey: Journey) -> None:
    if not journey.finish():
        raise JourneyExpired("this journey was answered already", journey.client_id)


def _answer(question: Mapping[str, Any], **members: str | None) -> ResponseReturnValue:
    answer = {**members, "state": question["state"], "iss": settings.issuer}
    said = {name: value for name, value in answer.items() if value}
    send = _post if question.get("response_mode") == "form_post" else _redirect
    return send(question["redirect_uri"], said)


def _redirect(redirect_uri: str, said: dict[str, str]) -> ResponseReturnValue:
    return redirect(f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{urlencode(said)}", 303)


def _post(redirect_uri: str, said: dict[str, str]) -> ResponseReturnValue:
    """A form that the browser posts to the client (OAuth 2.0 Form Post Response Mode 2)."""
    headers.allow_form_action(redirect_uri)
    return render_template("oidc/form_post.html", redirect_uri=redirect_uri, said=said)
