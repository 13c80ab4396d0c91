"""Whatever a company, a firm and its people do, before the firm is proven and after: who may act is what the rules say.

Twenty stories by default, always the same; `IDP_MACHINE_EXAMPLES=500` tells that many others.
"""

import os
import shutil
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from idp import clock
from idp.accounts import attaching, memberships
from idp.accounts.colleagues import belonging
from idp.accounts.colleagues.holding import held_by
from idp.accounts.models import RIGHTS, Account
from idp.db import db, new_id, unit_of_work
from idp.delegations.granting import answering, firms, offering, standing, terms
from idp.delegations.granting.offering import Named
from idp.delegations.mandates.models import Mandate, Wish
from idp.delegations.models import Delegation
from idp.errors import NotFound
from idp.registry.models import EnrolmentCode, Organization
from tests import worlds
from tests.builders import a_member, an_account, an_organization
from tests.delegating import COMPTA, FIRM_SIRET
from tests.idp.delegations.firm_rules import FirmRules
from tests.mailbox import link_in, mails_to
from tests.rows import row

STORIES = int(os.environ.get("IDP_MACHINE_EXAMPLES", "0"))
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
MAILBOX, PEOPLE = 0, 3
"""Whose address the company types; how many people."""

person, yes = st.integers(0, PEOPLE - 1), st.booleans()
some_rights = st.sets(st.sampled_from(RIGHTS), min_size=1, max_size=3)


class Office(RuleBasedStateMachine):
    """The house on one side, the rules on the other; each deed is done to both."""

    template: ClassVar[worlds.Template]
    folder: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.stack, self.rules, self.secrets = ExitStack(), FirmRules(), dict[UUID, str]()
        self.folder.mkdir(exist_ok=True)
        self.app = self.template.sqlite(self.folder, mails_an_hour=1000, mails_a_day=1000)
        self.stack.callback(shutil.rmtree, self.folder)
        self.stack.callback(worlds.close, self.app)
        self.stack.enter_context(clock.travel(START))
        self.stack.enter_context(self.app.app_context())

    def teardown(self) -> None:
        self.stack.close()

    @initialize(all_staff=yes, of_the_firm=yes)
    def begin(self, all_staff: bool, of_the_firm: bool) -> None:
        """Someone holds a delegation alone, who is one of the people of the firm that nobody has proven, or is not."""
        lea = a_member()
        assert lea.organization_id is not None
        self.lea, self.company = lea.id, lea.organization_id
        self.people = [an_account(email=COMPTA).id, *(an_account().id for _ in range(PEOPLE - 1))]
        self.firm = an_organization(kind="firm", siret=FIRM_SIRET).id
        self.the_company_offers(rights={"legal:act", "documents:read"}, all_staff=all_staff, days=200)
        self.the_newest_link_is_opened(who=MAILBOX)
        if of_the_firm:
            self.someone_joins_it(who=MAILBOX, holder=False)

    @rule(rights=some_rights, all_staff=yes, days=st.sampled_from([3, 20, 200]))
    def the_company_offers(self, rights: set[str], all_staff: bool, days: int) -> None:
        now = clock.now()
        waits = any(self.rules.lives(one, now) for one in self.rules.given.values())
        with unit_of_work():
            held = held_by(self.lea, self.company)
            begun = offering.begin(held, FIRM_SIRET)
            assert (begun is offering.Refusal.HERE) == waits
            if not isinstance(begun, Delegation):
                return
            last_day: date = terms.today_of(held.organization) + timedelta(days=days)
            wanted = terms.of(rights, last_day, all_staff=all_staff)
            assert offering.fill(held, begun, wanted, Named("Chez Nour", COMPTA)) is None
            assert offering.confirm(held, begun, offering.wording(begun)) is None
            made, ends = begun.id, begun.ends_at
        told = {"rights": rights, "all_staff": all_staff, "ends": ends, "lapses": min(now + timedelta(days=30), ends)}
        told |= {"accepted": False, "ended": False, "suspended": False, "alone": None, "named": set()}
        self.rules.given[made] = {**told, "firms": self.rules.proven}
        if not self.rules.proven:
            self.secrets[made] = link_in(mails_to(self.app, COMPTA, "delegations/offer")[-1]).rpartition("/")[2]

    @rule(who=person)
    def the_newest_link_is_opened(self, who: int) -> None:
        if not self.secrets:
            return
        made, secret = list(self.secrets.items())[-1]
        one, now = self.rules.given[made], clock.now()
        may = self.rules.lives(one, now) and not one["accepted"] and not one["firms"]
        offer = answering.behind(secret)
        assert (offer is not None) == may
        if offer is None:
            return
        with unit_of_work():
            refused = answering.accept_by_link(secret, offer, self.people[who])
        assert (refused is None) == (who == MAILBOX)
        if refused is None:
            one |= {"accepted": True, "alone": who}

    @rule(who=person)
    def a_holder_of_the_firm_accepts(self, who: int) -> None:
        now = clock.now()
        for made, one in self.rules.given.items():
            waits = self.rules.lives(one, now) and not one["accepted"]
            may = waits and one["firms"] and self.rules.staff.get(who, False)
            with unit_of_work():
                done = self._accepts(who, made) if waits else False
            assert done == may
            one["accepted"] |= may

    def _accepts(self, who: int, made: UUID) -> bool:
        try:
            return answering.accept_offer(self.people[who], answering.of_firm(self.people[who], made))
        except NotFound:
            return False

    @rule()
    def an_operator_vouches_for_it(self) -> None:
        with unit_of_work():
            firms.prove(self._firm(), "REF")
        self.rules.prove(clock.now())

    @rule(who=person)
    def its_letters_open_it(self, who: int) -> None:
        with unit_of_work():
            code = EnrolmentCode(id=new_id(), organization_id=self.firm, asked_at=clock.now(), code_hash="x")
            db.session.add(code)
            db.session.flush()
            assert attaching.attach(attaching.Proven(new_id(), self.people[who], code.id, self._firm()))
        self.rules.staff[who] = True
        self.rules.prove(clock.now())

    @rule(who=person, holder=yes)
    def someone_joins_it(self, who: int, holder: bool) -> None:
        with unit_of_work():
            account = db.session.get_one(Account, self.people[who])
            memberships.link(account, self._firm(), holder=holder, rights=("legal:read",))
        self.rules.staff[who] = holder

    @rule(who=person)
    def someone_leaves_it(self, who: int) -> None:
        if who not in self.rules.staff:
            return
        with unit_of_work():
            refused = belonging.leave(self.people[who], self.firm)
        others = [at for at, holder in self.rules.staff.items() if holder and at != who]
        assert (refused is not None) == (self.rules.staff[who] and not others)
        if refused is None:
            self.rules.leave(who)

    @rule(deed=st.sampled_from(["suspend", "resume", "revoke"]))
    def the_company_stops_it_or_lets_it_go_on(self, deed: str) -> None:
        now = clock.now()
        for made, one in self.rules.given.items():
            stands = one["accepted"] and self.rules.lives(one, now)
            with unit_of_work():
                held, found = held_by(self.lea, self.company), db.session.get_one(Delegation, made)
                if deed == "revoke" and stands:
                    standing.revoke(found, held.organization, standing.MEMBER)
                elif deed == "suspend":
                    standing.suspend(found, held.organization, standing.MEMBER)
                elif deed == "resume":
                    standing.resume(held, found)
            if stands:
                one |= {"ended": True} if deed == "revoke" else {"suspended": deed == "suspend"}

    @rule(by=st.sampled_from([timedelta(hours=7), timedelta(days=2), timedelta(days=19)]))
    def time_goes_by(self, by: timedelta) -> None:
        self.stack.enter_context(clock.travel(by))

    @invariant()
    def each_may_do_exactly_what_the_rules_say(self) -> None:
        now = clock.now()
        for who, account_id in enumerate(getattr(self, "people", [])):
            found = Mandate.few(account_id, now, Wish(organization_id=self.company), most=10)
            assert {one.delegation_id: set(one.rights) for one in found} == self.rules.may(who, now)
        for one in db.session.query(Delegation):
            assert one.firm_id is None or one.held_by_id is None
        db.session.rollback()

    def _firm(self) -> Organization:
        return db.session.get_one(Organization, self.firm)


@row("DLG-4")
def test_a_firms_people_may_do_exactly_what_the_rules_say(template: worlds.Template, tmp_path: Path) -> None:
    Office.template, Office.folder = template, tmp_path / "office"
    told: dict[str, Any] = {"max_examples": STORIES or 20, "derandomize": not STORIES, "stateful_step_count": 20}
    told["phases"] = list(Phase) if STORIES else [Phase.generate]
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    told |= {"database": None, "deadline": None, "suppress_health_check": checks}
    run_state_machine_as_test(Office, settings=settings(**told))
