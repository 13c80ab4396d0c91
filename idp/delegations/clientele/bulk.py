"""A firm with thousands of clients sends a table: read whole, then done whole; sent twice, it changes nothing more."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import NamedTuple

from idp import clock
from idp.accounts import logins
from idp.accounts.colleagues.holding import Held
from idp.accounts.colleagues.models import Colleague
from idp.audit import log
from idp.audit.events import Event
from idp.db import db
from idp.delegations import sheets
from idp.delegations.clientele import assigning, requesting
from idp.delegations.granting import models, terms
from idp.delegations.granting.former_area import day
from idp.delegations.granting.models import Client
from idp.delegations.granting.offering import facts
from idp.delegations.sheets import Fault, Line
from idp.registry import siret as sirets

Deed = Callable[[], object]
People = Mapping[str | None, Colleague]


class Wrong(ValueError):
    """A line cannot be: a word for the page, and the cell it is about."""

    def __init__(self, reason: str, about: str = "") -> None:
        super().__init__(reason)
        self.reason, self.about = reason, about


class Table(NamedTuple):
    """What a kind of table holds, and what each of its lines comes to."""

    columns: tuple[str, ...]
    optional: tuple[str, ...]
    read: Callable[[Held, People, Line], Deed]


def take(firm: Held, kind: str, data: bytes) -> int | list[Fault]:
    """Do what each line says, and how many there were; or nothing at all, and why. Raises `KeyError` for a kind."""
    table = TABLES[kind]
    lines = sheets.read(data, table.columns, table.optional)
    if isinstance(lines, Fault):
        return [lines]
    people = {one.canonical: one for one in Colleague.some(firm.id, clock.now(), limit=assigning.MOST)}
    deeds: list[tuple[Line, Deed]] = []
    faults: list[Fault] = []
    for line in lines:
        try:
            deeds.append((line, table.read(firm, people, line)))
        except Wrong as wrong:
            faults.append(Fault(line.number, wrong.reason, wrong.about))
    return faults or _all(deeds)


def _all(deeds: list[tuple[Line, Deed]]) -> int | list[Fault]:
    with db.session.begin_nested() as attempt:
        for line, deed in deeds:
            if deed() is requesting.Refusal.ENOUGH:
                attempt.rollback()
                return [Fault(line.number, "enough")]
    return len(deeds)


def _ask(firm: Held, people: People, line: Line) -> Deed:
    siret, wanted = _siret(line), terms.of(_rights(line), _day(line))
    fault = terms.fault(wanted, firm.organization)
    if fault is not None:
        raise Wrong(fault.value, line.cells["until"])
    return partial(requesting.ask, firm, siret, wanted)


def _renew(firm: Held, people: People, line: Line) -> Deed:
    return partial(_each, _clients(firm, line), requesting.ask_renewal)


def _assign(firm: Held, people: People, line: Line) -> Deed:
    clients, email = _clients(firm, line), line.cells.get("email", "")
    person = people.get(logins.canonical(email) or "")
    if person is None:
        raise Wrong("nobody", email)
    rights = _rights(line) if line.cells.get("rights") else None
    if rights is not None and not all(set(rights) <= set(client.delegation.rights) for client in clients):
        raise Wrong("not_given", line.cells["rights"])
    return partial(_each, clients, partial(_name, person, rights))


def _each(clients: list[Client], deed: Callable[[Client], object]) -> None:
    for client in clients:
        deed(client)


def _name(person: Colleague, rights: list[str] | None, client: Client) -> None:
    if not assigning.name(client, person.account_id, rights):
        return
    details = facts(client.delegation) | {"people": [str(person.account_id)]}
    log.record(Event.DELEGATION_ASSIGNED, organization=client.organization.id, details=details)


def _clients(firm: Held, line: Line) -> list[Client]:
    found = models.clients_of_firm(firm.id, clock.now(), _siret(line))
    if not found:
        raise Wrong("no_client", line.cells.get("siret", ""))
    return found


def _siret(line: Line) -> str:
    written = line.cells.get("siret", "")
    try:
        return sirets.parse(written)
    except sirets.NotASiret as error:
        raise Wrong("siret", written) from error


def _rights(line: Line) -> list[str]:
    written = line.cells.get("rights", "").split()
    known = terms.of(written, date.min).rights
    if not written or len(known) != len(set(written)):
        raise Wrong("rights", line.cells.get("rights", ""))
    return list(known)


def _day(line: Line) -> date:
    written = line.cells.get("until", "")
    found = day(written)
    if found is None:
        raise Wrong("day", written)
    return found


TABLES: Mapping[str, Table] = {
    "ask": Table(("siret", "rights", "until"), (), _ask),
    "renew": Table(("siret",), (), _renew),
    "assign": Table(("siret", "email"), ("rights",), _assign),
}
