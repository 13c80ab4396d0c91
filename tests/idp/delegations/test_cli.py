"""`idp delegations`, as an operator types it."""

import json

import pytest

from idp import clock
from idp.delegations.granting.states import State, state
from idp.registry.models import Fund
from tests.builders import a_delegation, an_organization
from tests.delegating import FIRM_SIRET, a_proven_firm, the_accountant, the_delegation

from app import cli as idp_cli  # isort: skip


@pytest.fixture
def idp(app):
    """Run a command; what it printed, and how it ended."""
    runner = app.test_cli_runner()

    def run(*words):
        operator = [] if words[1] in ("list", "show") else ["--operator", "karim"]
        return runner.invoke(idp_cli, [*words, *operator])

    return run


@pytest.fixture
def company(app):
    with app.app_context():
        one = an_organization(name="Maçonnerie Martin", address=["1 RUE A", "00000 B"])
        return Fund.by_id(one.fund_id).code, one.number, one.id


def test_a_signed_mandate_is_entered_shown_suspended_resumed_and_revoked(app, idp, company, tmp_path):
    the_accountant(app)
    where = ("--fund", company[0], "--number", company[1])
    what = ("--firm", FIRM_SIRET, "--right", "documents:read", "--evidence", "REF-1", "--until")
    assert idp("delegations", "add", *where, *what, "2001-01-01").exit_code == 1
    pdf = tmp_path / "sheet.pdf"
    day = clock.now().date().replace(day=1)
    until = day.replace(year=day.year + 1).isoformat()
    done = idp("delegations", "add", *where, *what, until, "--pdf", str(pdf), "--json")
    assert done.exit_code == 0, done.output
    shown = json.loads(done.output)
    assert (shown["state"], shown["evidence"], shown["origin"]) == ("standing", "REF-1", "paper")
    assert pdf.read_bytes().startswith(b"%PDF")
    letters = ("members", "letters", "--batch", "a", "--fund", company[0], "--kind", "mandate", "--out", str(tmp_path))
    assert idp(*letters).stdout == f"{company[0]}\t2 letters\tmandate: 1 files\n"
    assert "already" in idp("delegations", "add", *where, *what, until).output
    for deed, stands in (("suspend", State.SUSPENDED), ("resume", State.STANDING), ("revoke", State.REVOKED)):
        assert idp("delegations", deed, shown["id"]).exit_code == 0
        assert state(the_delegation(app), clock.now()) is stands
        assert idp("delegations", deed, shown["id"]).exit_code == 1
    assert "REF-1" in idp("delegations", "show", shown["id"]).output


def test_lists_are_narrowed(app, idp, company):
    with app.app_context():
        a_delegation(company[2], a_proven_firm().id)
    assert len(json.loads(idp("delegations", "list", "--json").output)) == 1
    assert (
        len(json.loads(idp("delegations", "list", "--fund", company[0], "--number", company[1], "--json").output)) == 1
    )
    assert json.loads(idp("delegations", "list", "--fund", "nowhere", "--json").output) == []
    assert json.loads(idp("delegations", "list", "--state", "revoked", "--json").output) == []
    assert "Maçonnerie Martin" in idp("delegations", "list", "--firm", "999 000 011 00018").output
    assert idp("delegations", "list", "--firm", "12").exit_code == 1


def test_a_firm_is_proven(app, idp):
    with app.app_context():
        firm = an_organization(kind="firm", siret=FIRM_SIRET)
        where = (Fund.by_id(firm.fund_id).code, firm.number)
    assert idp("delegations", "prove-firm", *where, "--evidence", "KBIS-3").output == "proven\n"
    assert "already" in idp("delegations", "prove-firm", *where, "--evidence", "KBIS-3").output
    assert idp("delegations", "prove-firm", "nowhere", "X", "--evidence", "KBIS-3").exit_code == 1


def test_a_file_with_a_bad_line_changes_nothing(app, idp, company, tmp_path):
    with app.app_context():
        a_proven_firm()
    file = tmp_path / "acces.csv"
    good = f"{company[0]};{company[1]};{FIRM_SIRET};legal:read;31/12/2027"
    file.write_text(f"fund;number;firm;rights;until\n{good}\nx;y;z;t;u\n")
    refused = idp("delegations", "import", str(file))
    assert refused.exit_code == 1
    assert "line 3" in refused.output
    assert json.loads(idp("delegations", "list", "--json").output) == []
    file.write_text(f"fund;number;firm;rights;until\n{good}\n")
    assert idp("delegations", "import", str(file), "--dry-run").exit_code == 0
    assert json.loads(idp("delegations", "list", "--json").output) == []
    assert json.loads(idp("delegations", "import", str(file), "--json").output) == {"taken_over": 1, "known": 0}


def test_the_night_runs_and_ends(app, idp):
    assert idp("delegations", "remind").output == "reminded: 0, asked: 0, suspended: 0, followed: 0\n"
    assert json.loads(idp("delegations", "digest", "--json").output) == {"firms": 0}


def test_what_has_no_such_id_is_said(app, idp):
    nothing = "01a21545-ef0d-7095-9b87-6056cfe5f654"
    for deed in ("show", "revoke", "suspend", "resume"):
        assert "no delegation has that id" in idp("delegations", deed, nothing).output
