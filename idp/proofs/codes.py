"""A short code typed back: whoever types it reads the telephone or mailbox it was sent to. Few tries, once."""

from uuid import UUID

from idp import clock, extensions
from idp.db import insert, new_id
from idp.proofs import budgets
from idp.proofs.models import Proof
from idp.settings import settings
from keys import opaque

DIGITS = 6
_NUMBER, _CODE = "proof:number", "proof:code"


def issue(purpose: str, target_id: UUID, number: str) -> str | None:
    """Make a code to send to that number (E.164), in the place of the former one; None when no SMS may be sent now.

    Then the former one, if there is any, stays good.
    """
    return _made(purpose, target_id, number) if budgets.allow_sms(number, target_id) else None


def issue_by_mail(purpose: str, target_id: UUID, address: str) -> str | None:
    """The same, to send to that canonical address; `verify` is then asked with the address."""
    return _made(purpose, target_id, address) if budgets.allow_mail(address) else None


def verify(purpose: str, target_id: UUID, number: str, typed: str) -> bool:
    """Whether that is the code sent to that very number, for this purpose and target; it is used up (SMS-1, SMS-2).

    The try is counted before anything is compared. What is no code of six digits costs no try.
    """
    code = "".join(typed.split())
    if not (len(code) == DIGITS and code.isascii() and code.isdigit()):
        return False
    numbers, now = extensions.purposes.macs(_NUMBER, number), clock.now()
    proof = Proof.try_code(purpose, target_id, bound_to=numbers, tries=settings.sms_code_tries, now=now)
    if proof is None or not extensions.purposes.matches(_CODE, f"{proof.id}{code}", proof.digest):
        return False
    return Proof.claim(proof.id, now)


def _made(purpose: str, target_id: UUID, bound_to: str) -> str:
    Proof.kill(purpose, target_id)
    code, proof_id, now = opaque.make_digits(DIGITS), new_id(), clock.now()
    mac = extensions.purposes.mac
    row = {"id": proof_id, "purpose": purpose, "target_id": target_id, "created_at": now}
    row |= {"digest": mac(_CODE, f"{proof_id}{code}"), "bound_to": mac(_NUMBER, bound_to)}
    insert(Proof, row | {"expires_at": now + settings.sms_code_lifetime})
    return code
