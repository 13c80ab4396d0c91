"""Letters that tell an organization what was entered in its name: each waits for the next batch of its fund."""

from dataclasses import asdict
from uuid import UUID

from idp import clock
from idp.audit import log
from idp.audit.events import Event
from idp.db import db
from idp.registry.letters.models import MANDATE, Notice
from idp.registry.letters.words import Told
from idp.registry.models import Organization


def ask(organization: Organization, about_id: UUID, told: Told) -> None:
    """Let one letter about that leave for the registered address with the next batch: it is written as it is told now.

    It leaves whatever becomes of that later: what was entered in an organization's name is never kept from it.
    """
    words = asdict(told) | {"lines": list(told.lines)}
    db.session.add(Notice(organization_id=organization.id, about_id=about_id, words=words, asked_at=clock.now()))
    db.session.flush()
    log.record(Event.LETTERS_ASKED, organization=organization.id, reason=MANDATE, details={"about": str(about_id)})


def ask_again(organization: Organization) -> int:
    """Let what came back of an organization leave again with the next batch, in the words of then; how many."""
    count = Notice.let_leave_again(organization.id)
    if count:
        log.record(Event.LETTERS_ASKED, organization=organization.id, reason=MANDATE, details={"again": count})
    return count
