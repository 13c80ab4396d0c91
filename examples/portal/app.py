"""The portal as a Flask application."""

import secrets
from typing import Any

import requests
from authlib.integrations.flask_client import OAuthError
from flask import Flask, Response, abort, request, session
from flask.typing import ResponseReturnValue

from examples.portal import content, signed_out_elsewhere, signing_in, views
from examples.portal.config import Config
from examples.portal.sessions import MemorySessions
from examples.portal.signing_in import Refused

TOLD = "backchannel_logout"
"""The one form that no page of ours sends: its token is the provider's signature."""


def create_app(config: Config) -> Flask:
    """The portal, as registered."""
    app = Flask("examples.portal")
    app.config["PORTAL"] = config
    app.config["TRUSTED_HOSTS"] = ["localhost", "127.0.0.1"]
    app.session_interface = MemorySessions(secure=config.url.startswith("https://"))
    signing_in.init_app(app, config)
    _add_pages(app)
    app.before_request(_refuse_forged_forms)
    app.after_request(_dress)
    app.context_processor(_for_layout)
    app.register_error_handler(Refused, _tell_refused)
    app.register_error_handler(OAuthError, _tell_error)
    app.register_error_handler(requests.RequestException, _tell_absent)
    return app


def _add_pages(app: Flask) -> None:
    app.add_url_rule("/", "home", views.home)
    for one in content.SECTIONS[:-1]:
        app.add_url_rule(f"/{one.slug}", one.slug, views.section, defaults={"slug": one.slug})
    app.add_url_rule("/compte", "compte", views.account)
    app.add_url_rule("/login", "login", views.login)
    app.add_url_rule("/create", "create", views.create)
    app.add_url_rule("/check", "check", views.check)
    app.add_url_rule("/callback", "callback", views.callback)
    app.add_url_rule("/logout", "logout", views.logout, methods=["POST"])
    app.add_url_rule("/signed-out", "signed_out", views.signed_out)
    app.add_url_rule("/backchannel-logout", TOLD, signed_out_elsewhere.receive, methods=["POST"])


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


def _for_layout() -> dict[str, Any]:
    return {
        "config": signing_in.config(),
        "sections": content.SECTIONS,
        "tools": content.TOOLS,
        "rights_of": content.rights_of,
        "form_token": _form_token,
        "notice": lambda: session.pop("notice", None),
    }


def _form_token() -> str:
    return str(session.setdefault("form_token", secrets.token_urlsafe(32)))


def _tell_refused(error: Refused) -> ResponseReturnValue:
    return views.refused(error.code, error.target)


def _tell_error(error: OAuthError) -> ResponseReturnValue:
    return views.refused(str(error.error))


def _tell_absent(error: requests.RequestException) -> ResponseReturnValue:
    return views.refused("temporarily_unavailable")
