"""`GET /me/organizations`: for whom the person of an access token may act, by pages (docs/integrate.md)."""

from flask import Response, request

from idp.oidc.clients.views import machine
from idp.oidc.clients.views.machine import Said
from idp.oidc.errors import Refused
from idp.oidc.token import organizations, userinfo
from idp.oidc.token.views import bearer

LONGEST_SEARCH = 100
LAST_PAGE = 100_000


def show() -> Response:
    """`search` finds by name, number and SIRET; `page` begins at 1."""
    search = " ".join(request.args.get("search", "")[:LONGEST_SEARCH].split())
    page = min(max(1, request.args.get("page", 1, type=int) or 1), LAST_PAGE)
    try:
        return machine.respond(Said(organizations.tell(bearer.shown(machine.asked()), search, page)))
    except Refused as error:
        return machine.respond(Said(userinfo.refused(error.error)))
