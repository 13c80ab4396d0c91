"""« Je n'ai pas reçu mes courriers »: they leave again to the registered address, and the asker learns nothing."""

from collections.abc import Sequence

from idp.proofs import rates
from idp.registry import enrolment
from idp.registry.models import Organization
from idp.settings import settings


def ask(number: str, siret: str) -> bool:
    """Ask for the letters of the member of that number and SIRET (14 digits), in whatever fund it has them.

    Known or not, asked for lately or not: the same work and the same answer, so that nobody can try numbers (OPN-4).
    False when this network asked too often, which is counted before anything is looked at. Raises `StoreUnavailable`.
    """
    if not rates.within("lost-letters", rates.network(), settings.network_tries):
        return False
    found: Sequence[Organization | None] = Organization.members(number, siret)
    for member in found or [None]:
        enrolment.ask_again(member)
    return True
