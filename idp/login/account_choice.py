"""`prompt=select_account`: go on as the person who is signed in, or change account (OpenID Connect Core 3.1.2.1)."""

from idp.journey.models import Journey
from idp.journey.steps import Step
from idp.sessions import current


def is_due(journey: Journey) -> bool:
    """Always a page when someone is signed in, with one session too; to sign in here and now is to have chosen."""
    if "select_account" not in journey.prompts or journey.facts.get("account_chosen"):
        return False
    session = current.session()
    return session is not None and journey.signed_in_session != str(session.id)


STEP = Step("account_choice", is_due, screen="login.account_choice", silent_error="account_selection_required")


def keep(journey: Journey) -> None:
    """Go on with the account that is signed in."""
    journey.established("account_chosen")


def change(journey: Journey) -> None:
    """Ask who else is there. The present session ends when another person signs in, not before."""
    journey.facts["another_account"] = True
    journey.established("account_chosen")
