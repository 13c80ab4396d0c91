"""A company is not open to this application: a colleague asks its holders, anybody else goes back."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from consent import admission
from consent.admission import Answer, Gate
from idp.alive import LiveSession
from idp.errors import JourneyExpired, TooMany
from idp.extensions import house
from idp.journey.browser import journey_of_this_browser
from idp.journey.models import Journey
from idp.oidc.authorization.answering import membership_for
from idp.oidc.models import registered
from idp.oidc.models.registered import RegisteredClient
from idp.registry.models import Organization
from idp.sessions import current


def show(journey_id: UUID) -> ResponseReturnValue:
    """Why it stops here, and what may be done; on to the next screen once the company is open."""
    journey, session, client = _where_we_are(journey_id)
    gate, organization = admission.gate(journey, session, client), _organization(journey, session)
    if gate not in (Gate.COLLEAGUE, Gate.DELEGATION) or organization is None:
        return redirect(url_for("journey.resume", journey_id=journey.id), 303)
    is_delegated = gate is Gate.DELEGATION
    return render_template(
        "consent/admission/admission.html",
        form=FlaskForm(),
        journey=journey,
        client=client,
        organization=organization,
        is_delegated=is_delegated,
        answer=Answer.NONE if is_delegated else admission.state(organization.id, client.id),
    )


def submit(journey_id: UUID) -> ResponseReturnValue:
    """Ask the holders, then say so on the same page; or tell the application that it gets nothing."""
    journey, session, client = _where_we_are(journey_id)
    if request.form.get("choice") != "ask":
        return house.answers[journey.goal].refuse(journey, "access_denied")  # type: ignore[no-any-return]
    organization = _organization(journey, session)
    may_ask = admission.gate(journey, session, client) is Gate.COLLEAGUE
    if organization is not None and may_ask and not admission.ask(session, client, organization):
        raise TooMany("a person asks holders too often")
    return redirect(url_for("consent.admission", journey_id=journey.id), 303)


def _organization(journey: Journey, session: LiveSession) -> Organization | None:
    mandate = membership_for(journey, session)
    return Organization.by_id(mandate.organization_id) if mandate else None


def _where_we_are(journey_id: UUID) -> tuple[Journey, LiveSession, RegisteredClient]:
    journey = journey_of_this_browser(journey_id)
    session, client = current.session(), registered.find(journey.client_id or "")
    if session is None or client is None:
        raise JourneyExpired("nobody is signed in any more, or the client is disabled", journey.client_id)
    return journey, session, client
