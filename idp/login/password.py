"""Sign in with a password (guide, « Se connecter à l'Espace sécurisé »)."""

from datetime import timedelta

from idp import clock, errors
from idp.accounts import logins
from idp.accounts.models import Account, Credential
from idp.alive import LiveSession
from idp.audit import log, origin
from idp.audit.events import Event
from idp.db import own_transaction
from idp.extensions import passwords
from idp.journey.models import Journey
from idp.journey.steps import Step
from idp.login.outcome import Reason, Refused, SignedIn
from idp.proofs import failures, rates, throttle
from idp.proofs.throttle import Reservation
from idp.sessions import current, lifecycle
from keys.errors import Busy


def is_due(journey: Journey) -> bool:
    """Whether someone must prove here and now who they are (OpenID Connect Core 3.1.2.3)."""
    session = current.session()
    if session is None:
        return True
    if journey.proved(session.id, session.auth_time):
        return False
    asked_again = "login" in journey.prompts or journey.facts.get("another_account")
    return bool(asked_again) or _is_too_old(journey, session) or _is_another(journey, session)


STEP = Step("password", is_due, screen="login.password", silent_error="login_required")


def sign_in(journey: Journey, email: str, password: str) -> SignedIn | Refused:
    """Verify an address and its password. Raises `errors.Busy` when the password path is full: no try is counted.

    Where too many logins failed from one network, no other one is verified, nor counted against its owner (LOG-6).
    """
    tried = failures.look(logins.throttled_as(email))
    if tried.waits_until is not None:
        return _not_verified(Refused(Reason.NETWORK, tried.waits_until), email)
    outcome = _verified(journey, email, password)
    if isinstance(outcome, SignedIn):
        failures.forget(tried)
    elif outcome.reason is Reason.CREDENTIALS:
        failures.note(tried)
    return outcome


def _not_verified(refusal: Refused, email: str) -> Refused:
    """Such a try costs nothing: of a network the audit has a hundred an hour, and the log the others (AUD-1)."""
    if rates.within("not-verified", rates.network(), rates.NOTED):
        _refused(refusal, Credential(None, None), email)
    return refusal


def _verified(journey: Journey, email: str, password: str) -> SignedIn | Refused:
    """The try is reserved and committed first, the hash is computed while no transaction is open.

    What was verified is asked again when it is used: it may have been changed or suspended meanwhile.
    """
    try:
        with passwords.place():
            with own_transaction() as own:
                reservation = throttle.reserve(own, "sign-in", logins.throttled_as(email))
                credential = Account.credential(own, logins.canonical(email))
            if not reservation.allowed:
                return _refused(Refused(Reason.TOO_MANY, reservation.retry_at), credential, email)
            matches = passwords.verify(credential.password_hash, password)
            fresh = _fresh_hash(credential, password) if matches else None
    except Busy as error:
        raise errors.Busy("the password path is full") from error
    if not matches:
        return _refused(Refused(Reason.CREDENTIALS), credential, email)
    return _signed_in(journey, reservation, credential, email, fresh)


def _signed_in(
    journey: Journey, reservation: Reservation, credential: Credential, email: str, fresh: str | None
) -> SignedIn | Refused:
    if credential.account_id is None or not throttle.settle(reservation, Account.still_holds(credential)):
        return _refused(Refused(Reason.CREDENTIALS), credential, email)
    now = clock.now()
    opened = lifecycle.start(credential.account_id, method="pwd", former=current.session())
    origin.acts(credential.account_id)
    log.record(Event.SIGN_IN_SUCCEEDED, subject=credential.account_id, session=opened.id)
    if fresh is not None:
        Account.rehash(credential, fresh)
    journey.signed_in(opened.id, now)
    current.start(opened)
    return SignedIn(credential.account_id, opened)


def _refused(refusal: Refused, credential: Credential, email: str) -> Refused:
    # Only an address is written down: people type their password into the wrong field.
    address = logins.canonical(email)
    log.record(Event.SIGN_IN_REFUSED, subject=credential.account_id, reason=refusal.reason, address=address)
    return refusal


def _fresh_hash(credential: Credential, password: str) -> str | None:
    """The same password under today's parameters, where they have risen."""
    if credential.password_hash is None or not passwords.needs_rehash(credential.password_hash):
        return None
    return passwords.hash(password)


def _is_too_old(journey: Journey, session: LiveSession) -> bool:
    max_age = journey.question.get("max_age")
    return max_age is not None and session.auth_time + timedelta(seconds=max_age) <= clock.now()


def _is_another(journey: Journey, session: LiveSession) -> bool:
    meant = journey.question.get("subject_account")
    return meant is not None and meant != str(session.account_id)
