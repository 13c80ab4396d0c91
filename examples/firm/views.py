"""The firm's pages."""

import json
import time
from typing import Any, cast

from authlib.integrations.flask_client import OAuthError
from flask import current_app, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from examples.firm import api
from examples.portal import signing_in
from examples.portal.signing_in import Refused

CLAIMS = {"id_token": dict.fromkeys(("name", "given_name", "email"))}
REFUSALS = {
    "access_denied": ("Vous avez refusé l’accès", "Nous ne savons rien de vous. Vous pouvez changer d’avis."),
    "access_ended": ("L’accès a pris fin", "Vous l’avez retiré, ou il a expiré. Vous pouvez le donner de nouveau."),
    "unknown_state": ("Cette connexion n’est plus valable", "Elle a été commencée ailleurs, ou elle est terminée."),
    "temporarily_unavailable": ("Connexion momentanément indisponible", "Réessayez dans un instant."),
}
OTHERWISE = ("La connexion n’a pas abouti", "La réponse du service de connexion n’a pas pu être acceptée.")


def home() -> ResponseReturnValue:
    """What was received of the person; the way in to everyone else."""
    person = session.get("person")
    if person is None:
        return render_template("welcome.html")
    return render_template("home.html", person=person, token=_token(), left=_left())


def login() -> ResponseReturnValue:
    """Ask for the person, and for a token of the API at the same time (RFC 8707, section 2.1).

    The token is for the API alone and does not open userinfo: what is to be known of the person is asked for in the ID
    token (OpenID Connect Core 5.5).
    """
    return signing_in.leave_for_provider("/", resource=api.IDENTIFIER, claims=json.dumps(CLAIMS))


def callback() -> ResponseReturnValue:
    """Where the provider sends the browser back. All that is known of the person stands in the ID token."""
    target, _ = signing_in.come_back()
    return redirect(target, 303)


def stops() -> ResponseReturnValue:
    """Call the API; Authlib refreshes the access token first when it has expired."""
    if session.get("person") is None:
        return redirect(url_for("home"), 303)
    return render_template("stops.html", person=session["person"], stops=_call())


def renew() -> ResponseReturnValue:
    """Refresh now, as would be done in ten minutes: works while the person is away, and ends with their consent."""
    if session.get("person") is not None:
        session["token"] = _token() | {"expires_at": 0}
        _call()
    return redirect(url_for("home"), 303)


def logout() -> ResponseReturnValue:
    """« Se déconnecter »: here, and at the provider."""
    return signing_in.end_session()


def signed_out() -> ResponseReturnValue:
    """Where the provider sends the browser after a sign-out."""
    return render_template("signed_out.html")


def text(name: str) -> ResponseReturnValue:
    """What the consent page of the provider links to."""
    return render_template(f"{name}.html")


def refused(code: str) -> ResponseReturnValue:
    """The page of a sign-in, or of an access, that brought nothing."""
    title, words = REFUSALS.get(code, OTHERWISE)
    return render_template("refused.html", title=title, words=words, code=code), 403


def _call() -> list[dict[str, Any]]:
    provider = current_app.extensions["provider"]
    address = f"{signing_in.config().url}/api/arrets"
    try:
        answer = provider.get(address, token=_token())
    except OAuthError as error:  # the refresh was refused: consent was withdrawn, or the access is too old
        signing_in.sign_out()
        raise Refused("access_ended") from error
    if answer.status_code != 200:
        raise Refused(str(answer.json().get("error")))
    return cast(list[dict[str, Any]], answer.json()["stops"])


def _token() -> dict[str, Any]:
    return cast(dict[str, Any], session["token"])


def _left() -> int:
    return max(0, int((_token()["expires_at"] - time.time()) / 60))
