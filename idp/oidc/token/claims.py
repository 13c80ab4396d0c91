"""What is said of a person and of their organization: each claim made in one place, from the grant (Core 5.1)."""

from collections.abc import Iterable
from typing import Any

from idp import clock
from idp.accounts import email_certification
from idp.accounts.models import RIGHTS, PhoneNumber
from idp.alive import LiveGrant
from idp.oidc.models.registered import RegisteredClient
from idp.settings import settings

OF_SCOPE = {
    "profile": ("name", "given_name", "family_name", "usual_name", "locale", "updated_at"),
    "email": ("email", "email_verified"),
    "phone": ("phone_number", "phone_number_verified"),
    "organization": ("organization",),
}
ALL = tuple(name for names in OF_SCOPE.values() for name in names)


def named_by(scopes: Iterable[str]) -> set[str]:
    """The claims that these scopes open."""
    return {name for scope in scopes for name in OF_SCOPE.get(scope, ())}


def wished(alive: LiveGrant, client: RegisteredClient, place: str) -> set[str]:
    """The claims that the `claims` parameter asked for in that place (Core 5.5), of scopes the client registered."""
    return set(alive.claims.get(place, {})) & named_by(client.scopes)


def about(alive: LiveGrant, names: set[str]) -> dict[str, Any]:
    """These claims of the grant's person, those without a value left out. The number costs one more statement."""
    known = _person(alive) | ({"organization": organization(alive)} if alive.organization_id else {})
    if names & set(OF_SCOPE["phone"]):
        known |= _phone(alive)
    return {name: value for name, value in known.items() if name in names and value not in (None, "")}


def organization(alive: LiveGrant) -> dict[str, Any]:
    """For whom the person acts, as ID tokens and userinfo say it."""
    return {
        "id": str(alive.organization_id),
        "fund": alive.fund_code,
        "kind": alive.kind,
        "name": alive.name,
        "siret": alive.siret,
        "siren": (alive.siret or "")[:9],
        "member_number": alive.number,
        "holder": alive.holder,
        "rights": rights(alive),
    }


def rights(alive: LiveGrant) -> list[str]:
    """What the person may do there: a holder everything, another member what they were given."""
    return list(RIGHTS) if alive.holder else list(alive.rights or ())


def authorization_details(alive: LiveGrant, scopes: Iterable[str]) -> list[dict[str, Any]]:
    """The same, as token responses and access tokens say it (RFC 9396), where their scope opens it."""
    if alive.organization_id is None or "organization" not in scopes:
        return []
    return [
        {
            "type": f"{settings.issuer}/organization",
            "identifier": str(alive.organization_id),
            "fund": alive.fund_code,
            "siret": alive.siret,
            "member_number": alive.number,
            "privileges": rights(alive),
        }
    ]


def _person(alive: LiveGrant) -> dict[str, Any]:
    return {
        "name": f"{alive.given_names} {alive.family_name}".strip(),
        "given_name": alive.given_names,
        "family_name": alive.family_name,
        "usual_name": alive.family_name,  # the name ProConnect has for it
        "locale": alive.locale or settings.locales[0],
        "updated_at": int(alive.account_updated_at.timestamp()),
        "email": alive.email,
        "email_verified": alive.email and _is_certified(alive),
    }


def _is_certified(alive: LiveGrant) -> bool:
    due_at = alive.email_certification_due_at
    return email_certification.is_good(alive.email_certified_at, due_at, clock.now())


def _phone(alive: LiveGrant) -> dict[str, Any]:
    number = PhoneNumber.preferred_of(alive.account_id)
    if number is None:
        return {}
    return {"phone_number": number.number, "phone_number_verified": number.certified_at is not None}
