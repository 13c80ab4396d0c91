"""« Les applications de partenaires »: what a company is open to, what waits for a holder, and taking it back."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from consent import admission
from consent.admission import Shown
from idp.accounts.colleagues.holding import Held, held_by
from idp.alive import LiveSession
from idp.sessions import current
from idp.sessions.views import arriving


def show(organization_id: UUID) -> ResponseReturnValue:
    """All of them, for a holder; for anybody else there is no such page."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("consent.admitted", organization_id=organization_id)
    held = _held(session, organization_id)
    return render_template("consent/admitted/admitted.html", held=held, applications=admission.shown(held))


def one(organization_id: UUID, admission_id: UUID) -> ResponseReturnValue:
    """A question that waits for an answer, or an application that may be closed out; the list once it is over."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first(
            "consent.admitted_one", organization_id=organization_id, admission_id=admission_id
        )
    held = _held(session, organization_id)
    found = admission.find(held, admission_id)
    if found is None:
        return redirect(url_for("consent.admitted", organization_id=organization_id), 303)
    return _again(session, held, found) or _page(held, found)


def submit(organization_id: UUID, admission_id: UUID) -> ResponseReturnValue:
    """Open, refuse or close; back to the list."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first(
            "consent.admitted_one", organization_id=organization_id, admission_id=admission_id
        )
    held = _held(session, organization_id)
    found = admission.find(held, admission_id)
    again = found and _again(session, held, found)
    if again:
        return again
    deed = {"allow": admission.allow, "refuse": admission.refuse, "close": admission.withdraw}
    chosen = deed.get(request.form.get("choice", ""))
    if chosen is not None:
        chosen(held, admission_id)
        current.touch()
    return redirect(url_for("consent.admitted", organization_id=organization_id), 303)


def _held(session: LiveSession, organization_id: UUID) -> Held:
    held = held_by(session.account_id, organization_id)
    arriving.dress(session, held.organization.fund_id)
    return held


def _again(session: LiveSession, held: Held, found: Shown) -> ResponseReturnValue | None:
    """To open a company asks for a password typed lately; to close it asks for nothing."""
    if found.granted_at is not None:
        return None
    return arriving.prove_again(session, "consent.admitted_one", organization_id=held.id, admission_id=found.id)


def _page(held: Held, found: Shown) -> str:
    page = "deciding" if found.granted_at is None else "closing"
    return render_template(f"consent/admitted/{page}.html", form=FlaskForm(), held=held, shown=found)
