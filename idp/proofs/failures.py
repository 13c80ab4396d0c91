"""Whose sign-in failed from one network of late: a list of stolen passwords stops there, an office does not (LOG-6).

A login leaves the list when it succeeds: people of one office mistype, and then get in. Those on the list may go on
trying, each under its own count (LOG-2); once the list is full, no other login is verified for that network. Tries that
are being verified meanwhile may pass its end by as many as there are places to hash.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from idp import clock, extensions
from idp.proofs import rates
from idp.settings import settings

TRIES = 20
"""How often a list that others write at the same moment is read again, before one more failure goes uncounted."""
Failed = dict[str, float]
"""Digests of logins, and when each failed last, in seconds of the epoch."""

alarm = structlog.get_logger("idp.proofs.failures")


@dataclass(frozen=True)
class Tried:
    """One login, and the list of its network as this try found it."""

    login: str
    key: str
    failed: Failed

    @property
    def waits_until(self) -> datetime | None:
        """When this login may be tried from here; None where it may now."""
        most = settings.sign_in_network_failures
        if self.login in self.failed or len(self.failed) < most:
            return None
        oldest = sorted(self.failed.values())[len(self.failed) - most]
        return datetime.fromtimestamp(oldest, UTC) + settings.sign_in_network_window


def look(login: str) -> Tried:
    """Read the list of this request's network, in one round trip. Raises `StoreUnavailable`."""
    named = extensions.purposes.mac("rate:failures-network", rates.network()).hex()
    key = f"failures:{named}"
    return Tried(extensions.purposes.mac("rate:failures-login", login).hex()[:16], key, _read(key)[1])


def note(tried: Tried) -> None:
    """It failed. An operator is told when the list gets full: who tries is told by the audit."""
    failed = _change(tried, {tried.login: clock.now().timestamp()})
    if tried.login not in tried.failed and len(failed) == settings.sign_in_network_failures:
        alarm.warning("proofs:failures:full", most=len(failed))


def forget(tried: Tried) -> None:
    """It succeeded. Nothing is asked of the store where it had not failed."""
    if tried.login in tried.failed:
        _change(tried, {})


def _change(tried: Tried, to: Failed) -> Failed:
    """Write the list without that login, or with it anew; of two first failures at once, one may go uncounted."""
    failed: Failed = {}
    for _ in range(TRIES):
        version, failed = _read(tried.key)
        failed = {login: at for login, at in failed.items() if login != tried.login} | to
        if _write(tried.key, version, failed):
            break
    return failed


def _read(key: str) -> tuple[int, Failed]:
    found = extensions.store.get_versioned(key)
    if found is None:
        return 0, {}
    now, window = clock.now().timestamp(), settings.sign_in_network_window.total_seconds()
    # What a clock wrote that was far ahead would keep people out for as long as it was.
    return found[0], {login: at for login, at in json.loads(found[1]).items() if abs(now - at) < window}


def _write(key: str, version: int, failed: Failed) -> bool:
    value, lifetime = json.dumps(failed).encode(), settings.sign_in_network_window
    if version:
        return extensions.store.swap(key, version, value, lifetime)
    extensions.store.put(key, value, lifetime)
    return True
