"""The mails by which the people of an organization learn who came, who left and who may do what."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from idp import clock
from idp.accounts.colleagues.models import Colleague
from idp.delivery import outbox
from idp.registry.models import Organization
from idp.settings import settings


class What(StrEnum):
    """What happened to one person of an organization."""

    JOINED = "joined"
    ATTACHED = "attached"
    MERGED = "merged"
    LEFT = "left"
    ENDED = "ended"
    MADE_HOLDER = "made_holder"
    NO_HOLDER_ANY_MORE = "no_holder_any_more"


def tell_holders(organization: Organization, person: str, what: What, *, but: UUID | None = None) -> None:
    """Tell each holder of it, but for who did it: that a person of that name came, left, or may do more or less."""
    for holder in Colleague.holders(organization.id, clock.now()):
        if holder.account_id != but:
            _send("accounts/people_changed", organization, holder, person=person, what=what)


def tell_person(organization: Organization, colleague: Colleague) -> None:
    """Tell who lost their access."""
    _send("accounts/access_ended", organization, colleague)


def _send(kind: str, organization: Organization, to: Colleague, **facts: Any) -> None:
    if to.canonical is None:
        return
    told: dict[str, Any] = {"company": organization.name, "link": f"{settings.issuer}/", **facts}
    outbox.send_mail(kind, to.canonical, fund_id=organization.fund_id, locale=to.locale, urgent=False, **told)
