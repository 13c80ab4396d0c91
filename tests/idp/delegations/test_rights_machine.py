"""Whatever people, companies, firms, clients and time do: tokens hold exactly the rights that the rules give.

Thirty stories by default, always the same; `IDP_MACHINE_EXAMPLES=500` tells that many others.
"""

import json
import os
import shutil
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from idp import clock
from idp.accounts import memberships
from idp.accounts.colleagues import belonging
from idp.accounts.colleagues.belonging import Refusal
from idp.accounts.models import RIGHTS, Account
from idp.alive import grant_alive
from idp.db import db, unit_of_work
from idp.delegations.models import Delegation, StaffAssignment
from idp.extensions import house
from idp.oidc.models.client import Client
from idp.oidc.token import claims
from idp.registry.models import Organization
from tests import worlds
from tests.browser import Browser
from tests.builders import Member, Portal, a_client, a_delegation, an_account, an_organization
from tests.idp.delegations.rules import Rules
from tests.relying_party import RelyingParty, claims_of
from tests.rows import row

STORIES = int(os.environ.get("IDP_MACHINE_EXAMPLES", "0"))
PEOPLE, COMPANIES, CLIENTS = 3, 2, 2
FIRM = COMPANIES
START = datetime(2026, 3, 2, 9, tzinfo=UTC)

person, client = st.integers(0, PEOPLE - 1), st.integers(0, CLIENTS - 1)
company, place = st.integers(0, COMPANIES - 1), st.integers(0, FIRM)
some_rights = st.sets(st.sampled_from(RIGHTS), min_size=1, max_size=4)
which = st.integers(0, 100)
ENDS = ("leave", "leave", "suspend", "suspend", "resume", "end", "account", "account", "client", "client", "close")


class World(RuleBasedStateMachine):
    """The house on one side, the rules on the other; each deed is done to both."""

    template: ClassVar[worlds.Template]
    folder: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.stack, self.rules = ExitStack(), Rules()
        self.folder.mkdir(exist_ok=True)
        self.app = self.template.sqlite(self.folder)
        self.stack.callback(shutil.rmtree, self.folder)
        self.stack.callback(worlds.close, self.app)
        self.stack.enter_context(clock.travel(START))
        self.tokens: dict[Any, Any] = {}

    def teardown(self) -> None:
        self.stack.close()

    @initialize()
    def begin(self) -> None:
        """Three people, two companies, a firm, and two applications that have access in people's absence."""
        with self.app.app_context():
            self.people = [an_account() for _ in range(PEOPLE)]
            made = [an_organization() for _ in range(COMPANIES)] + [an_organization(kind="firm")]
            self.places = [one.id for one in made]
            self.clients = [a_client(offline=True) for _ in range(CLIENTS)]
        self.browsers = [Browser(self.app) for _ in self.people]
        self.is_linked(who=0, where=0, holder=True, rights=set(RIGHTS))
        self.is_linked(who=1, where=FIRM, holder=False, rights=set(RIGHTS))
        self.delegates(where=0, rights={"legal:act", "documents:read"}, all_staff=True, days=60)

    @rule(who=person, where=place, holder=st.booleans(), rights=some_rights)
    def is_linked(self, who: int, where: int, holder: bool, rights: set[str]) -> None:
        if where in self.rules.closed:
            return
        with self.app.app_context(), unit_of_work():
            account, organization = db.session.get(Account, self.people[who].id), self._organization(where)
            assert account is not None
            link = memberships.link(account, organization, holder=holder, rights=rights).id
        assert self.rules.link(who, where) in (None, link)
        self.rules.links[link] = {"account": who, "organization": where, "holder": holder, "rights": rights}
        self.rules.is_staff_no_more(who, where, gone=False)

    def _leaves(self, who: int, where: int) -> None:
        link = self.rules.link(who, where)
        if link is None:
            return
        refused = self.rules.links[link]["holder"] and self.rules.last_holder(who, where)
        with self.app.app_context(), unit_of_work():
            assert belonging.leave(self.people[who].id, self.places[where]) == (
                Refusal.LAST_HOLDER if refused else None
            )
        if not refused:
            self.rules.unlink(link)

    @rule(where=company, rights=some_rights, all_staff=st.booleans(), days=st.sampled_from([1, 20, 60]))
    def delegates(self, where: int, rights: set[str], all_staff: bool, days: int) -> None:
        with self.app.app_context():
            ends = clock.now() + timedelta(days=days)
            values = {"rights": [right for right in RIGHTS if right in rights], "all_staff": all_staff, "ends_at": ends}
            made = a_delegation(self.places[where], self.places[FIRM], **values).id
        told = {"organization": where, "firm": FIRM, "rights": rights, "all_staff": all_staff, "ends": ends}
        self.rules.delegations[made] = {**told, "suspended": False}

    @precondition(lambda self: self.rules.delegations)
    @rule(which=which, who=person, rights=st.none() | some_rights)
    def is_assigned(self, which: int, who: int, rights: set[str] | None) -> None:
        at = self._one_of(self.rules.delegations, which)
        with self.app.app_context(), unit_of_work():
            ids = {"delegation_id": at, "account_id": self.people[who].id}
            db.session.query(StaffAssignment).filter_by(**ids).delete()
            db.session.add(StaffAssignment(**ids, rights=rights and sorted(rights), assigned_at=clock.now()))
        self.rules.assigned[at, who] = rights

    def _delegation_turns(self, which: int, deed: str) -> None:
        if not self.rules.delegations:
            return
        at = self._one_of(self.rules.delegations, which)
        with self.app.app_context(), unit_of_work():
            found = db.session.get(Delegation, at)
            assert found is not None
            now = clock.now()
            found.suspended_at, found.ended_at = (now if deed == "suspend" else None), (now if deed == "end" else None)
            db.session.flush()
            if deed != "resume":
                house.ended("delegation", at)
        self.rules.delegations[at]["suspended"] = deed == "suspend"
        if deed != "resume":
            self.rules.end_grants(at)
        if deed == "end":
            del self.rules.delegations[at]

    def _account_turns(self, who: int) -> None:
        suspended = who not in self.rules.suspended
        self._write(Account, self.people[who].id, suspended_at=clock.now() if suspended else None)
        (self.rules.suspended.add if suspended else self.rules.suspended.discard)(who)

    def _client_turns(self, what: int) -> None:
        disabled = what not in self.rules.disabled
        self._write(Client, self.clients[what].id, disabled_at=clock.now() if disabled else None)
        (self.rules.disabled.add if disabled else self.rules.disabled.discard)(what)

    def _closes(self, where: int) -> None:
        if where in self.rules.closed:
            return
        with self.app.app_context(), unit_of_work():
            self._organization(where).closed_at = clock.now()
            db.session.flush()
            house.ended("organization", self.places[where])
        self.rules.closed.add(where)
        for link, one in list(self.rules.links.items()):
            if one["organization"] == where:
                self.rules.unlink(link)
        for one in self.rules.grants.values():
            one["ended"] |= one["organization"] == where

    @rule(deed=st.sampled_from(ENDS), who=person, where=place, which=which)
    def something_ends_or_comes_back(self, deed: str, who: int, where: int, which: int) -> None:
        if deed in ("suspend", "resume", "end"):
            self._delegation_turns(which, deed)
        elif deed == "leave":
            self._leaves(who, where)
        elif deed == "close":
            self._closes(where)
        else:
            {"account": self._account_turns, "client": self._client_turns}[deed](which % CLIENTS)
        if self.rules.grants:  # and whoever had access comes back
            one = self.rules.grants[self._one_of(self.rules.grants, which)]
            self._asks_for_tokens(one["account"], one["client"], one["organization"], None)

    @rule(by=st.sampled_from([timedelta(minutes=5), timedelta(hours=7), timedelta(days=1), timedelta(days=19)]))
    def time_goes_by(self, by: timedelta) -> None:
        self.stack.enter_context(clock.travel(by))

    @rule(who=person, what=client, where=company, asked=st.none() | some_rights)
    def asks_for_tokens_anywhere(self, who: int, what: int, where: int, asked: set[str] | None) -> None:
        self._asks_for_tokens(who, what, where, asked)

    @rule(which=which, what=client, asked=st.none() | some_rights)
    def asks_for_tokens(self, which: int, what: int, asked: set[str] | None) -> None:
        """… for a company that the person may act for, or once did."""
        now, pairs = clock.now(), [(who, where) for who in reversed(range(PEOPLE)) for where in range(COMPANIES)]
        before = [(one["account"], one["organization"]) for one in self.rules.grants.values()]
        able = [one for one in pairs if one in before or self.rules.ways(*one, now)] or pairs
        who, where = able[which % len(able)]
        self._asks_for_tokens(who, what, where, asked)

    def _asks_for_tokens(self, who: int, what: int, where: int, asked: set[str] | None) -> None:
        if what in self.rules.disabled or who in self.rules.suspended:
            return
        answer = self._answer(who, what, where, asked)
        now = clock.now()
        ways = self.rules.ways(who, where, now)
        given = self.rules.given(who, ways[0], now) if len(ways) == 1 else None
        if given is None or (asked and not asked & given):
            assert answer["error"] == ("account_selection_required" if len(ways) > 1 else "access_denied")
            return
        reply = RelyingParty(self.app, self.clients[what]).redeems(answer["code"])
        told = {"account": who, "client": what, "organization": where, "way": ways[0], "asked": asked, "ended": False}
        grant = len(self.rules.grants)
        self.rules.grants[grant] = {**told, "created": now, "used": now}
        assert reply.ok, reply.body
        self._keep(grant, reply, now)

    @precondition(lambda self: self.rules.grants)
    @rule(which=which)
    def is_looked_at(self, which: int) -> None:
        """Userinfo and introspection of a token, then a refresh: each says what the rules say at this instant."""
        grant = self._one_of(self.rules.grants, which)
        now, one, held = clock.now(), self.rules.grants[grant], self.tokens[grant]
        rights, program = self.rules.of_grant(grant, now), RelyingParty(self.app, self.clients[one["client"]])
        is_young = now < held["until"]
        about = program.userinfo(held["access"])
        assert about.ok == (rights is not None and is_young)
        if about.ok:
            assert about["organization"]["rights"] == rights
        if one["client"] not in self.rules.disabled:
            seen = program.introspects(held["access"])
            assert seen["active"] == about.ok
            if about.ok:
                assert seen["authorization_details"][0]["privileges"] == rights
        reply = program.refreshes(held["refresh"])
        assert reply.ok == (rights is not None), reply.body
        if reply.ok:
            if now - one["used"] >= timedelta(minutes=1):
                one["used"] = now
            self._keep(grant, reply, now)

    @invariant()
    def each_grant_gives_what_the_rules_give(self) -> None:
        now = clock.now()
        with self.app.app_context(), unit_of_work(writes=False):
            for grant, one in self.rules.grants.items():
                live = grant_alive(one["id"], now)
                assert (live and claims.rights(live)) == self.rules.of_grant(grant, now)

    def _keep(self, grant: int, reply: Any, now: datetime) -> None:
        rights, one = self.rules.of_grant(grant, now), self.rules.grants[grant]
        one["id"] = UUID(claims_of(reply["access_token"])["grant"])
        assert reply["authorization_details"][0]["privileges"] == rights
        ends = self.rules.delegations.get(one["way"], {}).get("ends", datetime.max.replace(tzinfo=UTC))
        until = min(now + timedelta(minutes=10), ends)
        self.tokens[grant] = {"access": reply["access_token"], "refresh": reply["refresh_token"], "until": until}

    def _answer(self, who: int, what: int, where: int, asked: set[str] | None) -> dict[str, str]:
        detail = {"type": "organization", "identifier": str(self.places[where]), "privileges": sorted(asked or ())}
        named = {"authorization_details": json.dumps([detail])} if asked else {"organization": str(self.places[where])}
        return answer_of(self.browsers[who], self.people[who], self.clients[what], named)

    def _write(self, kind: Any, row_id: UUID, **columns: Any) -> None:
        with self.app.app_context(), unit_of_work():
            for name, value in columns.items():
                setattr(db.session.get(kind, row_id), name, value)

    def _organization(self, where: int) -> Organization:
        found = db.session.get(Organization, self.places[where])
        assert found is not None
        return found

    def _one_of(self, among: dict[Any, Any], which: int) -> Any:
        return list(among)[which % len(among)]


def answer_of(browser: Browser, who: Member, portal: Portal, named: dict[str, str]) -> dict[str, str]:
    """What an application is answered that names a company and wants no page; after a sign-in, where one is due."""
    silent = {"prompt": "none", "scope": "openid organization", **named}
    answer = browser.asks(portal, **silent).answer
    if answer.get("error") == "login_required":
        browser.signs_in(who, portal, scope="openid")
        answer = browser.asks(portal, **silent).answer
    return answer


@row("TRS-3", "TRS-5")
def test_tokens_hold_exactly_the_rights_that_the_rules_give(template: worlds.Template, tmp_path: Path):
    World.template, World.folder = template, tmp_path / "world"
    told = {"max_examples": STORIES or 30, "derandomize": not STORIES, "stateful_step_count": 40, "database": None}
    told["phases"] = list(Phase) if STORIES else [Phase.generate]  # to shorten a story takes minutes
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    run_state_machine_as_test(World, settings=settings(**told, deadline=None, suppress_health_check=checks))
