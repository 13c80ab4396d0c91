"""What every page of the examples is guarded by: forms of ours only, and strict headers."""

import secrets

from flask import Flask, Response, abort, request, session

from examples.portal import signing_in

TOLD = "backchannel_logout"
"""The one form that no page of ours sends: its token is the provider's signature."""


def init_app(app: Flask) -> None:
    """Guard an application; its templates get `form_token`."""
    app.before_request(_refuse_forged_forms)
    app.after_request(_dress)
    app.context_processor(lambda: {"form_token": _form_token})


def _refuse_forged_forms() -> None:
    if request.method == "POST" and request.endpoint != TOLD:
        known, given = session.get("form_token", ""), request.form.get("form_token", "")
        if not known or not secrets.compare_digest(known.encode(), given.encode()):
            abort(400)


def _dress(response: Response) -> Response:
    # A sign-out is a form whose answer leads to the provider: Chromium applies form-action to that redirect too.
    issuer = signing_in.config().issuer
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {issuer}"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response


def _form_token() -> str:
    return str(session.setdefault("form_token", secrets.token_urlsafe(32)))
