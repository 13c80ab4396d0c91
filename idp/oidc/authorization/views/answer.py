"""One responder for every answer to an authorization request, success or error, with `iss` always (RFC 9207)."""

from urllib.parse import urlencode

from flask import redirect
from flask.typing import ResponseReturnValue

from idp.errors import JourneyExpired, UntrustedRequest
from idp.journey.models import Journey
from idp.journey.steps import Answer
from idp.oidc.authorization import answering
from idp.oidc.models import registered
from idp.sessions import current
from idp.settings import settings


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
    return _redirect(
        journey.question["redirect_uri"], journey.question["state"], code=answering.grant(journey, session)
    )


def refuse(journey: Journey, error: str) -> ResponseReturnValue:
    """The error of a step that nothing may show, or the person's own refusal."""
    _finish(journey)
    return fail(journey.question["redirect_uri"], journey.question["state"], error)


def fail(
    redirect_uri: str, state: str | None, error: str | None, description: str | None = None
) -> ResponseReturnValue:
    """An error, sent where the client registered it wants its answers (RFC 6749 4.1.2.1)."""
    return _redirect(redirect_uri, state, error=error, error_description=description)


ANSWER = Answer(send, refuse)


def _finish(journey: Journey) -> None:
    if not journey.finish():
        raise JourneyExpired("this journey was answered already", journey.client_id)


def _redirect(redirect_uri: str, state: str | None, **members: str | None) -> ResponseReturnValue:
    answer = {**members, "state": state, "iss": settings.issuer}
    query = urlencode({name: value for name, value in answer.items() if value})
    return redirect(f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{query}", 303)
