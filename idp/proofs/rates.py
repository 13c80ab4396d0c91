"""How often one may try what needs no account: counted for an hour before anything is looked at, known or not."""

from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from idp import extensions
from idp.audit import log, origin
from idp.errors import StoreUnavailable, TooMany
from idp.settings import settings

HOUR = timedelta(hours=1)
NOTED = 100


def network() -> str:
    """Whom this request counts for: its IPv4 address, or the /64 of its IPv6 one, which is one household or office."""
    found = origin.current().network
    if found is None:
        return "unknown"
    address = ip_address(found)
    if isinstance(address, IPv6Address) and not address.ipv4_mapped:
        return str(ip_network((address.packed[:8] + bytes(8), 64)))
    return str(getattr(address, "ipv4_mapped", None) or address)


def admit() -> None:
    """Count one more thing that is kept for who proved nothing yet (DOS-2). Raises `TooMany`, or `StoreUnavailable`."""
    if not within("journey", network(), settings.journeys_an_hour):
        raise TooMany("more sign-ins were begun than one network may in an hour")


def note(error: Exception) -> None:
    """Write a suspicious refusal into the audit, a hundred an hour of one network: the log has the others (DOS-2)."""
    try:
        is_few = within("refused", network(), NOTED)
    except StoreUnavailable:
        is_few = True
    if is_few:
        log.refused(error)


def within(kind: str, who: str, most: int) -> bool:
    """Count one more try of that kind by `who`, under a keyed digest; whether this hour saw no more than `most`.

    Raises `StoreUnavailable`.
    """
    return count(kind, who) <= most


def count(kind: str, who: str) -> int:
    """Count one more, and say how many there were in the hour that the first one began."""
    named = extensions.purposes.mac(f"rate:{kind}", who).hex()
    return extensions.store.count(f"rate-{kind}:{named}", HOUR)
