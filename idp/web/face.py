"""Whose face a page wears: a fund's name, colour, logo, contact and footer, else the network's own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, cast
from uuid import UUID

from flask import Flask, current_app, g, url_for
from flask_babel import lazy_gettext as _l

from idp.settings import settings

PAGES = {
    "legal": _l("Mentions légales"),
    "personal-data": _l("Données personnelles"),
    "terms": _l("Conditions d’utilisation"),
    "accessibility": _l("Accessibilité"),
    "contact": _l("Contact"),
}
"""The pages at the foot of every page, by the name they have in their address."""


@dataclass(frozen=True)
class Face:
    """What a page shows of a fund. `colour` is six lower-case hexadecimal digits; `logo` an address of ours.

    `sender` is the address that its mails are from.
    """

    name: str
    contact_email: str
    code: str | None = None
    colour: str | None = None
    logo: str | None = None
    contact_phone: str | None = None
    website: str | None = None
    time_zone: str = "Europe/Paris"
    sender: str | None = None


class FooterLink(NamedTuple):
    """A link at the foot of the page."""

    url: str
    label: str


class _Wardrobe(NamedTuple):
    find: Callable[[str], Face | None]
    pages: str | None
    help_page: str | None


def init_app(
    app: Flask, find: Callable[[str], Face | None], pages: str | None = None, help_page: str | None = None
) -> None:
    """`find` gives the face of a fund by its id.

    `pages` is the endpoint that shows one of PAGES (`page`, `fund`), `help_page` that of the help (`fund`).
    """
    app.extensions["idp_face"] = _Wardrobe(find, pages, help_page)
    app.context_processor(_for_layout)


def worn() -> Face:
    """The face of this page: that of the fund whose id the journey left in `g.fund_id`, else the network's."""
    if "face" not in g:
        fund_id = g.get("fund_id")
        g.face = (_wardrobe().find(fund_id) if fund_id else None) or _network()
    return cast(Face, g.face)


def of(fund_id: UUID | None) -> Face:
    """The face of a mail: that of the fund of that id, else the network's."""
    return (_wardrobe().find(str(fund_id)) if fund_id else None) or _network()


def wear_the_network() -> None:
    """For a page shown when the database is away: unless the face is known already, ask nobody."""
    g.setdefault("face", _network())


def footer_links() -> list[FooterLink]:
    """The five pages at the foot, as this fund wrote them."""
    endpoint = _wardrobe().pages
    if endpoint is None:
        return []
    return [FooterLink(url_for(endpoint, page=page, fund=worn().code), str(label)) for page, label in PAGES.items()]


def help_url() -> str | None:
    """Where the help begins, in this fund's face."""
    endpoint = _wardrobe().help_page
    return endpoint and url_for(endpoint, fund=worn().code)


def _network() -> Face:
    return Face(name=settings.network_name, contact_email=settings.network_contact, time_zone=settings.time_zone)


def _wardrobe() -> _Wardrobe:
    return cast(_Wardrobe, current_app.extensions["idp_face"])


def _for_layout() -> dict[str, Any]:
    links = {"footer_links": footer_links, "help_url": help_url}
    return {"fund": worn(), "client_name": g.get("client_name")} | links
