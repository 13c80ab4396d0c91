"""« Confirmez votre adresse mail », on the way to a portal, for who let all reminders pass."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from idp.accounts import email_certification
from idp.alive import LiveSession
from idp.journey.browser import journey_of_this_browser
from idp.journey.models import Journey
from idp.sessions import current


def show(journey_id: UUID) -> ResponseReturnValue:
    """The address, and the button that sends the mail. Certified meanwhile, in any browser: on to the hub."""
    journey, session = journey_of_this_browser(journey_id), current.session()
    if session is None or not email_certification.is_due(journey):
        return _on(journey)
    return _page(journey, session)


def submit(journey_id: UUID) -> ResponseReturnValue:
    """The mail sent, « Continuer » before it was answered, or another account."""
    journey, session = journey_of_this_browser(journey_id), current.session()
    if session is None or not email_certification.is_due(journey):
        return _on(journey)
    choice = request.form.get("choice")
    if choice == "change":
        email_certification.change(session)
        return _on(journey)
    if choice != "send":
        return _page(journey, session, is_early=True), 422
    if not email_certification.ask(journey, session):
        return _page(journey, session, is_enough=True), 422
    return redirect(url_for("accounts.email_certification_step", journey_id=journey.id), 303)


def _on(journey: Journey) -> ResponseReturnValue:
    return redirect(url_for("journey.resume", journey_id=journey.id), 303)


def _page(journey: Journey, session: LiveSession, *, is_early: bool = False, is_enough: bool = False) -> str:
    return render_template(
        "accounts/email_certification/step.html",
        form=FlaskForm(),
        address=session.email,
        client_name=journey.client_name,
        was_sent=email_certification.was_asked(journey, session),
        is_early=is_early,
        is_enough=is_enough,
    )
