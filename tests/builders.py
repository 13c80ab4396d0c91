"""People, companies and portals, valid by default; each needs the application's context and commits what it made."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from idp import clock
from idp.accounts.models import RIGHTS, Account, Membership
from idp.accounts.people import Person, create
from idp.db import db
from idp.delegations.models import Delegation
from idp.oidc.clients.metadata import Metadata
from idp.oidc.clients.registration import Registered, register
from idp.oidc.models import resource
from idp.oidc.models.resource import Resource
from idp.registry.models import Fund, Organization

PASSWORD = "Chantier-2026!"
READ = ["legal:read", "documents:read"]
CALLBACK = "https://portal.example.org/callback"
SIGNED_OUT = "https://portal.example.org/signed-out"
START = "https://portal.example.org/login"
BACK = f"{START}?iss=http%3A%2F%2Flocalhost%3A8000"
"""The same, as we lead back to it: it is told who sends the person."""

_numbers = count(1)


@dataclass(frozen=True)
class Member:
    """A person who can sign in, and the organization they hold, if any."""

    id: UUID
    email: str
    password: str
    name: str
    organization_id: UUID | None = None


@dataclass(frozen=True)
class Portal:
    """A registered client, with its secret in clear."""

    id: UUID
    client_id: str
    secret: str | None
    redirect_uri: str


def a_fund(**changes: Any) -> Fund:
    """A fund with an invented name."""
    number, now = next(_numbers), clock.now()
    values: dict[str, Any] = {
        "code": f"fund-{number}",
        "name": f"Caisse d'Exemple {number}",
        "contact_email": "contact@fund.example.org",
        "sender": "ne-pas-repondre@fund.example.org",
        "created_at": now,
        "updated_at": now,
    }
    return _kept(Fund(**(values | changes)))


def an_organization(fund: Fund | None = None, **changes: Any) -> Organization:
    """A member of a fund, with an invented SIRET."""
    number, now = next(_numbers), clock.now()
    values: dict[str, Any] = {
        "fund_id": changes.get("fund_id") or (fund or a_fund()).id,
        "kind": "member",
        "number": f"M{number:05}",
        "siret": "99900001100018",
        "name": f"Maçonnerie {number}",
        "created_at": now,
        "updated_at": now,
    }
    return _kept(Organization(**(values | changes)))


def an_account(**changes: Any) -> Member:
    """An activated account. `suspended_at`, `activated_at` and the like are set on top."""
    email = changes.pop("email", f"person{next(_numbers)}@example.org")
    password = changes.pop("password", PASSWORD)
    account = create(Person("Léa", "Martin", email, mobile=changes.pop("mobile", None)), password)
    for name, value in changes.items():
        setattr(account, name, value)
    db.session.commit()
    return Member(account.id, email, password, account.name)


def a_member(organization: Organization | None = None, holder: bool = True, **changes: Any) -> Member:
    """An account that holds an organization."""
    person, held = an_account(**changes), organization or an_organization()
    membership(person.id, held.id, holder)
    return Member(person.id, person.email, person.password, person.name, held.id)


def membership(account_id: UUID, organization_id: UUID, holder: bool = True) -> Membership:
    """A live link between an account and an organization."""
    rights = list(RIGHTS) if holder else ["documents:read"]
    ids = {"account_id": account_id, "organization_id": organization_id}
    return _kept(Membership(**ids, holder=holder, rights=rights, started_at=clock.now()))


def a_delegation(organization_id: UUID, firm_id: UUID, **changes: Any) -> Delegation:
    """What an organization lets a firm do: accepted, and in force for three months."""
    now = clock.now()
    values: dict[str, Any] = {
        "organization_id": organization_id,
        "firm_id": firm_id,
        "firm_siret": "99900001100018",
        "firm_name": "Cabinet Exemple",
        "origin": "offer",
        "rights": READ,
        "all_staff": True,
        "created_at": now,
        "accepted_at": now,
        "starts_at": now,
        "ends_on": date(2099, 3, 31),
        "ends_at": now + timedelta(days=90),
    }
    return _kept(Delegation(**(values | changes)))


def a_client(*, development: bool = False, **changes: Any) -> Portal:
    """A confidential first-party portal with every scope. In development it may live on this machine."""
    asked: dict[str, Any] = {
        "name": "Espace sécurisé",
        "client_id": f"portal-{next(_numbers)}",
        "first_party": True,
        "redirect_uris": (CALLBACK,),
        "post_logout_redirect_uris": (SIGNED_OUT,),
        "initiate_login_uri": START,
        "scopes": ("openid", "profile", "email", "phone", "organization", "organizations", "offline_access"),
    }
    done = register(Metadata(**(asked | changes)), development=development)
    assert isinstance(done, Registered), done
    db.session.commit()
    uris = done.client.redirect_uris
    return Portal(done.client.id, done.client.client_id, done.secret, uris[0] if uris else "")


def an_api(**changes: Any) -> str:
    """A registered API with a scope of its own and the organization; its identifier."""
    number, now = next(_numbers), clock.now()
    values: dict[str, Any] = {
        "identifier": f"https://api.example.org/{number}",
        "name": "Factures",
        "scopes": {"invoices:read": "Vos factures", "organization": "L'entreprise"},
        "introspection_clients": [],
        "created_at": now,
        "updated_at": now,
    }
    kept: Resource = _kept(Resource(**(values | changes)))
    resource.forget()
    return kept.identifier


def a_program(*apis: str, **changes: Any) -> Portal:
    """A confidential client without people, that acts for itself at these APIs."""
    machine = {"grant_types": ("client_credentials",), "response_types": (), "first_party": False}
    nobody = {"redirect_uris": (), "post_logout_redirect_uris": (), "initiate_login_uri": None}
    return a_client(**(machine | nobody | {"resources": apis, "scopes": ("invoices:read",)} | changes))


def the_account(member: Member) -> Account:
    """Its row."""
    found = db.session.get(Account, member.id)
    assert found is not None
    return found


def _kept(row: Any) -> Any:
    db.session.add(row)
    db.session.commit()
    return row
