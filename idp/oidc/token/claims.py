"""What is said of a person and of their organization: each claim made in one place, from the grant (Core 5.1)."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from idp import clock
from idp.accounts import email_certification
from idp.accounts.models import RIGHTS, PhoneNumber
from idp.alive import LiveGrant
from idp.delegations.unattended.models import Machine
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
        "holder": bool(alive.holder),
        "rights": rights(alive),
    } | _delegation(alive)


def rights(alive: LiveGrant | Machine) -> list[str]:
    """What the person may do there: what was given, as far as it was assigned to them, and asked for.

    A holder has everything. Computed anew for each token and each answer about one (DLG-1).
    """
    given = RIGHTS if alive.holder else alive.rights or ()
    asked = next((one["privileges"] for one in alive.authorization_details if "privileges" in one), None)
    limits = [limit for limit in (alive.assigned, asked) if limit is not None]
    return [right for right in RIGHTS if right in given and all(right in limit for limit in limits)]


def _delegation(alive: LiveGrant | Machine) -> dict[str, Any]:
    """Through which firm the person acts, and until when: there only where they act through one."""
    if alive.delegation_id is None or alive.delegation_ends_on is None or alive.delegation_ends_at is None:
        return {}
    firm = {"id": alive.firm_id and str(alive.firm_id), "siret": alive.firm_siret, "name": alive.firm_name}
    ends = {"valid_until": alive.delegation_ends_on.isoformat(), "valid_until_at": _stamp(alive.delegation_ends_at)}
    told = {name: value for name, value in firm.items() if value}
    return {"delegation": {"id": str(alive.delegation_id), "firm": told, **ends}}


def lifetime(alive: LiveGrant | Machine, wished: timedelta, now: datetime) -> int:
    """How many seconds a token of this grant lives: never past the end of the delegation it stands on."""
    left = alive.delegation_ends_at - now if alive.delegation_ends_at else wished
    return int(min(wished, left).total_seconds())


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def authorization_details(alive: LiveGrant, scopes: Iterable[str]) -> list[dict[str, Any]]:
    """The same, as token responses and access tokens say it (RFC 9396), where their scope opens it."""
    return [detail(alive)] if alive.organization_id is not None and "organization" in scopes else []


def detail(alive: LiveGrant | Machine) -> dict[str, Any]:
    """For whom a person acts, or a program while nobody is there."""
    return {
        "type": f"{settings.issuer}/organization",
        "identifier": str(alive.organization_id),
        "fund": alive.fund_code,
        "siret": alive.siret,
        "member_number": alive.number,
        "privileges": rights(alive),
    } | _delegation(alive)


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
