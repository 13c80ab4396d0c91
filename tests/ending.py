"""Every way in which a right ends: each deed, whom it takes what, and where the house is told of it."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask

from consent import admission, withdrawal
from idp import clock
from idp.accounts import memberships, merging
from idp.accounts.colleagues import belonging
from idp.accounts.colleagues.holding import held_by
from idp.accounts.colleagues.models import Colleague
from idp.accounts.models import Account
from idp.audit.events import Event
from idp.db import db
from idp.delegations.admissions.models import Admission
from idp.delegations.clientele import assigning
from idp.delegations.granting import firms, models, reminding, standing
from idp.delegations.granting.due import midnight
from idp.delegations.granting.models import Client as Served
from idp.delegations.models import StaffAssignment
from idp.oidc.clients import registration
from idp.oidc.models.client import Client
from idp.registry import directory, feed, sync
from idp.sessions import lifecycle
from tests import builders
from tests.builders import Member
from tests.companies import named
from tests.registers import a_file, a_line, a_siret
from tests.relying_party import RelyingParty

FIRM_SIRET, OTHER_SIRET, SOON = a_siret(900), a_siret(901), timedelta(minutes=5)
STAFF = ("omar", "sofia", "max")


@dataclass
class Scene:
    """A company with a holder and a colleague, its site, and a firm with two holders and a clerk named for it.

    Nina acts for it alone: nobody vouches for her firm.
    """

    app: Flask
    told: Any
    """A portal that is told of what ends; so is `partner`, of a third party."""
    partner: Any
    people: dict[str, Member]
    company: UUID
    site: UUID
    firm: UUID
    delegation: UUID

    def served(self) -> Served:
        one = models.by_id(self.delegation)
        assert one is not None
        return Served(one, named(one.organization_id))

    def link(self, who: str, organization_id: UUID) -> Colleague:
        found = Colleague.find(organization_id, clock.now(), account_id=self.people[who].id)
        assert found is not None
        return found

    def held(self, who: str, organization_id: UUID) -> Any:
        return held_by(self.people[who].id, organization_id)


def a_scene(app: Flask) -> Scene:
    """Everybody, a while before the delegation's midnight."""
    with app.app_context():
        fund, now = builders.a_fund(code="nord"), clock.now()
        of_fund = {"fund_id": fund.id}
        company = builders.an_organization(number="M1", siret=a_siret(1), **of_fund)
        site = builders.an_organization(number="S1", siret=a_siret(1, 2), kind="site", parent_id=company.id, **of_fund)
        firm = builders.an_organization(number="F1", siret=FIRM_SIRET, kind="firm", proven_at=now, **of_fund)
        builders.an_organization(number="F2", siret=OTHER_SIRET, kind="firm", **of_fund)
        places = {"company": company.id, "site": site.id, "firm": firm.id}
        people = {who: builders.an_account(email=f"{who}@example.org") for who in EVERYBODY}
        for who, where, holder in LINKS:
            builders.membership(people[who].id, places[where], holder)
        given = {"all_staff": False, "ends_at": now + SOON, "granted_by_id": people["lea"].id}
        delegation = builders.a_delegation(company.id, firm.id, **given).id
        alone = {"held_by_id": people["nina"].id, "firm_siret": OTHER_SIRET}
        builders.a_delegation(company.id, None, **alone)
        ids = {"delegation_id": delegation, "account_id": people["omar"].id}
        db.session.add(StaffAssignment(**ids, assigned_at=now))
        uri = {"backchannel_logout_uri": "https://portal.example.org/told"}
        portal, partner = builders.a_client(**uri), builders.a_client(first_party=False, **uri)
        db.session.commit()
        told = [RelyingParty(app, one) for one in (portal, partner)]
        return Scene(app, *told, people, places["company"], places["site"], places["firm"], delegation)


EVERYBODY = (*STAFF, "lea", "ines", "nina")
LINKS = (
    *(("lea", "company", True), ("lea", "site", True), ("ines", "company", False), ("ines", "site", False)),
    *(("sofia", "firm", True), ("max", "firm", True), ("omar", "firm", False)),
)


def unassigned(scene: Scene) -> None:
    assigning.assign(scene.served(), {})


def suspended(scene: Scene) -> None:
    standing.suspend(*scene.served(), standing.MEMBER)


def revoked(scene: Scene) -> None:
    standing.revoke(*scene.served(), standing.FIRM)


def not_confirmed(scene: Scene) -> None:
    scene.served().delegation.confirm_by_at = clock.now()
    db.session.flush()
    assert reminding.remind(10).suspended == 1


def over(scene: Scene) -> None:
    with clock.travel(SOON):
        midnight.end_over()


def a_firm_is_proven_without_who_acted_for_it(scene: Scene) -> None:
    found = directory.find("nord", "F2")
    assert found is not None
    assert firms.prove(found, "K-bis")


def ended_by_a_holder(scene: Scene) -> None:
    belonging.end(scene.held("lea", scene.company), scene.link("ines", scene.company).membership_id)


def leaves(scene: Scene) -> None:
    belonging.leave(scene.people["ines"].id, scene.company)


def removed_by_an_operator(scene: Scene) -> None:
    belonging.remove(named(scene.company), scene.link("ines", scene.company))


def a_clerk_is_ended(scene: Scene) -> None:
    belonging.end(scene.held("sofia", scene.firm), scene.link("omar", scene.firm).membership_id)


def a_firms_holder_is_none_any_more(scene: Scene) -> None:
    link = scene.link("max", scene.firm).membership_id
    belonging.change(scene.held("sofia", scene.firm), link, holder=False, rights=["legal:read"])


def a_firms_holder_is_linked_as_a_colleague(scene: Scene) -> None:
    account = db.session.get(Account, scene.people["max"].id)
    assert account is not None
    memberships.link(account, named(scene.firm), holder=False, rights=["legal:read"])


def _brings(*closed: str, parent: str = "M1") -> None:
    """The register of the fund, in which these have ended, or the site goes to another member."""
    ends = {one: {"closed_on": "2020-01-31"} for one in closed}
    lines = [a_line(one, siret=a_siret(place), **ends.get(one, {})) for place, one in ((1, "M1"), (9, "M9"))]
    lines.append(a_line("S1", siret=a_siret(1, 2), parent=parent, **ends.get("S1", {})))
    lines.append(a_line("F1", siret=FIRM_SIRET, kind="firm", **ends.get("F1", {})))
    lines.append(a_line("F2", siret=OTHER_SIRET, kind="firm"))
    sync.run(feed.read(io.BytesIO(a_file(*lines))), sync.Allowed())


def the_company_closes(scene: Scene) -> None:
    _brings("M1", "S1")


def the_firm_closes(scene: Scene) -> None:
    _brings("F1")


def the_company_merges(scene: Scene) -> None:
    into = builders.an_organization(fund_id=named(scene.company).fund_id)
    merging.merge(named(scene.company), into)


def the_site_moves(scene: Scene) -> None:
    _brings(parent="M9")


def consent_is_withdrawn(scene: Scene) -> None:
    withdrawal.withdraw(scene.people["lea"].id, scene.partner.portal.id, scene.company)


def the_application_is_closed_out(scene: Scene) -> None:
    (one,) = Admission.of(scene.company)
    admission.withdraw(scene.held("lea", scene.company), one.id)


def signed_out(scene: Scene) -> None:
    lifecycle.end_all(scene.people["ines"].id)


def the_client_is_disabled(scene: Scene) -> None:
    found = Client.by_client_id(scene.told.portal.client_id)
    assert found is not None
    registration.disable(found)


@dataclass(frozen=True)
class Way:
    """A deed, whose right it takes, what the audit says of it, and what it changes of what `idp/alive.py` asks."""

    deed: Callable[[Scene], None]
    loses: tuple[str, ...]
    event: Event
    asks: tuple[str, ...]
    at: str
    """The function that tells the house."""
    told: bool = True
    where: str = "company"
    partner: bool = False


BELONGING, MEMBERSHIPS = "idp/accounts/colleagues/belonging.py", "idp/accounts/memberships.py"
STANDING, MIDNIGHT = (
    "idp/delegations/granting/standing.py:_ended",
    "idp/delegations/granting/due/midnight.py:_end_batch",
)
ASSIGNING, REGISTRATION = "idp/delegations/clientele/assigning.py:assign", "idp/oidc/clients/registration.py:disable"
SUSPENDED, ENDED = Event.DELEGATION_SUSPENDED, Event.MEMBERSHIP_ENDED
CHANGED, STARTED = Event.MEMBERSHIP_CHANGED, Event.MEMBERSHIP_STARTED
PROVING = "idp/delegations/granting/firms.py:_keep"
CLOSED_OUT = Event.ADMISSION_WITHDRAWN

WAYS = (
    Way(unassigned, ("omar",), Event.DELEGATION_ASSIGNED, ("d.all_staff", "t.id"), ASSIGNING),
    Way(suspended, STAFF, SUSPENDED, ("d.suspended_at",), STANDING),
    Way(not_confirmed, STAFF, SUSPENDED, ("d.suspended_at",), STANDING),
    Way(revoked, STAFF, Event.DELEGATION_REVOKED, ("d.ended_at",), STANDING),
    Way(over, STAFF, Event.DELEGATION_OVER, ("d.ends_at",), MIDNIGHT),
    Way(a_firm_is_proven_without_who_acted_for_it, ("nina",), Event.DELEGATION_FOLLOWED, ("d.held_by_id",), PROVING),
    Way(ended_by_a_holder, ("ines",), ENDED, ("m.ended_at",), f"{BELONGING}:_end_links"),
    Way(ended_by_a_holder, ("ines",), ENDED, ("m.ended_at",), f"{BELONGING}:_end_links", where="site"),
    Way(leaves, ("ines",), ENDED, ("m.ended_at",), f"{BELONGING}:_end_links"),
    Way(removed_by_an_operator, ("ines",), ENDED, ("m.ended_at",), f"{BELONGING}:_end_links"),
    Way(a_clerk_is_ended, ("omar",), ENDED, ("k.ended_at",), f"{BELONGING}:_end_links"),
    Way(a_firms_holder_is_none_any_more, ("max",), CHANGED, ("k.holder",), f"{BELONGING}:change"),
    Way(a_firms_holder_is_linked_as_a_colleague, ("max",), STARTED, ("k.holder",), f"{MEMBERSHIPS}:link"),
    Way(the_company_closes, EVERYBODY, Event.ORGANIZATION_ENDED, ("o.closed_at",), "idp/registry/sync.py:_tell_ended"),
    Way(the_firm_closes, STAFF, Event.DELEGATION_REVOKED, ("w.closed_at",), "idp/selfcare/following.py:follow"),
    Way(the_company_merges, EVERYBODY, Event.ORGANIZATION_MERGED, ("o.closed_at",), "idp/accounts/merging.py:merge"),
    Way(the_site_moves, ("lea",), ENDED, ("m.ended_at",), f"{MEMBERSHIPS}:_end_links", where="site"),
    Way(consent_is_withdrawn, ("lea",), Event.CONSENT_WITHDRAWN, (), "consent/withdrawal.py:withdraw", partner=True),
    Way(the_application_is_closed_out, ("lea", "ines"), CLOSED_OUT, (), "consent/admission.py:withdraw", partner=True),
    Way(signed_out, ("ines",), Event.SIGNED_OUT, ("s.ended_at",), "idp/sessions/lifecycle.py:end"),
    Way(the_client_is_disabled, EVERYBODY, Event.CLIENT_DISABLED, ("c.disabled_at",), REGISTRATION, told=False),
)
"""All but those of one's own tokens and password, which have tests of their own: see `ELSEWHERE`."""

ELSEWHERE = {
    "idp/accounts/password_reset.py:_end_what_stood_on_the_former": "tests/protocol/test_backchannel_logout.py",
    "idp/oidc/token/grants/authorization_code.py:_replayed": "tests/protocol/test_backchannel_logout.py",
    "idp/oidc/token/refreshing.py:_retry": "tests/protocol/test_backchannel_logout.py",
}
"""Functions that tell the house of what else ends, and the file that shows it."""
