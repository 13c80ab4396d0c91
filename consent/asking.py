"""Is the person's word due before this application may know? It is remembered by client, company, scopes and rights."""

from uuid import UUID

from consent import admission
from consent.admission import Gate
from consent.models import Consent
from idp import clock
from idp.alive import LiveSession
from idp.audit import log
from idp.audit.events import Event
from idp.journey.models import Journey
from idp.journey.steps import Step
from idp.oidc.authorization import answering
from idp.oidc.authorization.answering import membership_for
from idp.oidc.models import registered
from idp.oidc.models.registered import RegisteredClient
from idp.oidc.token import claims
from idp.sessions import current


def is_due(journey: Journey) -> bool:
    """Whether to show the screen: once for `prompt=consent`, and where a third party has no such consent in force.

    A word given on this very journey may have been withdrawn in another tab meanwhile: only what is in force counts.
    """
    client = registered.find(journey.client_id or "")
    session = current.session()
    if client is None or session is None:
        return False
    if "consent" in journey.prompts and journey.facts.get("consented") != str(session.account_id):
        return True
    if client.first_party:
        return False
    said = {"scopes": asked_of(journey, client), "rights": rights_of(journey, session)}
    covered = Consent.covers(session.account_id, client.id, organization_of(journey, session), **said)
    return not covered or opens(journey, session, client)


def asked_of(journey: Journey, client: RegisteredClient) -> list[str]:
    """The scopes the person is asked for: those named, and those of the claims that are named one by one."""
    named = {name for place in journey.question["claims"].values() for name in place}
    scopes = list(journey.question["scopes"])
    implied = [scope for scope in client.scopes if scope not in scopes and claims.named_by([scope]) & named]
    return scopes + implied


STEP = Step("consent", is_due, screen="consent.ask", silent_error="consent_required")


def organization_of(journey: Journey, session: LiveSession) -> UUID | None:
    """The organization the consent is for; None where none is asked."""
    membership = membership_for(journey, session)
    return membership.organization_id if membership else None


def rights_of(journey: Journey, session: LiveSession) -> list[str]:
    """The rights in that organization that the application would have: those of the person, as far as it asks."""
    mandate = membership_for(journey, session)
    return answering.reached(mandate, journey.question.get("privileges")) if mandate else []


def opens(journey: Journey, session: LiveSession, client: RegisteredClient) -> bool:
    """Whether this word, of a holder, also opens their company to the application."""
    return admission.gate(journey, session, client) is Gate.HOLDER


def give(journey: Journey, session: LiveSession, client: RegisteredClient) -> None:
    """Write the person's word down, and go on."""
    organization_id = organization_of(journey, session)
    if organization_id is not None and opens(journey, session, client):
        admission.give(session, client, organization_id)
    said = {"scopes": asked_of(journey, client), "rights": rights_of(journey, session)}
    Consent.grant(session.account_id, client.id, organization_id, **said, now=clock.now())
    who, what = session.account_id, Event.CONSENT_GIVEN
    log.record(what, subject=who, client=client.id, organization=organization_id, session=session.id)
    journey.established("consented", by=session.account_id)


def refuse(session: LiveSession, client: RegisteredClient) -> None:
    """Note that the person said no."""
    log.record(Event.CONSENT_REFUSED, subject=session.account_id, client=client.id, session=session.id)
