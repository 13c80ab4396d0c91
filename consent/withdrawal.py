"""The applications a person allowed, and taking a word back: what stood on it ends at once."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from consent import models
from consent.models import Consent, Use
from idp import clock, extensions
from idp.audit import log
from idp.audit.events import Event
from idp.oidc.models.client import Client
from idp.oidc.models.grant import Grant
from idp.registry.models import Organization
from idp.settings import settings


@dataclass
class Application:
    """What one client may know of a person, for one organization or none."""

    client: Client
    organization: Organization | None
    since: datetime
    scopes: list[str] = field(default_factory=list)
    used_at: datetime | None = None
    offline: bool = False
    """Whether it has access now while the person is away."""
    devices: list[str] = field(default_factory=list)

    @property
    def organization_id(self) -> UUID | None:
        """The id of the organization, if it is for one."""
        return self.organization.id if self.organization else None


def applications_of(account_id: UUID) -> list[Application]:
    """What a person allowed, the newest first: by a consent in force, or by a grant that lasts while they are away."""
    consents, uses = Consent.in_force(account_id=account_id), Use.of(account_id)
    known = models.clients([*(one.client_id for one in consents), *(one.client_id for one in uses)])
    named = [*(one.organization_id for one in consents), *(one.organization_id for one in uses)]
    companies = models.organizations(named)
    found: dict[tuple[UUID, UUID | None], Application] = {}

    def entry(of: Consent | Use, since: datetime) -> Application:
        company = companies.get(of.organization_id) if of.organization_id else None
        made = Application(known[of.client_id], company, since)
        return found.setdefault((of.client_id, of.organization_id), made)

    for consent in consents:
        if consent.client_id in known:
            _add(entry(consent, consent.granted_at).scopes, consent.scopes)
    for use in uses:
        lasts = _lasts(use)
        if use.client_id in known and (lasts or (use.client_id, use.organization_id) in found):
            _follow(entry(use, use.created_at), use, lasts)
    return sorted(found.values(), key=lambda one: one.since, reverse=True)


def find(account_id: UUID, client_id: UUID, organization_id: UUID | None) -> Application | None:
    """One of them."""
    wanted = (client_id, organization_id)
    return next((one for one in applications_of(account_id) if (one.client.id, one.organization_id) == wanted), None)


def withdraw(account_id: UUID, client_id: UUID, organization_id: UUID | None) -> int:
    """Take a person's word to a client back, for one organization or none; how many grants that ended.

    The consent goes first: an authorization that stands on it at this very moment is waited for, and its grant found.
    """
    consents = Consent.withdraw(account_id, client_id, organization_id, clock.now())
    theirs = (Grant.account_id == account_id, Grant.client_id == client_id)
    ended = Grant.end_where(*theirs, Grant.organization_id == organization_id)
    for grant_id in ended:
        extensions.house.ended("grant", grant_id)
    if consents or ended:
        what, done = Event.CONSENT_WITHDRAWN, {"grants": len(ended)}
        log.record(what, subject=account_id, client=client_id, organization=organization_id, details=done)
    return len(ended)


def _follow(application: Application, use: Use, lasts: bool) -> None:
    seen_at = use.used_at or use.created_at
    application.used_at = max(seen_at, application.used_at or seen_at)
    if lasts:
        application.offline = True
        _add(application.scopes, use.scopes)
        _add(application.devices, [use.device] if use.device else [])


def _lasts(use: Use) -> bool:
    """Whether it is an offline grant that may be used still."""
    now, seen_at = clock.now(), use.used_at or use.created_at
    in_time = now < min(use.created_at + settings.offline_lifetime, seen_at + settings.offline_idle_lifetime)
    return use.offline and use.ended_at is None and in_time


def _add(kept: list[str], more: list[str]) -> None:
    kept.extend(one for one in more if one not in kept)
