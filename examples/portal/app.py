"""The portal as a Flask application."""

from typing import Any

import requests
from authlib.integrations.flask_client import OAuthError
from flask import Flask, session
from flask.typing import ResponseReturnValue

from examples.portal import content, guarding, signed_out_elsewhere, signing_in, views
from examples.portal.config import Config
from examples.portal.sessions import MemorySessions
from examples.portal.signing_in import Refused


def create_app(config: Config) -> Flask:
    """The portal, as registered."""
    app = Flask("examples.portal")
    app.config["PORTAL"] = config
    app.config["TRUSTED_HOSTS"] = ["localhost", "127.0.0.1"]
    app.session_interface = MemorySessions(secure=config.url.startswith("https://"))
    signing_in.init_app(app, config)
    _add_pages(app)
    guarding.init_app(app)
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
    app.add_url_rule("/organizations", "organizations", views.organizations)
    app.add_url_rule("/organizations", "change", views.change, methods=["POST"])
    app.add_url_rule("/callback", "callback", views.callback)
    app.add_url_rule("/logout", "logout", views.logout, methods=["POST"])
    app.add_url_rule("/signed-out", "signed_out", views.signed_out)
    app.add_url_rule("/backchannel-logout", guarding.TOLD, signed_out_elsewhere.receive, methods=["POST"])


def _for_layout() -> dict[str, Any]:
    return {
        "config": signing_in.config(),
        "sections": content.SECTIONS,
        "tools": content.TOOLS,
        "rights_of": content.rights_of,
        "notice": lambda: session.pop("notice", None),
    }


def _tell_refused(error: Refused) -> ResponseReturnValue:
    return views.refused(error.code, error.target)


def _tell_error(error: OAuthError) -> ResponseReturnValue:
    return views.refused(str(error.error))


def _tell_absent(error: requests.RequestException) -> ResponseReturnValue:
    return views.refused("temporarily_unavailable")
