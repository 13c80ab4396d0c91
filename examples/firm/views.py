"""The firm's pages."""

import json

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from examples.firm import access, api
from examples.portal import signing_in

CLAIMS = {"id_token": dict.fromkeys(("name", "given_name", "email"))}
REFUSALS = {
    "access_denied": ("Vous avez refusé l’accès", "Nous ne savons rien de vous. Vous pouvez changer d’avis."),
    "access_ended": ("L’accès a pris fin", "Il a été retiré, ou il a expiré. Vous pouvez le donner de nouveau."),
    "insufficient_scope": ("Il manque un droit", "Vous n’avez pas le droit de lire les arrêts de cette entreprise."),
    "unknown_state": ("Cette connexion n’est plus valable", "Elle a été commencée ailleurs, ou elle est terminée."),
    "temporarily_unavailable": ("Connexion momentanément indisponible", "Réessayez dans un instant."),
}
OTHERWISE = ("La connexion n’a pas abouti", "La réponse du service de connexion n’a pas pu être acceptée.")


def home() -> ResponseReturnValue:
    """What was received of the person; the way in to everyone else."""
    person = session.get("person")
    if person is None:
        return render_template("welcome.html")
    return render_template("home.html", person=person, token=session["token"], left=access.minutes_left())


def login() -> ResponseReturnValue:
    """Ask for the person, and for tokens of the API and of the list of companies (RFC 8707, section 2.1).

    The token of the API does not open userinfo: what is to be known of the person is asked for in the ID token (OpenID
    Connect Core 5.5).
    """
    return signing_in.leave_for_provider("/", claims=json.dumps(CLAIMS), **access.ask_for())


def callback() -> ResponseReturnValue:
    """Where the provider sends the browser back. All that is known of the person stands in the ID token."""
    target, _ = signing_in.come_back(resource=api.IDENTIFIER)
    session.pop("others", None)  # they were of the former company
    return redirect(target, 303)


def companies() -> ResponseReturnValue:
    """The companies that are open to us and for which the person may act, as the provider lists them now."""
    if session.get("person") is None:
        return redirect(url_for("home"), 303)
    search, page = request.args.get("search", "")[:100], max(1, request.args.get("page", 1, type=int) or 1)
    issuer = signing_in.config().issuer
    found = access.get(f"{issuer}/me/organizations", issuer, search=search, page=str(page))
    pages = max(1, -(-found["total"] // found["page_size"]))
    return render_template("companies.html", person=session["person"], found=found, search=search, pages=pages)


def choose() -> ResponseReturnValue:
    """Act for one of them: a new authorization that names it; for another one, the provider shows its own list."""
    chosen = request.form.get("organization", "")
    which = {"organization": chosen} if chosen else {"prompt": "select_organization"}
    return signing_in.leave_for_provider("/", claims=json.dumps(CLAIMS), **which, **access.ask_for())


def stops() -> ResponseReturnValue:
    """Call the API for the company."""
    if session.get("person") is None:
        return redirect(url_for("home"), 303)
    found = access.get(f"{signing_in.config().url}/api/arrets", api.IDENTIFIER)
    return render_template("stops.html", person=session["person"], stops=found["stops"])


def renew() -> ResponseReturnValue:
    """Refresh now: works while the person is away, and ends with their consent or with the delegation."""
    if session.get("person") is not None:
        access.renew()
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
