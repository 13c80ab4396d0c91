"""« Continuer en tant que… », or « Changer de compte »."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField

from idp.journey.browser import journey_of_this_browser
from idp.login import account_choice
from idp.sessions import current


class ChoiceForm(FlaskForm):
    """Which session the page was about: another tab may have changed it since."""

    shown = HiddenField()


def show(journey_id: UUID) -> ResponseReturnValue:
    """Who is signed in, and the two buttons."""
    journey, session = journey_of_this_browser(journey_id), current.session()
    if session is None:  # signed out meanwhile: the hub knows what to ask
        return redirect(url_for("journey.resume", journey_id=journey.id), 303)
    return render_template(
        "login/account_choice/account_choice.html",
        form=ChoiceForm(shown=session.id),
        client_name=journey.client_name,
        account_name=f"{session.given_names} {session.family_name}",
        account_email=session.email,
    )


def submit(journey_id: UUID) -> ResponseReturnValue:
    """Back to the hub, with the choice where it is still about the person who is signed in."""
    journey, session = journey_of_this_browser(journey_id), current.session()
    if session is not None and ChoiceForm().shown.data == str(session.id):
        choose = account_choice.keep if request.form.get("choice") == "continue" else account_choice.change
        choose(journey, session)
    return redirect(url_for("journey.resume", journey_id=journey.id), 303)
