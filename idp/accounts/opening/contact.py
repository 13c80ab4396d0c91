"""Step 2 of an opening: an address, a password and numbers; a mail with a link follows (guide, « Étape 2/2 »)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from idp import clock, errors
from idp.accounts.models import Account
from idp.accounts.opening.draft import Draft
from idp.accounts.opening.models import Opening
from idp.audit import log
from idp.audit.events import Event
from idp.db import new_id, own_transaction
from idp.delivery import outbox
from idp.extensions import passwords
from idp.proofs import budgets, links
from idp.registry.models import FundText, Organization
from idp.settings import settings
from keys.errors import Busy

ACTIVATION = "activation"


@dataclass(frozen=True)
class Contact:
    """What was typed, and found good: the address with its canonical form, numbers in E.164, the terms accepted."""

    typed: str
    canonical: str
    password_hash: str
    mobile: str | None = None
    fixed: str | None = None
    terms_id: UUID | None = None


@dataclass(frozen=True)
class Subject:
    """What the second step is about: the organization the first one proved, and its fund's terms, if any."""

    organization: Organization
    terms: FundText | None


def subject_of(draft: Draft) -> Subject:
    """Read what a draft is about, in a transaction that is over before the password is hashed (PWD-6).

    Raises `OpeningExpired` when the organization ended meanwhile.
    """
    with own_transaction(writes=False) as own:
        organization = Organization.by_id(UUID(draft.organization_id), own)
        terms = FundText.in_force(UUID(draft.fund_id), "terms", own)
    if organization is None or organization.closed_at is not None:
        raise errors.OpeningExpired("the organization has ended meanwhile")
    return Subject(organization, terms)


def hashed(password: str) -> str:
    """The hash to keep of a password that was judged. Raises `errors.Busy`."""
    try:
        with passwords.place():
            return passwords.hash(password)
    except Busy as error:
        raise errors.Busy("the password path is full") from error


def complete(draft: Draft, contact: Contact, organization: Organization) -> None:
    """Write the opening, and send the mail whose link makes it an account.

    Nothing unique is taken. Where the address has an account already the work is the same, what was typed is thrown
    away, and the mail says so (OPN-8). The link sent to a former address of this draft is dead.
    """
    is_taken = Account.by_email(contact.canonical) is not None
    Opening.forget_expired(clock.now())
    former = Opening.live(UUID(draft.opening_id)) if draft.opening_id else None
    if former is not None and former.canonical != contact.canonical:
        links.kill(ACTIVATION, former.id)
    opening = former or Opening(id=new_id())
    told = _told(draft, contact, organization)
    if is_taken:
        told = {name: "" if isinstance(value, str) else None for name, value in told.items()}
    opening.write(_bound(draft, contact, organization) | told)
    draft.email, draft.mobile, draft.fixed = contact.typed, contact.mobile or "", contact.fixed or ""
    draft.is_written_as(opening.id)
    _send(opening, organization, is_taken)
    log.record(Event.OPENING_COMPLETED, organization=organization.id)


def send_again(draft: Draft) -> None:
    """Send the mail once more, if the budget of its address allows; the link sent before stays good."""
    opening = Opening.live(UUID(draft.opening_id)) if draft.opening_id else None
    if opening is None:
        raise errors.OpeningExpired("the opening has died, or became an account")
    organization = Organization.by_id(opening.organization_id)
    assert organization is not None, "an opening goes with its organization"
    _send(opening, organization, Account.by_email(opening.canonical) is not None)


def _bound(draft: Draft, contact: Contact, organization: Organization) -> dict[str, Any]:
    """What an opening stands on."""
    now = clock.now()
    return {
        "organization_id": organization.id,
        "enrolment_code_id": UUID(draft.code_id),
        "browser": draft.browser,
        "journey_id": UUID(draft.journey_id) if draft.journey_id else None,
        "locale": draft.locale,
        "typed": contact.typed,
        "canonical": contact.canonical,
        "terms_id": contact.terms_id,
        "terms_accepted_at": now if contact.terms_id else None,
        "created_at": now,
        "expires_at": now + settings.opening_lifetime,
    }


def _told(draft: Draft, contact: Contact, organization: Organization) -> dict[str, Any]:
    """Who the person is, and what they chose."""
    certified_at = draft.certified_at if contact.mobile and draft.certified == contact.mobile else None
    return {
        "civility": organization.holder_civility,
        "given_names": organization.holder_given_names or "",
        "family_name": organization.holder_family_name or "",
        "password_hash": contact.password_hash,
        "mobile": contact.mobile,
        "mobile_certified_at": datetime.fromisoformat(certified_at) if certified_at else None,
        "fixed": contact.fixed,
    }


def _send(opening: Opening, organization: Organization, is_taken: bool) -> None:
    if not budgets.allow_mail(opening.canonical):
        return  # what was sent before stays good, and the page is the same (LNK-8)
    lifetime = min(settings.activation_link_lifetime, opening.expires_at - clock.now())
    secret = links.issue(ACTIVATION, opening.id, lifetime, bound_to=opening.canonical)
    kind, path = ("accounts/address_taken", "") if is_taken else ("accounts/activation", f"{ACTIVATION}/{secret}")
    outbox.send_mail(
        kind,
        opening.canonical,
        fund_id=organization.fund_id,
        locale=opening.locale,
        expires_at=clock.now() + lifetime,
        link=f"{settings.issuer}/{path}",
        company=organization.name,
        until=clock.now() + lifetime,
    )
