"""What two do at once about a delegation: one of them is first, and nothing is left that neither would have left."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest

from idp import clock
from idp.accounts.colleagues import belonging
from idp.accounts.colleagues.holding import held_by
from idp.db import db, unit_of_work
from idp.delegations.clientele import assigning, requesting
from idp.delegations.granting import answering, models, offering, standing, terms
from idp.delegations.granting.models import Client
from idp.delegations.granting.offering import Refusal
from idp.delegations.models import Delegation
from idp.errors import NotFound
from idp.oidc.models.grant import Grant
from idp.registry.models import Organization
from tests.builders import a_client, a_delegation, a_member, an_account, an_organization, membership
from tests.companies import joins
from tests.couriers import waiting
from tests.delegating import FIRM_SIRET, a_proven_firm
from tests.registers import a_siret
from tests.relying_party import RelyingParty
from tests.rows import row

ROUNDS = 4


@pytest.fixture
def world(any_app):
    """A company, a firm with a holder and a clerk, and a portal that is told of what ends."""
    with any_app.app_context():
        company = a_member(an_organization(siret=a_siret(5)))
        firm = a_member(a_proven_firm())
        clerk = an_account()
        membership(clerk.id, firm.organization_id, holder=False)
        portal = a_client(backchannel_logout_uri="https://portal.example.org/told")
    return any_app, company, firm, clerk, RelyingParty(any_app, portal)


def at_once(app, *deeds: Callable[[], Any]) -> list[Any]:
    """Run each deed in a thread and a unit of work of its own, all from one moment on; what each gave."""
    start = Barrier(len(deeds))

    def run(deed: Callable[[], Any]) -> Any:
        start.wait()
        with app.app_context(), unit_of_work():
            return deed()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return [one.result() for one in [threads.submit(run, deed) for deed in deeds]]


def served(delegation_id):
    one = models.by_id(delegation_id)
    return Client(one, Organization.by_id(one.organization_id))


ENDS = {
    "unassigned": lambda one: assigning.assign(served(one), {}),
    "revoked": lambda one: standing.revoke(*served(one), standing.MEMBER),
    "suspended": lambda one: standing.suspend(*served(one), standing.FIRM),
}


@row("TRS-3")
@pytest.mark.parametrize("end", ENDS)
def test_while_a_code_is_redeemed_the_right_ends_and_nothing_opens_afterwards(world, end):
    """Who got tokens is told that they are worth nothing any more; who got none is told nothing."""
    app, company, firm, clerk, program = world
    for _ in range(ROUNDS):
        one, before = _given(app, company, firm)
        code = program.code_of(clerk, organization=str(company.organization_id))
        reply, _ = _together(app, lambda code=code: program.redeems(code), lambda one=one: ENDS[end](one))
        assert len(waiting(app)) - before == (1 if reply.ok else 0)
        if reply.ok:
            assert not program.refreshes(reply["refresh_token"]).ok
            assert not program.userinfo(reply["access_token"]).ok
        _is_over(app, one)


@row("TRS-3")
@pytest.mark.parametrize("end", ENDS)
def test_while_a_token_is_refreshed_the_right_ends_and_nothing_opens_afterwards(world, end):
    app, company, firm, clerk, program = world
    for _ in range(ROUNDS):
        one, before = _given(app, company, firm)
        token = program.tokens_of(clerk, organization=str(company.organization_id))["refresh_token"]
        reply, _ = _together(app, lambda token=token: program.refreshes(token), lambda one=one: ENDS[end](one))
        assert len(waiting(app)) - before == 1
        for left in (token, reply["refresh_token"]) if reply.ok else (token,):
            assert not program.refreshes(left).ok
            assert not program.introspects(left).body["active"]
        _is_over(app, one)


def _given(app, company, firm) -> tuple[UUID, int]:
    """A delegation in force, and how many messages wait before anything ends."""
    with app.app_context():
        one = a_delegation(company.organization_id, firm.organization_id).id
    return one, len(waiting(app))


def _together(app, asks, ends) -> tuple[Any, Any]:
    """A request of the portal, and a deed in a unit of work."""
    start = Barrier(2)

    def request() -> Any:
        start.wait()
        return asks()

    def deed() -> Any:
        start.wait()
        with app.app_context(), unit_of_work():
            return ends()

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.submit(request), threads.submit(deed)
        return first.result(), second.result()


def _is_over(app, delegation_id) -> None:
    """Every grant of it ended; and it goes, for the next round."""
    with app.app_context(), unit_of_work():
        assert db.session.query(Grant).filter_by(delegation_id=delegation_id, ended_at=None).count() == 0
        models.end(models.by_id(delegation_id), "by_member", clock.now())


@row("DLG-3")
def test_two_holders_who_offer_to_one_firm_at_once_make_one_offer(world):
    app, company, *_ = world
    drafts = []
    with app.app_context(), unit_of_work():
        for _ in range(4):
            held = held_by(company.id, company.organization_id)
            one = offering.begin(held, FIRM_SIRET)
            offering.fill(held, one, terms.of(["documents:read"], one.ends_on))
            drafts.append(one.id)

    def confirms(draft_id):
        held = held_by(company.id, company.organization_id)
        one = offering.draft(held, draft_id)
        return offering.confirm(held, one, offering.wording(one))

    done = at_once(app, *(lambda draft=draft: confirms(draft) for draft in drafts))
    assert sorted(done, key=str) == [None, *3 * [Refusal.HERE]]


@row("DLG-4")
def test_a_firm_that_asks_many_times_at_once_has_asked_once(world):
    app, company, firm, *_ = world

    def asks():
        held = requesting.firm_of(firm.id, firm.organization_id)
        wanted = terms.of(["documents:read"], terms.a_year_from(terms.today_of(held.organization)))
        return requesting.ask(held, a_siret(5), wanted)

    assert at_once(app, *4 * [asks]) == 4 * [None]
    with app.app_context():
        assert db.session.query(Delegation).filter_by(organization_id=company.organization_id).count() == 1


GIVES = {
    "offer": lambda held, one: offering.confirm(held, one, offering.wording(one)),
    "accept": answering.accept_request,
    "resume": standing.resume,
    "renew": lambda held, one: standing.renew(held, one, one.ends_on),
    "confirm": standing.confirm,
}


@row("DLG-3")
@pytest.mark.parametrize("deed", GIVES)
def test_who_was_ended_a_moment_ago_gives_nothing(app, lea, deed):
    paul = joins(app, lea.organization_id, "paul@example.org", holder=True)
    with app.app_context(), unit_of_work() as work:
        one = a_delegation(lea.organization_id, a_proven_firm().id)
        held = held_by(paul.who.id, lea.organization_id)
        belonging.end(held_by(lea.id, lea.organization_id), paul.membership_id)
        with pytest.raises(NotFound):
            GIVES[deed](held, one)
        work.undo()


@row("DLG-3")
def test_an_offer_made_while_its_writer_is_ended_does_not_outlive_them(world):
    app, company, *_ = world
    for number in range(ROUNDS):
        with app.app_context(), unit_of_work():
            eve = an_account(email=f"eve{number}@example.org").id
            link = membership(eve, company.organization_id).id
            draft = offering.begin(held_by(eve, company.organization_id), FIRM_SIRET)
            offering.fill(held_by(eve, company.organization_id), draft, terms.of(["legal:read"], draft.ends_on))
            one = draft.id

        def confirms(eve=eve, one=one):
            try:
                held = held_by(eve, company.organization_id)
                draft = offering.draft(held, one)
                return offering.confirm(held, draft, offering.wording(draft))
            except NotFound:
                return None

        def ends(link=link):
            return belonging.end(held_by(company.id, company.organization_id), link)

        at_once(app, confirms, ends)
        with app.app_context(), unit_of_work():
            found = models.by_id(one)
            assert found.offered_at is None or found.ended_at is not None
            models.end(found, "withdrawn", clock.now())
