"""« Cabinets comptables »: what a company let firms do, and each of them, for its holders alone."""

from collections.abc import Container
from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue

from idp import clock
from idp.accounts.colleagues.holding import Held, held_by
from idp.accounts.views import menus
from idp.alive import LiveSession
from idp.delegations.granting import models, standing
from idp.delegations.granting.lists import models as lists
from idp.delegations.granting.lists.kinds import Kind, named
from idp.delegations.granting.lists.models import Wish
from idp.delegations.granting.states import State, state
from idp.delegations.models import Delegation
from idp.delegations.views import words
from idp.errors import NotFound
from idp.sessions import current
from idp.sessions.views import arriving

A_PAGE = 20
LONGEST_SEARCH = 100
FEW = 8
"""Up to so many, no search is offered: they are all in sight."""


def show(organization_id: UUID) -> ResponseReturnValue:
    """One page of them: who, until when, and how each stands (DLG-5)."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("delegations.list", organization_id=organization_id)
    held, now = where(session, organization_id), clock.now()
    wish, place = wished(words.KINDS)
    total = lists.count_of_organization(held.id, now, lists.ALL)
    found = lists.count_of_organization(held.id, now, wish) if wish else total
    pages = max(1, -(-found // A_PAGE))
    place = min(place, pages)
    some = lists.some_of_organization(held.id, now, wish, limit=A_PAGE, offset=(place - 1) * A_PAGE)
    return render_template(
        "delegations/given/list.html",
        held=held,
        delegations=[(one, state(one, now)) for one in some],
        words=words.STATES,
        State=State,
        in_words=menus.in_words,
        kinds=words.KINDS,
        wish=wish,
        found=found,
        place=place,
        pages=pages,
        offers_search=total > FEW,
        portal_url=arriving.portal_url(),
    )


def one(organization_id: UUID, delegation_id: UUID) -> ResponseReturnValue:
    """One of them, and what may be done about it."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("delegations.one", organization_id=organization_id, delegation_id=delegation_id)
    held = where(session, organization_id)
    delegation = delegation_of(held, delegation_id)
    return render_template(
        "delegations/given/one.html",
        held=held,
        delegation=delegation,
        state=state(delegation, clock.now()),
        words=words.STATES,
        State=State,
        in_words=menus.in_words,
        resumable=delegation.suspended_by in standing.MEMBER_RESUMES,
    )


def where(session: LiveSession, organization_id: UUID) -> Held:
    """The company of a page, dressed as its fund's. Raises `NotFound`, the same for one that is not theirs (TRS-1)."""
    held = held_by(session.account_id, organization_id)
    arriving.dress(session, held.organization.fund_id)
    return held


def delegation_of(held: Held, delegation_id: UUID) -> Delegation:
    """One of a company's. Raises `NotFound`."""
    found = models.of_organization(held.id, delegation_id)
    if found is None:
        raise NotFound("no such delegation of that organization")
    return found


def wished(kinds: Container[Kind]) -> tuple[Wish, int]:
    """What is looked for on a list that may be narrowed to these kinds, and which page of it."""
    search = " ".join(request.args.get("search", "")[:LONGEST_SEARCH].split())
    kind = named(request.args.get("state", ""))
    return Wish(search, kind if kind in kinds else None), max(1, request.args.get("page", 1, type=int) or 1)
