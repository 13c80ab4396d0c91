"""For whom a person may act: the list behind a portal's « changer de tiers ». It never stands in a token."""

from typing import Any
from uuid import UUID

from idp import clock
from idp.alive import LiveGrant, grant_alive
from idp.delegations.mandates.models import Mandate, Wish
from idp.oidc.kernel import Answer
from idp.oidc.models import registered
from idp.oidc.token import access_token, userinfo
from keys.errors import BadToken

SCOPE = "organizations"
A_PAGE = 20


def tell(token: str | None, search: str, page: int) -> Answer:
    """One page of the organizations of whom the token is about, its own grant's or not; or RFC 6750's error."""
    if token is None:
        return userinfo.refused(None)
    now = clock.now()
    try:
        said = access_token.read(token, now)
        alive = grant_alive(access_token.grant_of(said), now, alone=True)
    except BadToken:
        return userinfo.refused("invalid_token")
    if alive is None or alive.client_public_id != said["client_id"]:
        return userinfo.refused("invalid_token")
    if SCOPE not in str(said.get("scope", "")).split():
        return userinfo.refused("insufficient_scope", SCOPE)
    return Answer(200, _page(alive, Wish(search=search, client_id=_partner(alive)), page))


def _partner(alive: LiveGrant) -> UUID | None:
    """The application, where it is a third party's: it is told of what is open to it, and of nothing else."""
    client = registered.find(alive.client_public_id)
    return None if client is not None and client.first_party else alive.client_id


def _page(alive: LiveGrant, wish: Wish, page: int) -> dict[str, Any]:
    now = clock.now()
    found = Mandate.some(alive.account_id, now, wish, limit=A_PAGE, offset=(page - 1) * A_PAGE)
    total = Mandate.how_many(alive.account_id, now, wish)
    return {"organizations": [_told(one) for one in found], "total": total, "page": page, "page_size": A_PAGE}


def _told(one: Mandate) -> dict[str, Any]:
    """In the words of the claim `organization`."""
    told = {
        "id": str(one.organization_id),
        "fund": one.fund_code,
        "kind": one.kind,
        "name": one.name,
        "siret": one.siret,
        "siren": one.siret[:9],
        "member_number": one.number,
        "holder": one.holder,
        "rights": one.rights,
    }
    if one.delegation_id is None or one.ends_on is None:
        return told
    ends = {"valid_until": one.ends_on.isoformat()}
    return told | {"delegation": {"id": str(one.delegation_id), "firm": {"name": one.firm_name}, **ends}}
