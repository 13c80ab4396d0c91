"""On whose behalf: the organization is the grant's, named by the portal, the only one there is, or picked."""

from uuid import UUID

from idp import clock
from idp.alive import LiveSession
from idp.delegations.mandates.models import Mandate, Wish
from idp.journey.models import Journey
from idp.journey.steps import Step
from idp.sessions import current

FACT = "acting"
A_PAGE = 20


def is_due(journey: Journey) -> bool:
    """Whether a person must choose: several organizations may be meant, or the portal wants the page whatever there is.

    One costs no page, and none neither; what was named and is not theirs is refused with the answer.
    """
    session = current.session()
    if session is None or not is_asked(journey) or _picked(journey, session):
        return False
    few = _few(journey, session)
    return len(few) > 1 or (bool(few) and "select_organization" in journey.prompts)


STEP = Step("acting", is_due, screen="delegations.acting", silent_error="account_selection_required")


def is_asked(journey: Journey) -> bool:
    """Whether the portal asks for an organization at all."""
    return "organization" in journey.question.get("scopes", ())


def is_refused(journey: Journey, session: LiveSession) -> bool:
    """Whether the portal named an organization that is not this person's, or rights there of which they have none.

    Nothing tells whether such an organization exists.
    """
    mandate = chosen(journey, session)
    named, privileges = journey.question.get("organization"), journey.question.get("privileges")
    if not is_asked(journey) or (mandate is None and named is None):
        return False
    return mandate is None or bool(privileges and not set(privileges) & set(mandate.rights))


def chosen(journey: Journey, session: LiveSession) -> Mandate | None:
    """The mandate of the answer, as it is now: the one that was picked, else the only one; None where there is none."""
    if not is_asked(journey):
        return None
    key = _picked(journey, session)
    if key is None:
        return next(iter(_few(journey, session)), None)
    if f"picked {key}" not in journey.asked:
        journey.asked[f"picked {key}"] = Mandate.by_key(session.account_id, clock.now(), key)
    found: Mandate | None = journey.asked[f"picked {key}"]
    return found


def pick(journey: Journey, session: LiveSession, key: str) -> bool:
    """Act by that mandate for the rest of the journey; False when it is not among those that may be picked here."""
    mandate = Mandate.by_key(session.account_id, clock.now(), key)
    wish = wish_of(journey)
    meant = mandate and wish.organization_id in (None, mandate.organization_id)
    if mandate is None or not meant or wish.siret not in (None, mandate.siret):
        return False
    journey.facts[FACT] = [str(session.account_id), key]
    journey.save()
    return True


def wish_of(journey: Journey, search: str = "") -> Wish:
    """What the portal named, and what the person searches."""
    named = journey.question.get("organization") or {}
    organization_id = UUID(named["id"]) if "id" in named else None
    return Wish(organization_id=organization_id, siret=named.get("siret"), search=search)


def _few(journey: Journey, session: LiveSession) -> list[Mandate]:
    """None, one, or a choice: asked once a request."""
    name = f"few {session.account_id}"
    if name not in journey.asked:
        journey.asked[name] = Mandate.few(session.account_id, clock.now(), wish_of(journey))
    found: list[Mandate] = journey.asked[name]
    return found


def _picked(journey: Journey, session: LiveSession) -> str | None:
    """What this very person picked in this journey: it says nothing of the next one."""
    who, key = journey.facts.get(FACT) or (None, None)
    return str(key) if who == str(session.account_id) else None
