"""`idp organizations`, `idp memberships`, `idp accounts explain`, `idp members merge`: who may do what, and why not."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar
from uuid import UUID

import click
from flask.cli import AppGroup

from idp import clock
from idp.accounts import cli as accounts_cli
from idp.accounts import logins, memberships, merging
from idp.accounts.colleagues import belonging
from idp.accounts.colleagues.models import Colleague
from idp.accounts.memberships import MembershipRefused
from idp.accounts.merging import MergeRefused
from idp.accounts.models import RIGHTS, Account, Membership
from idp.db import db, unit_of_work
from idp.extensions import house
from idp.registry import cli as registry_cli
from idp.registry import directory
from idp.registry.models import Fund, Organization
from idp.selfcare import explaining
from idp.selfcare.models import Firm, Place
from idp.web.commands import changes, refuse

Command = TypeVar("Command", bound=Callable[..., Any])
MOST = 1000

organizations = AppGroup("organizations", help="A company as a whole: its people, its firms, its applications.")
links = AppGroup("memberships", help="The links between people and companies: add, end, move and list them.")
COMMANDS = (organizations, links)

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
which = click.argument("organization", metavar="ORGANIZATION")


@organizations.command("show")
@which
@as_json
def show(organization: str, as_json: bool) -> None:
    """Show a company: what the register says, who may do what, which firms act for it, which applications know it.

    ORGANIZATION is its id, or a fund's code and its number there.

    \b
    idp organizations show val:VE-3001
    idp organizations show 01909d1e-… --json | jq '.people[] | select(.holder)'
    """
    with unit_of_work(writes=False):
        shown = _company(_named(organization))
    if as_json:
        click.echo(json.dumps(shown, indent=2, ensure_ascii=False))
        return
    for name, value in shown.items():
        if not isinstance(value, list):
            click.echo(f"{name:<16}{value or '-'}")
    for part in ("people", "firms", "applications"):
        click.echo(f"\n{part}: {len(shown[part])}")
        for row in shown[part]:
            click.echo("  " + "  ".join(str(value) for value in row.values() if value not in (None, [])))


@links.command("list")
@click.option("--organization", metavar="ORGANIZATION", help="The people of this company (id, or FUND:NUMBER).")
@click.option("--account", metavar="EMAIL", help="The companies of this person, those that ended too.")
@as_json
def list_links(organization: str | None, account: str | None, as_json: bool) -> None:
    """List the links of a company, or of a person.

    \b
    idp memberships list --organization val:VE-3001
    idp memberships list --account lea.martin@martin.example.org --json
    """
    if (organization is None) == (account is None):
        raise click.UsageError("name --organization or --account")
    with unit_of_work(writes=False):
        if organization is not None:
            rows = _people(_named(organization))
        else:
            rows = [_place(one) for one in Place.of(_person(account or "").id)]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for row in rows:
        click.echo("  ".join(str(value) for value in row.values() if value not in (None, [])))
    click.echo(f"{len(rows)} links")


@links.command("add")
@click.argument("email")
@which
@click.option("--holder", is_flag=True, help="Every right, and the access of others to manage.")
@click.option("--right", "rights", multiple=True, type=click.Choice(RIGHTS), help="One; repeat for more.")
@changes
def add(email: str, organization: str, holder: bool, rights: tuple[str, ...]) -> None:
    """Link a person who has an account to a company; linked already, they have what is said now.

    \b
    idp memberships add lea.martin@martin.example.org val:VE-3001 --holder --operator karim
    idp memberships add ines@martin.example.org val:VE-3001 --right documents:read --operator karim
    """
    with unit_of_work():
        try:
            link = memberships.link(_person(email), _named(organization), holder=holder, rights=rights)
        except MembershipRefused as error:
            refuse(str(error))
        click.echo(f"linked: {link.id}")


@links.command("end")
@click.argument("membership_id", type=click.UUID)
@changes
def end(membership_id: UUID) -> None:
    """End a link and, where it is to a member, those of the same person to its sites; their grants end at once.

    The person and the company's holders are told. A company may be left without a holder: two letters open it again.

    \b
    idp memberships end 01909d1e-… --operator karim
    """
    with unit_of_work():
        organization, one = _link(membership_id)
        belonging.remove(organization, one)
    click.echo(f"ended: {membership_id}")


@links.command("move")
@click.argument("membership_id", type=click.UUID)
@click.option("--to", "email", required=True, metavar="EMAIL", help="The account that gets the link.")
@changes
def move(membership_id: UUID, email: str) -> None:
    """Give a link to another account, of the same person or of who replaces them.

    Two accounts are never merged: each keeps its own `sub`, its history, and its other companies. The grants of the
    former end at once.

    \b
    idp memberships move 01909d1e-… --to lea.martin@martin.example.org --operator karim
    """
    with unit_of_work():
        organization, one = _link(membership_id)
        account = _person(email)
        if account.id == one.account_id:
            refuse("it is that account's already")
        link = belonging.pass_on(organization, one, account)
        click.echo(f"moved: {link.id}")


@accounts_cli.accounts.command("explain")
@click.argument("email")
@as_json
def explain(email: str, as_json: bool) -> None:
    """Say why a person cannot sign in, or not act: each check in order, and what to do where it does not hold.

    \b
    idp accounts explain lea.martin@martin.example.org
    idp accounts explain lea.martin@martin.example.org --json | jq '.[] | select(.ok | not)'
    """
    with unit_of_work(writes=False):
        found = explaining.explain(email)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], indent=2, ensure_ascii=False))
        return
    for one in found:
        click.echo(f"{'ok ' if one.ok else 'NO '} {one.check}: {one.says}")
        if not one.ok and one.do:
            click.echo(f"    -> {one.do}")


@registry_cli.members.command("merge")
@click.argument("ending", metavar="FUND:NUMBER")
@click.argument("into", metavar="FUND:NUMBER")
@changes
def merge(ending: str, into: str) -> None:
    """Let the first member go on in the second: its people and its sites are the second's, and it ends.

    Who was in both has the rights of both, and the holders of the second are told of each newcomer. Grants, delegations
    and invitations of the first end: the second gives its own.

    \b
    idp members merge val:VE-3002 val:VE-3001 --operator karim
    """
    with unit_of_work():
        try:
            done = merging.merge(_named(ending), _named(into))
        except MergeRefused as error:
            refuse(str(error))
    click.echo(f"merged: {done.people} people, {done.sites} sites")


def _named(text: str) -> Organization:
    """An organization by its id, or by fund and number."""
    fund, _, number = text.partition(":")
    try:
        found = Organization.by_id(UUID(text)) if not number else directory.find(fund, number)
    except ValueError:
        found = None
    if found is None:
        refuse(f"no organization is {text!r}: say its id, or FUND:NUMBER")
    return found


def _person(email: str) -> Account:
    canonical = logins.canonical(email)
    account = Account.by_email(canonical) if canonical else None
    if account is None:
        refuse("no account signs in with that address")
    return account


def _link(membership_id: UUID) -> tuple[Organization, Colleague]:
    link = db.session.get(Membership, membership_id)
    organization = Organization.by_id(link.organization_id) if link else None
    one = Colleague.find(organization.id, clock.now(), membership_id=membership_id) if organization else None
    if organization is None or one is None:
        refuse("no such link, or it has ended already")
    return organization, one


def _company(one: Organization) -> dict[str, Any]:
    fund, acts = Fund.by_id(one.fund_id), house.acts(one.id)
    firms = Firm.of(one.id, clock.now(), MOST)
    return {
        "id": str(one.id),
        "fund": fund and fund.code,
        "number": one.number,
        "kind": one.kind,
        "name": one.name,
        "siret": one.siret,
        "parent": one.parent_id and str(one.parent_id),
        "closed_at": _at(one.closed_at),
        "people": _people(one),
        "firms": [
            {
                "delegation": str(firm.delegation_id),
                "name": firm.name,
                "rights": firm.rights,
                "ends_on": firm.ends_on.isoformat(),
                "state": "suspended" if firm.suspended_at else "accepted" if firm.accepted_at else "offered",
                "last_at": _at(acts.get(firm.delegation_id) or firm.last_used_at),
            }
            for firm in firms
        ],
        "applications": [
            {
                "name": known.name,
                "first_party": known.first_party,
                "people": known.people,
                "last_at": _at(known.last_at),
            }
            for known in house.known(one.id)
        ],
    }


def _people(one: Organization) -> list[dict[str, Any]]:
    acts = house.acts(one.id)
    return [
        {
            "membership": str(person.membership_id),
            "account": str(person.account_id),
            "name": person.name,
            "email": person.email,
            "holder": person.holder,
            "rights": [] if person.holder else person.rights,
            "since": _at(person.started_at),
            "last_at": _at(acts.get(person.membership_id)),
        }
        for person in Colleague.some(one.id, clock.now(), limit=MOST)
    ]


def _place(one: Place) -> dict[str, Any]:
    return {
        "membership": str(one.membership_id),
        "organization": str(one.organization_id),
        "number": one.number,
        "name": one.name,
        "holder": one.holder,
        "rights": [] if one.holder else one.rights,
        "since": _at(one.started_at),
        "ended_at": _at(one.ended_at or one.closed_at),
    }


def _at(at: Any) -> str | None:
    return at.isoformat(timespec="seconds") if at else None
