"""« Voulez-vous vous déconnecter ? »: asked where no portal proved whom it means."""

from flask import g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from idp.alive import LiveSession
from idp.extensions import house
from idp.oidc.logout import telling
from idp.oidc.models import registered
from idp.oidc.models.registered import RegisteredClient
from idp.registry.views import funds
from idp.sessions import current, lifecycle
from idp.web import headers


def show() -> ResponseReturnValue:
    """The question, or that it is done already. `client_id` is only claimed: it gives the page its face, no more."""
    client, session = _claimed(), current.session()
    if session is None:
        return signed_out(client, [])
    _wear(client)
    name = f"{session.given_names} {session.family_name}"
    return render_template("oidc/logout_confirm.html", form=FlaskForm(), account_name=name, account_email=session.email)


def submit() -> ResponseReturnValue:
    """The person's own answer; the form's token proves that it is theirs."""
    client = _claimed()
    if request.form.get("choice") != "yes":
        return redirect(house.way_back(client.client_id if client else None) or request.full_path, 303)
    return signed_out(client, end(current.session()))


def end(session: LiveSession | None) -> list[str]:
    """End the session of this browser, if there is one, and whatever cookie is left of it; what to show in frames."""
    frames = telling.frames(session.id) if session is not None else []
    if session is not None:
        lifecycle.end(session.id)
    current.forget()
    return frames


def signed_out(client: RegisteredClient | None, frames: list[str], next_url: str | None = None) -> ResponseReturnValue:
    """The last page of ours: with a way back to the portal where there is one, or on to where the portal asked."""
    _wear(client)
    headers.allow_frames(frames)
    return_url = house.way_back(client.client_id) if client and next_url is None else None
    return render_template("oidc/signed_out.html", return_url=return_url, next_url=next_url, frames=frames)


def _claimed() -> RegisteredClient | None:
    return registered.find(request.args.get("client_id", ""))


def _wear(client: RegisteredClient | None) -> None:
    if client is None:
        funds.wear_the_only_one()
        return
    g.fund_id = str(client.fund_id) if client.fund_id else None
    g.client_name = client.name
