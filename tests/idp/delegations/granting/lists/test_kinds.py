"""Lists are narrowed to those that stand in one way: by the database as by the rule for one."""

from datetime import timedelta
from itertools import product

import pytest

from idp import clock
from idp.db import db
from idp.delegations.granting.lists import kinds
from idp.delegations.granting.lists import models as lists
from idp.delegations.granting.lists.kinds import STATES, Kind, soon
from idp.delegations.granting.lists.models import ALL, Wish
from idp.delegations.granting.states import State, state
from tests import worlds
from tests.builders import a_delegation, a_member, an_organization
from tests.companies import named, signed_in
from tests.counting import costs
from tests.delegating import a_proven_firm, the_accountant

DAY = timedelta(days=1)
AT = {"before": -DAY, "soon": DAY, "later": timedelta(days=300)}
WAYS = list(product((None, -DAY), (None, -DAY), ("before", "soon", "later"), ("before", "soon"), (None, -DAY)))


def one_in_each_way(company, firm):
    """Delegations in every way in which what happened to one can stand together, some of them absurd."""
    now = clock.now()
    for offered, accepted, ends, lapses, ended in WAYS:
        for suspended, why in ((None, "refused"), (now, "by_firm")):
            said = {"offered_at": offered and now, "accepted_at": accepted and now, "suspended_at": suspended}
            times = {"ends_at": now + AT[ends], "lapses_at": now + AT[lapses], "ended_at": ended and now}
            a_delegation(company.id, firm.id, **said, **times, ended_why=why if ended else None)
    a_delegation(company.id, firm.id, accepted_at=None, offered_at=now, lapses_at=None, origin="offer")


def listed(one, kind, now, most=1000):
    return {found.id for found in lists.some_of_organization(one.id, now, Wish(kind=kind), limit=most, offset=0)}


def test_each_stands_in_the_list_of_its_state_and_in_no_other(any_app):
    with any_app.app_context():
        company, firm, now = an_organization(), a_proven_firm(), clock.now()
        one_in_each_way(company, firm)
        shown = lists.some_of_organization(company.id, now, ALL, limit=1000, offset=0)
        assert {state(one, now) for one in shown} == set(State) - {State.ASKED, State.WITHDRAWN}
        for kind in set(Kind) - {Kind.ENDING}:
            wanted = {one.id for one in shown if state(one, now) in STATES[kind]}
            assert listed(company, kind, now) == wanted
            assert lists.count_of_organization(company.id, now, Wish(kind=kind)) == len(wanted)
        near = {one.id for one in shown if state(one, now) in STATES[Kind.ENDING] and one.ends_at <= now + soon()}
        assert listed(company, Kind.ENDING, now) == near
        db.session.rollback()


def test_the_firm_reads_the_same_of_what_it_may_see(any_app):
    sofia = the_accountant(any_app)
    with any_app.app_context():
        one_in_each_way(an_organization(), named(sofia.organization_id))
        now = clock.now()
        shown = lists.some_of_person(sofia.id, now, ALL, limit=1000, offset=0)
        for kind in set(Kind) - {Kind.ENDING}:
            wanted = [one.delegation.id for one in shown if state(one.delegation, now) in STATES[kind]]
            found = lists.some_of_person(sofia.id, now, Wish(kind=kind), limit=1000, offset=0)
            assert [one.delegation.id for one in found] == wanted
            assert bool(wanted) == (kind is not Kind.OVER)
        db.session.rollback()


@pytest.mark.parametrize("text", ["", "draft", "STANDING", "standing'--"])
def test_what_is_no_kind_narrows_nothing(text):
    assert kinds.named(text) is None


@pytest.fixture(scope="module")
def many(template, tmp_path_factory):
    """A firm with fifty clients of which half are suspended, and a company that has as many firms."""
    app = template.sqlite(tmp_path_factory.mktemp("many"))
    sofia = the_accountant(app)
    with app.app_context():
        lea, now = a_member(), clock.now()
        for number in range(50):
            said = {"suspended_at": now if number % 2 else None, "firm_name": f"Cabinet {number:02}"}
            a_delegation(an_organization(name=f"Client {number:02}").id, sofia.organization_id, **said)
            a_delegation(lea.organization_id, an_organization(kind="firm").id, **said)
    yield app, sofia, lea
    worlds.close(app)


@pytest.fixture(scope="module")
def lists_of(many):
    """Both lists: the address of each, a browser there, and how its rows begin."""
    app, sofia, lea = many
    given = f"/organizations/{lea.organization_id}/delegations"
    return {
        "clients": ("/delegations", signed_in(app, sofia), "Client"),
        "firms": (given, signed_in(app, lea), "Cabinet"),
    }


@pytest.mark.parametrize("which", ["clients", "firms"])
def test_the_choice_stays_in_the_address_with_the_search_and_the_page(lists_of, which: str):
    place, browser, name = lists_of[which]
    page = browser.get(f"{place}?state=suspended")
    assert page.text.count("<h2>") == 20
    assert '<option value="suspended" selected>' in page.text
    page = browser.get(f"{place}?state=suspended&search={name}+2")
    assert page.text.count("<h2>") == 5
    assert f'value="{name} 2"' in page.text
    page = browser.get(f"{place}?search={name}&state=ending&page=1")
    assert page.text.count("<h2>") == 0
    assert "trouvée" in page.text
    page = browser.get(f"{place}?search={name}")
    assert f'href="?search={name}&amp;page=2"' in page.text


def test_a_page_of_what_is_narrowed_leads_to_the_next_one_of_it(lists_of):
    place, browser, _ = lists_of["firms"]
    page = browser.get(f"{place}?state=suspended")
    assert 'href="?search=&amp;state=suspended&amp;page=2"' in page.text
    assert browser.get(f"{place}?search=&state=suspended&page=2").text.count("<h2>") == 5


@pytest.mark.parametrize("which", ["clients", "firms"])
def test_it_costs_no_more_than_a_search(many, lists_of, which: str):
    place, browser, name = lists_of[which]
    spent = {}
    for asked in (f"search={name}", "state=standing", f"search={name}&state=standing", "state=nothing"):
        with costs(many[0]) as counted:
            browser.get(f"{place}?{asked}")
        spent[asked] = len(counted.statements)
    assert len({*list(spent.values())[:3]}) == 1
    assert spent["state=nothing"] < spent["state=standing"]
