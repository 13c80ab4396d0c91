"""Which people of the firm use a delegation: its holders always, others as they say, never beyond what was given."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from idp import clock
from idp.db import unit_of_work
from idp.delegations.clientele import assigning
from idp.delegations.granting.models import Client
from idp.delegations.mandates.models import Mandate, Wish
from idp.errors import NotFound
from idp.registry.models import Organization
from tests.builders import a_delegation, a_member, an_account, membership
from tests.companies import joins, signed_in
from tests.delegating import a_proven_firm, the_accountant
from tests.rows import row


@pytest.fixture
def sofia(app):
    return the_accountant(app)


@pytest.fixture
def clerk(app, sofia):
    return joins(app, sofia.organization_id, "clerk@example.org").who


@pytest.fixture
def one(app, lea, sofia) -> UUID:
    """A delegation to all people of the firm."""
    with app.app_context():
        rights = ["documents:read", "documents:act"]
        return a_delegation(lea.organization_id, sofia.organization_id, rights=rights).id


def may(app, who, lea):
    with app.app_context():
        found = Mandate.few(who.id, clock.now(), Wish(organization_id=lea.organization_id))
        return [right for mandate in found for right in mandate.rights]


@row("DLG-3")
def test_its_holder_names_people_and_what_they_may_do(app, lea, sofia, clerk, one):
    assert may(app, clerk, lea) == ["documents:read", "documents:act"]
    browser = signed_in(app, sofia)
    assert "Tout ce qui est délégué" in browser.get(f"/delegations/{one}/staff").text
    browser.submit(**{f"person-{clerk.id}": "read"})
    assert may(app, clerk, lea) == ["documents:read"]
    browser.get(f"/delegations/{one}/staff")
    browser.submit(**{f"person-{clerk.id}": "holder"})
    assert may(app, clerk, lea) == []
    assert may(app, sofia, lea) == ["documents:read", "documents:act"]


@row("DLG-3")
def test_nobody_but_the_firms_people_is_named_nor_for_more_than_was_given(app, lea, sofia, clerk, one):
    with app.app_context():
        found = Client(*next(iter(_pairs(one))))
        assigning.name(found, clerk.id, ["legal:act", "documents:act"])
        assert assigning.to_consult(found) == ["documents:read"]
        assert not assigning.name(found, clerk.id, ["documents:act"])
        assigning.assign(found, {lea.id: None})
        assert [colleague.account_id for colleague, _, _ in assigning.people(found)] == [clerk.id]
    stranger = signed_in(app, lea)
    assert stranger.get(f"/delegations/{one}/staff").status == 404


@row("DLG-3")
def test_the_page_keeps_what_a_table_gave_and_widens_nothing(app, lea, sofia, clerk):
    with app.app_context(), unit_of_work():
        rights = ["legal:read", "documents:read", "documents:act"]
        one = a_delegation(lea.organization_id, sofia.organization_id, rights=rights).id
        assigning.name(Client(*next(_pairs(one))), clerk.id, ["documents:read"])
    browser = signed_in(app, sofia)
    assert '-hint">Documents : consulter</p>' in browser.get(f"/delegations/{one}/staff").text
    browser.submit(**{f"person-{clerk.id}": "some"})
    assert may(app, clerk, lea) == ["documents:read"]
    browser.get(f"/delegations/{one}/staff")
    browser.submit(**{f"person-{clerk.id}": "read"})
    assert may(app, clerk, lea) == ["legal:read", "documents:read"]
    browser.get(f"/delegations/{one}/staff")
    browser.submit(**{f"person-{clerk.id}": ""})
    browser.submit(**{f"person-{clerk.id}": "some"})
    assert may(app, clerk, lea) == []


def test_where_nothing_is_to_be_consulted_nobody_is_named_for_nothing(app, lea, sofia, clerk):
    with app.app_context():
        one = a_delegation(lea.organization_id, sofia.organization_id, rights=["documents:act"]).id
    browser = signed_in(app, sofia)
    assert "Consulter seulement" not in browser.get(f"/delegations/{one}/staff").text
    browser.submit(**{f"person-{clerk.id}": "read"})
    assert may(app, clerk, lea) == []
    with app.app_context():
        assert assigning.models.assignments(one) == []


def test_two_holders_who_name_the_same_person_at_once_both_get_an_answer(any_app):
    app = any_app
    with app.app_context():
        company, firm = a_member(), a_member(a_proven_firm())
        one = a_delegation(company.organization_id, firm.organization_id).id
        clerk = an_account().id
        membership(clerk, firm.organization_id, holder=False)
    start = threading.Barrier(4)

    def names(rights):
        start.wait()
        with app.app_context(), unit_of_work():
            assigning.assign(Client(*next(_pairs(one))), {clerk: rights})

    with ThreadPoolExecutor(4) as threads:
        done = [threads.submit(names, rights) for rights in (None, ["documents:read"], None, ["legal:read"])]
        assert [each.result() for each in done] == [None] * 4
    with app.app_context():
        assert len(assigning.models.assignments(one)) == 1


def test_a_firm_that_nobody_vouches_for_has_no_people(app, lea, sofia):
    with app.app_context():
        alone = a_delegation(lea.organization_id, None, held_by_id=lea.id)
        client = Client(alone, Organization.by_id(lea.organization_id))
        with pytest.raises(NotFound):
            assigning.people(client)


def _pairs(one):
    from_id = assigning.models.by_id(one)
    yield from_id, Organization.by_id(from_id.organization_id)
