"""What the register changes of delegations: a side that closes ends them, a firm that moves or is renamed is followed.

Links and names of people are followed by `idp/accounts/memberships.py`.
"""

from collections.abc import Mapping
from uuid import UUID

from idp import clock
from idp.audit import log
from idp.audit.events import Event
from idp.delegations.granting import models as granting
from idp.delegations.granting import telling
from idp.delegations.granting.telling import What
from idp.extensions import house
from idp.registry.models import Organization
from idp.selfcare import models

CLOSED = "closed"


def follow(kind: str, ended_id: UUID) -> None:
    """End the delegations of an organization that ended, given or held; the side that is left is told.

    Should it come back, none comes back with it, no more than its people do.
    """
    if kind != "organization":
        return
    for one in models.delegations_of(ended_id):
        was_in_force = one.accepted_at is not None
        if granting.end(one, CLOSED, clock.now()):
            house.ended("delegation", one.id)
            organization = Organization.by_id(one.organization_id)
            assert organization is not None, "a delegation goes with its organization"
            if was_in_force:
                telling.tell_both(one, organization, What.REVOKED)
            details = {"delegation": str(one.id)}
            log.record(Event.DELEGATION_REVOKED, organization=one.organization_id, reason=CLOSED, details=details)


def follow_import(import_id: UUID, moved: Mapping[UUID, UUID]) -> dict[str, int]:
    """Let delegations say what the register says of their firms, in the transaction of its import."""
    return {"firms_followed": models.rename_firms()}
