"""The firm's application: a sign-in with consent, the companies to act for, one API, a refresh, and the way out."""

import requests
from authlib.integrations.flask_client import OAuthError
from flask import Flask
from flask.typing import ResponseReturnValue

from examples.firm import api, views
from examples.portal import guarding, signed_out_elsewhere, signing_in
from examples.portal.config import Config
from examples.portal.sessions import MemorySessions
from examples.portal.signing_in import Refused

COOKIE = "firm_session"  # ports of one host share cookies: no other program uses this name
SCOPE = f"openid profile email organization organizations offline_access {api.SCOPE}"


def create_app(config: Config) -> Flask:
    """The application, as registered. How it speaks to the provider is the portal's way: `examples/portal`."""
    app = Flask("examples.firm")
    app.config["PORTAL"] = config
    app.config["TRUSTED_HOSTS"] = ["localhost", "127.0.0.1"]
    app.session_interface = MemorySessions(config.url.startswith("https://"), COOKIE)
    signing_in.init_app(app, config, SCOPE)
    guarding.init_app(app)
    _add_pages(app)
    app.context_processor(lambda: {"config": signing_in.config()})
    app.register_error_handler(Refused, _tell_refused)
    app.register_error_handler(OAuthError, _tell_error)
    app.register_error_handler(requests.RequestException, _tell_absent)
    return app


def _add_pages(app: Flask) -> None:
    app.add_url_rule("/", "home", views.home)
    app.add_url_rule("/login", "login", views.login)
    app.add_url_rule("/callback", "callback", views.callback)
    app.add_url_rule("/entreprises", "companies", views.companies)
    app.add_url_rule("/entreprises", "choose", views.choose, methods=["POST"])
    app.add_url_rule("/arrets", "stops", views.stops)
    app.add_url_rule("/renew", "renew", views.renew, methods=["POST"])
    app.add_url_rule("/logout", "logout", views.logout, methods=["POST"])
    app.add_url_rule("/signed-out", "signed_out", views.signed_out)
    for path, name in (("/vie-privee", "privacy"), ("/conditions", "terms")):
        app.add_url_rule(path, name, views.text, defaults={"name": name})
    app.add_url_rule("/backchannel-logout", guarding.TOLD, signed_out_elsewhere.receive, methods=["POST"])
    app.add_url_rule("/api/arrets", "api", api.stops)


def _tell_refused(error: Refused) -> ResponseReturnValue:
    return views.refused(error.code)


def _tell_error(error: OAuthError) -> ResponseReturnValue:
    return views.refused(str(error.error))


def _tell_absent(error: requests.RequestException) -> ResponseReturnValue:
    return views.refused("temporarily_unavailable")
