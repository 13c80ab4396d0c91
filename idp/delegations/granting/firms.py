"""A firm is proven like a member, by its two letters; or by an operator, who says on what evidence (DLG-4)."""

from idp import clock
from idp.audit import log
from idp.audit.events import Event
from idp.registry.models import Organization


def prove(firm: Organization, evidence: str) -> bool:
    """Vouch for a firm; False when that was done. Raises `ValueError` for what is no firm, or is closed."""
    if firm.kind != "firm" or firm.closed_at is not None:
        raise ValueError("not an open firm of the register")
    if firm.proven_at is not None:
        return False
    firm.proven_at = clock.now()
    log.record(Event.FIRM_PROVEN, organization=firm.id, details={"evidence": evidence})
    return True
