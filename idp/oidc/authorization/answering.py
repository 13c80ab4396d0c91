"""The answer to an authorization request: the grant is inserted, and a code names it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from idp import clock
from idp.alive import LiveSession
from idp.audit import log
from idp.audit.events import Event
from idp.db import insert, new_id
from idp.delegations import acting
from idp.delegations.mandates.models import Mandate
from idp.journey.models import Journey
from idp.login import assurance
from idp.oidc.authorization.codes import AuthorizationCode
from idp.oidc.models import registered
from idp.oidc.models.grant import Grant
from idp.oidc.models.registered import RegisteredClient
from idp.settings import settings
from keys import opaque


def refusal_of(journey: Journey, session: LiveSession) -> str | None:
    """Why the person who is there may not answer, as an error code; None when they may."""
    meant = journey.question.get("subject_account")
    if meant is not None and meant != str(session.account_id):
        return "login_required"
    essential = journey.question.get("essential_acr")
    if essential and assurance.acr(session.methods, settings.issuer) not in essential:
        return "unmet_authentication_requirements"  # RFC 9470 section 3
    return "access_denied" if acting.is_refused(journey, session) else None


def grant(journey: Journey, session: LiveSession) -> str:
    """Insert the grant and issue its code: the secret the client redeems."""
    now = clock.now()
    client = registered.find(journey.client_id or "")
    assert client is not None, "the client was checked when the question was asked, and again by the caller"
    given = _grant(journey, session, client, now)
    insert(Grant, given)
    log.record(
        Event.GRANT_ISSUED,
        subject=session.account_id,
        organization=given["organization_id"],
        client=client.id,
        session=session.id,
        grant=given["id"],
    )
    return _code(journey, given["id"], now).issue()


def _grant(journey: Journey, session: LiveSession, client: RegisteredClient, now: datetime) -> dict[str, Any]:
    scopes = journey.question["scopes"]
    offline = client.offline or "offline_access" in scopes
    mandate, privileges = membership_for(journey, session), journey.question.get("privileges")
    if mandate is not None and not client.first_party:
        privileges = reached(mandate, privileges)  # what is given later was not consented to
    return {
        "id": new_id(),
        "account_id": session.account_id,
        "client_id": client.id,
        "session_id": None if offline else session.id,
        "organization_id": mandate and mandate.organization_id,
        "membership_id": mandate and mandate.membership_id,
        "delegation_id": mandate and mandate.delegation_id,
        "scopes": scopes,
        "claims": journey.question["claims"],
        "authorization_details": [{"privileges": privileges}] if privileges is not None else [],
        "resources": journey.question.get("resources", []),
        "auth_time": session.auth_time,
        "acr": assurance.acr(session.methods, settings.issuer),
        "amr": assurance.amr(session.methods),
        "sid": opaque.make(),
        "offline": offline,
        "created_at": now,
    }


def membership_for(journey: Journey, session: LiveSession) -> Mandate | None:
    """On whose behalf, and by what: see `idp/delegations/acting.py`."""
    return acting.chosen(journey, session)


def reached(mandate: Mandate, privileges: Iterable[str] | None) -> list[str]:
    """Those of the mandate's rights that are asked for; none named is all of them."""
    asked = mandate.rights if privileges is None else set(privileges)
    return [right for right in mandate.rights if right in asked]


def _code(journey: Journey, grant_id: UUID, now: datetime) -> AuthorizationCode:
    asked = journey.question
    return AuthorizationCode(
        grant_id, journey.client_id or "", asked["redirect_uri"], asked["code_challenge"], asked["nonce"], now
    )
