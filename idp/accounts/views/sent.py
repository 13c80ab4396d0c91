"""After step 2: a mail has left, to which address, and what to do when it does not arrive (guide, « Finalisation »)."""

from uuid import UUID

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_timedelta
from flask_wtf import FlaskForm

from idp.accounts.opening import contact
from idp.accounts.opening.draft import Draft
from idp.journey.browser import known_browser
from idp.settings import settings

SHARED = frozenset(
    {"accueil", "admin", "bureau", "comptabilite", "compta", "contact", "gestion", "info", "paie", "rh", "secretariat"}
)
"""How the address of a whole office begins: it may have an account, which is one person in all that is written down."""


def show(draft_id: UUID) -> ResponseReturnValue:
    """The address in full, « Corriger l'adresse » and « Renvoyer »; the same whether it has an account or not."""
    draft = Draft.of(draft_id, known_browser())
    if not draft.is_sent:
        return redirect(url_for("accounts.contact", draft_id=draft.id), 303)
    g.fund_id, g.locale = draft.fund_id, draft.locale
    return render_template(
        "accounts/opening/sent.html",
        form=FlaskForm(),
        draft=draft,
        is_again="again" in request.args,
        is_shared=draft.email.partition("@")[0].lower() in SHARED,
        hours=format_timedelta(settings.activation_link_lifetime, granularity="hour", threshold=2),
        days=settings.opening_lifetime.days,
    )


def submit(draft_id: UUID) -> ResponseReturnValue:
    """Send the mail again, as far as its address may have another; the page does not tell."""
    draft = Draft.of(draft_id, known_browser())
    contact.send_again(draft)
    return redirect(url_for("accounts.sent", draft_id=draft.id, again=1), 303)
