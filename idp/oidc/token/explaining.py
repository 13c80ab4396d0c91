"""What tokens would come out, and why each claim: a grant is inserted, read as every token reads it, and undone."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from idp import clock
from idp.accounts.models import Reachable
from idp.alive import LiveGrant, grant_alive
from idp.db import insert, new_id, undone_unless
from idp.delegations.mandates.models import Mandate, Wish
from idp.oidc.clients.resources import choose
from idp.oidc.models.grant import Grant
from idp.oidc.models.registered import RegisteredClient
from idp.oidc.token import claims
from idp.settings import settings

FROM = {
    "profile": "the register, for a holder; else what the person said",
    "email": "the address that the person signs in with, and whether it is certified",
    "phone": "the certified mobile, else the mobile, else the fixed number",
}


@dataclass(frozen=True)
class Explained:
    """`outcome` is `tokens`, or the error that the client gets; `because` says where each claim comes from."""

    outcome: str
    why: list[str] = field(default_factory=list)
    sub: str | None = None
    id_token: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    access_token: dict[str, Any] = field(default_factory=dict)
    because: dict[str, str] = field(default_factory=dict)


def explain(client: RegisteredClient, person: Reachable, organization_id: UUID | None, scopes: list[str]) -> Explained:
    """What this client would get of this person, for that organization or none. Nothing is issued, nor kept."""
    asked = [scope for scope in scopes if scope in client.scopes]
    why = [f"not registered to the client: {scope}" for scope in scopes if scope not in asked]
    if not client.first_party:
        why.append("an application of a partner: the person consents first, and for a company its holders admit it")
    if "organization" not in asked:
        return _told(client, person, None, asked, why)
    found = Mandate.few(person.account_id, clock.now(), Wish(organization_id=organization_id))
    if organization_id is not None and not found:
        return Explained("access_denied", [*why, "no link of the person leads there, nor a delegation to their firm"])
    if len(found) > 1:
        return Explained("account_selection_required", [*why, "several may be meant: the person chooses"])
    return _told(client, person, found[0] if found else None, asked, why)


def _told(
    client: RegisteredClient, person: Reachable, mandate: Mandate | None, scopes: list[str], why: list[str]
) -> Explained:
    with undone_unless(kept=False):
        grant_id = new_id()
        insert(Grant, _grant(grant_id, client, person, mandate, scopes))
        alive = grant_alive(grant_id, clock.now())
        if alive is None:
            return Explained("invalid_grant", [*why, "the account, the client or the organization may not be used"])
        return _explained(client, alive, scopes, [*why, *_way(alive, mandate)])


def _explained(client: RegisteredClient, alive: LiveGrant, scopes: list[str], why: list[str]) -> Explained:
    audience = choose(client, None, [settings.issuer])
    opened = audience.narrow(scopes)
    access: dict[str, Any] = {"aud": audience.identifier, "scope": " ".join(opened)}
    access["seconds"] = claims.lifetime(alive, settings.access_token_lifetime, clock.now())
    if details := claims.authorization_details(alive, opened):
        access["authorization_details"] = details
    about = claims.about(alive, claims.named_by(opened))
    return Explained(
        "tokens",
        why,
        sub=str(alive.sub) if alive.sub else None,
        id_token=claims.about(alive, {"organization"} & claims.named_by(scopes)) if "openid" in scopes else {},
        userinfo=about if "openid" in opened else {},
        access_token=access,
        because={name: _because(name) for name in about},
    )


def _grant(
    grant_id: UUID, client: RegisteredClient, person: Reachable, mandate: Mandate | None, scopes: list[str]
) -> dict[str, Any]:
    """One that needs no session: it is read in the same transaction, and by nobody else."""
    now = clock.now()
    ways = ("organization_id", "membership_id", "delegation_id")
    return {
        "id": grant_id,
        "account_id": person.account_id,
        "client_id": client.id,
        "scopes": scopes,
        "auth_time": now,
        "acr": "",
        "amr": [],
        "sid": str(grant_id),
        "offline": True,
        "created_at": now,
        **{way: mandate and getattr(mandate, way) for way in ways},
    }


def _way(alive: LiveGrant, mandate: Mandate | None) -> list[str]:
    if mandate is None:
        return []
    if mandate.membership_id:
        return [f"membership {mandate.membership_id}: {'holder, every right' if alive.holder else 'some rights'}"]
    told = f"delegation {mandate.delegation_id} to {mandate.firm_name}, until {mandate.ends_on} included"
    limits = ["narrowed to what the firm assigned to the person"] if alive.assigned is not None else []
    return [told, *limits]


def _because(name: str) -> str:
    scope = next(scope for scope, names in claims.OF_SCOPE.items() if name in names)
    return f"scope {scope}" + (f": {FROM[scope]}" if scope in FROM else "")
