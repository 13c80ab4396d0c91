"""« Certifier »: a code by SMS proves a mobile number, within an opening whose first step is proven (SMS-2, SMS-4)."""

from enum import StrEnum
from uuid import UUID

from idp import clock
from idp.accounts.opening.draft import Draft
from idp.audit import log
from idp.audit.events import Event
from idp.delivery import outbox
from idp.proofs import codes
from idp.settings import settings

PURPOSE = "opening-mobile"


class Sending(StrEnum):
    """What became of the wish for a code."""

    SENT = "sent"
    ENOUGH = "enough"
    """No SMS may be sent now; a code that was sent before stays good."""


def send(draft: Draft, number: str) -> Sending:
    """Send a code to that mobile (E.164). The answer does not tell whether others have certified it (SMS-6)."""
    code = codes.issue(PURPOSE, draft.id, number)
    organization_id = UUID(draft.organization_id)
    log.record(Event.MOBILE_CODE_SENT, organization=organization_id, number=number, reason=None if code else "budget")
    if code is None:
        return Sending.ENOUGH
    outbox.send_sms(
        "accounts/mobile_code",
        number,
        fund_id=UUID(draft.fund_id),
        locale=draft.locale,
        expires_at=clock.now() + settings.sms_code_lifetime,
        code=code,
    )
    return Sending.SENT


def certify(draft: Draft, number: str, typed: str) -> bool:
    """Whether that is the code sent to that very number; then the draft says that it is certified (SMS-3)."""
    if not codes.verify(PURPOSE, draft.id, number, typed):
        log.record(Event.MOBILE_REFUSED, organization=UUID(draft.organization_id))
        return False
    draft.certifies(number, clock.now())
    log.record(Event.MOBILE_CERTIFIED, organization=UUID(draft.organization_id), number=number)
    return True
