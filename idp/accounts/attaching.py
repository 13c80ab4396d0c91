"""A further organization for an account: the other company's two letters, checked as an opening's are (TRS-5)."""

import json
from dataclasses import dataclass
from uuid import UUID

from idp import clock
from idp.accounts import memberships
from idp.accounts.colleagues import telling
from idp.accounts.colleagues.models import Colleague
from idp.accounts.colleagues.telling import What
from idp.accounts.models import Account
from idp.accounts.names import are_one_person
from idp.accounts.opening import identification
from idp.accounts.opening.identification import Identity, Reason, Visitor
from idp.audit import log
from idp.audit.events import Event
from idp.db import db, new_id
from idp.errors import OpeningExpired
from idp.extensions import house, store
from idp.registry import enrolment
from idp.registry.models import Organization
from idp.settings import settings


class AttachingExpired(OpeningExpired):
    """What was proven is too old, was used, or was proven by somebody else."""

    begin_again = "/organizations/attach"


@dataclass(frozen=True)
class Proven:
    """What the letters of an organization proved, to one account, for a short while."""

    id: UUID
    account_id: UUID
    code_id: UUID
    organization: Organization

    def letter_name(self) -> str:
        """The name that its letter is made out to."""
        return f"{self.organization.holder_given_names or ''} {self.organization.holder_family_name or ''}".strip()


def prove(identity: Identity, visitor: Visitor, account_id: UUID) -> UUID | Reason:
    """Note for that account that the three belong together; the id of the note. Raises `errors.Busy`.

    The same tries are counted, for the same work and with the same answers, as for the first step of an opening. Only
    an organization that has a holder already is no refusal here: its holders are told.
    """
    match = identification.prove(identity, visitor, held=True)
    if isinstance(match, Reason):
        log.record(Event.ATTACHING_REFUSED, subject=account_id, reason=match)
        return match
    proven_id = new_id()
    ids = {"account_id": account_id, "code_id": match.code_id, "organization_id": match.organization_id}
    note = json.dumps({name: str(value) for name, value in ids.items()}).encode()
    store.put(_key(proven_id), note, settings.opening_step_lifetime)
    return proven_id


def proven(proven_id: UUID, account_id: UUID) -> Proven:
    """What was proven. Raises `AttachingExpired`, for another's note too."""
    found = store.get(_key(proven_id))
    ids = {name: UUID(value) for name, value in json.loads(found).items()} if found else {}
    organization = Organization.by_id(ids["organization_id"]) if ids else None
    if organization is None or organization.closed_at is not None or ids["account_id"] != account_id:
        raise AttachingExpired("nothing was proven by this person, or too long ago")
    return Proven(proven_id, account_id, ids["code_id"], organization)


def is_in_another_name(account: Account, organization: Organization) -> bool:
    """Whether the letter is made out to somebody else: then the person says that it is meant for them all the same."""
    names = (organization.holder_given_names or "", organization.holder_family_name or "")
    return not are_one_person((account.given_names, account.family_name), names)


def attach(what: Proven) -> bool:
    """Make the person a holder of the organization and of its sites; False when the code was spent meanwhile.

    The organization's other holders are told.
    """
    account = db.session.get(Account, what.account_id)
    assert account is not None, "who is signed in has an account"
    if not enrolment.consume(what.code_id):
        return False
    store.take(_key(what.id))
    organization = what.organization
    for held in (organization, *organization.open_sites()):
        memberships.link(account, held, holder=True)
    house.opened(organization.id)
    telling.tell_holders(organization, account.name, What.ATTACHED, but=account.id)
    others = len(Colleague.holders(organization.id, clock.now())) - 1
    details = {"in_another_name": is_in_another_name(account, organization), "other_holders": others}
    log.record(Event.ORGANIZATION_ATTACHED, subject=account.id, organization=organization.id, details=details)
    return True


def _key(proven_id: UUID) -> str:
    return f"attaching:{proven_id}"
