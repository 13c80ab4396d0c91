"""The house itself: its funds, their colours and days, its clients, and whom it tells people to write to."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from idp.oidc.clients import checking, registration
from idp.oidc.clients.checking import Finding, Level
from idp.oidc.models.client import Client
from idp.ops.checks.verdicts import Check, Seen, advice, fine, wrong
from idp.registry.models import Fund
from idp.settings import Settings
from idp.web import theme


def _funds(chosen: Settings) -> Iterator[Seen]:
    funds = Fund.all()
    if not funds:
        yield wrong("there is none: nobody can open an account", "idp funds apply FILE.yaml")
        return
    yield fine(", ".join(fund.code for fund in funds))
    for fund in funds:
        if fund.home_client_id is None:
            yield advice(
                f"{fund.code} has no home portal: an opening ends on a page of ours", "home_client, in its file"
            )
        elif Client.by_client_id(fund.home_client_id) is None:
            yield wrong(
                f"{fund.code} leads to {fund.home_client_id}, which is no client", "idp clients apply FILE.yaml"
            )


def _colours(chosen: Settings) -> Iterator[Seen]:
    pale = [fund.code for fund in Fund.all() if not all(map(_is_legible, fund.colours.values()))]
    if pale:
        yield wrong(f"too pale on white: {', '.join(pale)}", "choose a darker brand colour, then idp funds apply")
    else:
        yield fine("each can be read on white")


def _is_legible(colour: str) -> bool:
    return theme.by_day(colour.removeprefix("#")).brand == colour  # it was not darkened to be read


def _zones(chosen: Settings) -> Iterator[Seen]:
    names = {chosen.time_zone} | {fund.time_zone for fund in Fund.all()}
    unknown = sorted(name for name in names if not _is_zone(name))
    if unknown:
        yield wrong(f"unknown here: {', '.join(unknown)}", "apt install tzdata, or correct IDP_TIME_ZONE and the funds")
    else:
        yield fine(f"{', '.join(sorted(names))}")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True


def _contacts(chosen: Settings) -> Iterator[Seen]:
    if chosen.network_contact.endswith("example.org"):
        yield wrong(f"pages say to write to {chosen.network_contact}", "set IDP_NETWORK_CONTACT")
    if not chosen.security_contacts:
        yield advice("a weakness is told to the network's contact", "set IDP_SECURITY_CONTACTS to who acts on it")
    else:
        yield fine(f"a weakness is told to {', '.join(chosen.security_contacts)}")


def _clients(chosen: Settings) -> Iterator[Seen]:
    """What `idp clients check` finds, but for its advice."""
    known = {client.client_id: client for client in Client.all()}
    apis, development = registration.apis(), not chosen.is_production
    found = [
        (name, finding)
        for name, client in known.items()
        for finding in checking.findings(client, development=development, apis=apis)
    ]
    found += [("an API", finding) for finding in checking.orphans(known)]
    bad = [one for one in found if one[1].level != Level.ADVICE]
    yield from (_told(*one) for one in bad)
    if not bad:
        yield fine(f"{len(known)}, none unsafe; `idp clients check` has advice")


def _told(name: str, finding: Finding) -> Seen:
    kind = wrong if finding.level == Level.UNSAFE else advice
    return kind(f"{name}: {finding.what}", finding.advice)


CHECKS = (
    Check("funds", "a member belongs to one", _funds, in_development=True),
    Check("colours", "a pale button cannot be read in the sun (WCAG 1.4.3)", _colours, in_development=True),
    Check("time zones", "days end where the fund is", _zones, in_development=True),
    Check("contacts", "people and those who find a weakness must reach somebody", _contacts),
    Check("clients", "an unsafe client is a hole in every account", _clients, in_development=True),
)
