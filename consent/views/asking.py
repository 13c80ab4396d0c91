"""Who asks, what, and for which organization: allow or refuse."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_timedelta
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField

from consent import asking, scopes
from idp import extensions
from idp.accounts.models import RIGHTS
from idp.accounts.views import menus
from idp.alive import LiveSession
from idp.errors import JourneyExpired
from idp.journey.browser import journey_of_this_browser
from idp.journey.models import Journey
from idp.oidc.authorization.answering import membership_for
from idp.oidc.models import registered
from idp.oidc.models.registered import RegisteredClient
from idp.registry.models import Organization
from idp.sessions import current
from idp.settings import settings


class AskingForm(FlaskForm):
    """What the page was about, and whose session: another tab, or a holder, may have changed it since."""

    shown = HiddenField()


def show(journey_id: UUID) -> ResponseReturnValue:
    """The question, in plain words."""
    journey, session, client = _where_we_are(journey_id)
    membership = membership_for(journey, session)
    organization = Organization.by_id(membership.organization_id) if membership else None
    return render_template(
        "consent/asking/asking.html",
        form=AskingForm(shown=_shown(journey, session, client)),
        journey=journey,
        client=client,
        session=session,
        organization=organization,
        opens=asking.opens(journey, session, client),
        rights=_in_words(asking.rights_of(journey, session)),
        knows=scopes.in_words(asking.asked_of(journey, client)),
        offline_for=_offline_for(journey, client),
    )


def submit(journey_id: UUID) -> ResponseReturnValue:
    """The answer: back to the hub, or the refusal to the application."""
    journey, session, client = _where_we_are(journey_id)
    if AskingForm().shown.data != _shown(journey, session, client):
        return redirect(url_for("journey.resume", journey_id=journey.id), 303)
    if request.form.get("choice") == "allow":
        asking.give(journey, session, client)
        return redirect(url_for("journey.resume", journey_id=journey.id), 303)
    asking.refuse(session, client)
    return extensions.house.answers[journey.goal].refuse(journey, "access_denied")  # type: ignore[no-any-return]


def _shown(journey: Journey, session: LiveSession, client: RegisteredClient) -> str:
    opens = "opens" if asking.opens(journey, session, client) else "consents"
    return " ".join([str(session.id), opens, *asking.rights_of(journey, session)])


def _in_words(rights: list[str]) -> list[str]:
    return [str(_("Tous vos droits"))] if set(rights) == set(RIGHTS) else menus.in_words(rights)


def _offline_for(journey: Journey, client: RegisteredClient) -> str | None:
    if not (client.offline or "offline_access" in journey.question["scopes"]):
        return None
    return str(format_timedelta(settings.offline_lifetime, granularity="day", threshold=1000))


def _where_we_are(journey_id: UUID) -> tuple[Journey, LiveSession, RegisteredClient]:
    journey = journey_of_this_browser(journey_id)
    session, client = current.session(), registered.find(journey.client_id or "")
    if session is None or client is None:
        raise JourneyExpired("nobody is signed in any more, or the client is disabled", journey.client_id)
    return journey, session, client
