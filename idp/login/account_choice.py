"""`prompt=select_account`: go on as the person who is signed in, or change account (OpenID Connect Core 3.1.2.1)."""

from idp.alive import LiveSession
from idp.journey.models import Journey
from idp.journey.steps import Step
from idp.sessions import current


def is_due(journey: Journey) -> bool:
    """Always a page when someone is signed in, with one session too; to sign in here and now is to have chosen."""
    session = current.session()
    if session is None or "select_account" not in journey.prompts or journey.facts.get("another_account"):
        return False
    return str(session.id) not in (journey.signed_in_session, journey.facts.get("account_chosen"))


STEP = Step("account_choice", is_due, screen="login.account_choice", silent_error="account_selection_required")


def keep(journey: Journey, session: LiveSession) -> None:
    """Go on with the account that is signed in."""
    journey.established("account_chosen", by=session.id)


def change(journey: Journey, session: LiveSession) -> None:
    """Ask who else is there. The present session ends when another person signs in, not before."""
    journey.established("another_account", by=session.id)
