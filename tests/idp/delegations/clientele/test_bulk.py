"""A table of thousands of lines: one bad line and nothing is done, the same table twice changes nothing more."""

from io import BytesIO

import pytest

from idp import clock, db
from idp.delegations.clientele import bulk, requesting
from idp.delegations.mandates.models import Mandate, Wish
from idp.delegations.models import Delegation
from tests.builders import a_delegation, a_fund, an_organization
from tests.companies import joins, signed_in
from tests.delegating import the_accountant
from tests.mailbox import waiting
from tests.registers import a_siret
from tests.rows import row

COMPANIES = 40


@pytest.fixture
def app(template, tmp_path):
    return template.sqlite(tmp_path, delegation_requests_a_day=20_000)


@pytest.fixture
def sofia(app):
    return the_accountant(app)


@pytest.fixture
def register(app):
    """Some companies; the SIRETs of a table that names many more."""
    with app.app_context():
        fund = a_fund()
        for number in range(COMPANIES):
            an_organization(fund, siret=a_siret(3000 + number), name=f"Charpente {number}")
    return [a_siret(3000 + number) for number in range(3000)]


def take(app, sofia, kind, text):
    with app.app_context(), db.unit_of_work():
        firm = requesting.firm_of(sofia.id, sofia.organization_id)
        return bulk.take(firm, kind, text.encode())


def asked(app):
    with app.app_context():
        return db.db.session.query(Delegation).filter_by(origin="request").count()


@row("DLG-4")
def test_three_thousand_lines_with_ten_bad_ones_change_nothing_and_name_the_ten(app, sofia, register):
    lines = [f"{siret};documents:read documents:act;31/12/2027" for siret in register]
    bad = [number * 299 for number in range(10)]
    spoiled = [line.replace("documents:read", "rien") if at in bad else line for at, line in enumerate(lines)]
    faults = take(app, sofia, "ask", "\n".join(["siret;rights;until", *spoiled]))
    assert [(one.number, one.reason) for one in faults] == [(at + 2, "rights") for at in bad]
    assert (asked(app), waiting(app)) == (0, [])
    good = "\n".join(["siret;rights;until", *lines])
    assert take(app, sofia, "ask", good) == 3000
    assert asked(app) == COMPANIES
    assert take(app, sofia, "ask", good) == 3000
    assert asked(app) == COMPANIES


@pytest.mark.parametrize(
    ("kind", "line", "reason"),
    [
        ("ask", "12;documents:read;31/12/2027", "siret"),
        ("ask", f"{a_siret(3000)};;31/12/2027", "rights"),
        ("ask", f"{a_siret(3000)};documents:read;demain", "day"),
        ("ask", f"{a_siret(3000)};documents:read;2001-01-01", "past"),
        ("ask", f"{a_siret(3000)};documents:read;2999-01-01", "too_long_a_time"),
        ("renew", f"{a_siret(3001)}", "no_client"),
        ("assign", f"{a_siret(3001)};clerk@example.org;", "no_client"),
        ("assign", f"{a_siret(3000)};nobody@example.org;", "nobody"),
        ("assign", f"{a_siret(3000)};clerk@example.org;legal:act", "not_given"),
    ],
    ids=["siret", "rights", "day", "past", "far", "renewed stranger", "assigned stranger", "nobody", "not given"],
)
def test_each_fault_has_its_word(app, sofia, register, kind, line, reason):
    joins(app, sofia.organization_id, "clerk@example.org")
    with app.app_context():
        company = an_organization(siret=a_siret(3000))
        a_delegation(company.id, sofia.organization_id)
    header = {"ask": "siret;rights;until", "renew": "siret", "assign": "siret;email;rights"}[kind]
    (fault,) = take(app, sofia, kind, f"{header}\n{line}\n")
    assert (fault.number, fault.reason) == (2, reason)


def test_people_are_named_and_renewals_are_asked_by_a_table(app, sofia):
    clerk = joins(app, sofia.organization_id, "clerk@example.org").who
    with app.app_context():
        company = an_organization(siret=a_siret(3000))
        a_delegation(company.id, sofia.organization_id, all_staff=False)
        organization_id = company.id
    joins(app, organization_id, "holder@example.org", holder=True)
    table = f"email,siret,rights\nClerk@example.org,{a_siret(3000)},documents:read\n"
    assert take(app, sofia, "assign", table) == 1
    assert take(app, sofia, "assign", table) == 1
    with app.app_context():
        (mandate,) = Mandate.few(clerk.id, clock.now(), Wish(organization_id=organization_id))
        assert mandate.rights == ["documents:read"]
    for _ in range(2):
        assert take(app, sofia, "renew", f"siret\n{a_siret(3000)}\n") == 1
    assert len(waiting(app, "delegations/changed")) == 1


def test_over_the_budget_nothing_is_asked(template, tmp_path_factory, register):
    app = template.sqlite(tmp_path_factory.mktemp("small"), delegation_requests_a_day=2)
    sofia = the_accountant(app)
    with app.app_context():
        an_organization(siret=a_siret(3000))
    lines = "\n".join(f"{siret};documents:read;31/12/2027" for siret in register[:3])
    (fault,) = take(app, sofia, "ask", f"siret;rights;until\n{lines}\n")
    assert (fault.number, fault.reason) == (4, "enough")
    assert asked(app) == 0


def test_a_file_is_sent_on_a_page_which_names_the_lines_at_fault(app, sofia, register):
    browser = signed_in(app, sofia)
    place = f"/organizations/{sofia.organization_id}/clients/file"
    token = browser.get(place).fields()["csrf_token"]

    def sends(text):
        file = (BytesIO(text.encode()), "clients.csv")
        return browser.post(place, {"csrf_token": token, "kind": "ask", "table": file})

    filler = "\n".join(f"{siret};documents:read;31/12/2027" for siret in register[:1000])
    page = sends(f"siret;rights;until\n{filler}\n12;documents:read;31/12/2027\n")
    assert page.status == 422
    assert "Ligne 1002" in page.text
    assert "1000 lignes" in sends(f"siret;rights;until\n{filler}\n").text.replace("\u202f", "").replace("\xa0", "")
    assert sends("").status == 422
    assert sends("x" * 1_200_000).status == 413
