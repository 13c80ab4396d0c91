"""The help, « Aide »: what to do in each situation, in words for someone who has never done it."""

from typing import Any, NamedTuple

from flask import g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from idp.errors import NotFound
from idp.extensions import house
from idp.registry.models import Fund
from idp.settings import settings


class Topic(NamedTuple):
    """One page of the help: its template in `templates/help/`, and its title."""

    template: str
    title: Any


FIRST_VISIT = {
    "courriers": Topic("letters", _l("Les deux courriers de votre caisse")),
    "ouvrir-mon-espace": Topic("opening", _l("Ouvrir votre espace, en deux étapes")),
    "certifier-mon-mobile": Topic("mobile", _l("Certifier votre téléphone mobile")),
    "mail-pas-recu": Topic("mail", _l("Le mail n’arrive pas")),
}
AFTERWARDS = {
    "se-connecter": Topic("sign_in", _l("Se connecter")),
    "mot-de-passe-oublie": Topic("password", _l("Mot de passe oublié")),
    "confirmer-mon-adresse": Topic("certification", _l("On vous demande de confirmer votre adresse mail")),
    "changer-d-adresse": Topic("address", _l("Votre adresse mail a changé")),
}
SAFELY = {
    "vrai-message": Topic("genuine", _l("Reconnaître un vrai message")),
    "ordinateur-partage": Topic("shared", _l("Sur un ordinateur partagé")),
}
TOPICS = {**FIRST_VISIT, **AFTERWARDS, **SAFELY}
"""Every page, by the name it has in its address."""


def index() -> ResponseReturnValue:
    """What one may want to do, and whom to call."""
    groups = {_l("Première visite"): FIRST_VISIT, _l("Ensuite"): AFTERWARDS, _l("En sécurité"): SAFELY}
    return render_template("help/index.html", groups=groups, **_around())


def topic(topic: str) -> ResponseReturnValue:
    """One situation. Raises `NotFound` for an address that was never written anywhere."""
    found = TOPICS.get(topic)
    if found is None:
        raise NotFound("no such page of the help")
    return render_template(f"help/{found.template}.html", title=found.title, **_around())


def _around() -> dict[str, Any]:
    """The fund that `?fund=` names, or the only one: the page wears its face and leads to its portal."""
    fund = Fund.by_code(request.args.get("fund", "")) or Fund.only()
    g.fund_id = str(fund.id) if fund else None
    return {
        "portal": house.way_back(fund.home_client_id) if fund else None,
        "site": settings.issuer.removeprefix("https://"),
        "sender": (fund and fund.sender) or settings.mail_sender,
    }
