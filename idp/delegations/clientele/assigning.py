"""Which people of the firm use a delegation, and for which of its rights: never beyond what was given to it."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from idp import clock
from idp.accounts.colleagues.models import Colleague
from idp.audit import log
from idp.audit.events import Event
from idp.db import db
from idp.delegations.granting import models
from idp.delegations.granting.models import Client
from idp.delegations.granting.offering import facts
from idp.errors import NotFound
from idp.extensions import house

Rights = Sequence[str] | None
"""Some of the rights of a delegation; None: all of them."""
MOST = 500
"""People of a firm on one page."""


def people(client: Client) -> list[tuple[Colleague, bool, Rights]]:
    """The people of the firm who are not its holders: whether each uses this delegation, and for what."""
    firm_id = client.delegation.firm_id
    if firm_id is None:
        raise NotFound("a firm that nobody vouches for has no people")
    named = {one.account_id: one.rights for one in models.assignments(client.delegation.id)}
    some = Colleague.some(firm_id, clock.now(), limit=MOST)
    staff = [one for one in some if not one.holder]
    everyone = client.delegation.all_staff
    return [(one, everyone or one.account_id in named, named.get(one.account_id)) for one in staff]


def assign(client: Client, chosen: Mapping[UUID, Rights]) -> None:
    """Let these people use it, and no others but the firm's holders; whoever is none of its people is left out.

    The grants of whoever may use it no more end at once (TRS-3).
    """
    models.hold(client.delegation)
    staff = {one.account_id for one, _, _ in people(client)}
    given = {who: _given(client, rights) for who, rights in chosen.items() if who in staff}
    named = {who: rights for who, rights in given.items() if rights != []}  # for nothing is not at all
    models.assign_among(client.delegation.id, staff, named, clock.now())
    client.delegation.all_staff = False
    db.session.flush()
    house.ended("staff", client.delegation.id)
    log.record(Event.DELEGATION_ASSIGNED, organization=client.organization.id, details=_facts(client, chosen))


def name(client: Client, account_id: UUID, rights: Rights) -> bool:
    """Name one person for it; False when they were named for the same."""
    models.hold(client.delegation)
    given = _given(client, rights)
    known = {one.account_id: one.rights for one in models.assignments(client.delegation.id)}
    if account_id in known and known[account_id] == given:
        return False
    models.assign(client.delegation.id, account_id, given, clock.now())
    return True


def to_consult(client: Client) -> list[str]:
    """The rights of it that change nothing."""
    return [right for right in client.delegation.rights if right.endswith(":read")]


def _given(client: Client, rights: Rights) -> list[str] | None:
    return None if rights is None else [right for right in client.delegation.rights if right in set(rights)]


def _facts(client: Client, chosen: Mapping[UUID, Rights]) -> dict[str, object]:
    return facts(client.delegation) | {"people": sorted(str(one) for one in chosen)}
