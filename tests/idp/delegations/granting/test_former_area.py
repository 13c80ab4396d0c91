"""The accesses of the former area, from a file: all of it or nothing, and twice changes nothing more."""

import pytest

from idp.db import db
from idp.delegations.granting import former_area
from idp.delegations.models import Delegation
from idp.registry.models import Fund
from tests.builders import an_organization
from tests.delegating import FIRM_SIRET, a_proven_firm


@pytest.fixture
def company(app):
    """Its fund's code, and its number."""
    with app.app_context():
        a_proven_firm()
        one = an_organization()
        return db.session.get(Fund, one.fund_id).code, one.number


def a_file(company, **changes):
    cells = {"fund": company[0], "number": company[1], "firm": FIRM_SIRET, "rights": "legal:read documents:act"}
    cells |= {"until": "31/12/2027", **changes}
    return f"{';'.join(cells)}\n{';'.join(cells.values())}\n".encode()


def test_a_file_is_taken_over_once(app, company):
    with app.app_context():
        assert former_area.take_over(a_file(company), "acces.csv") == (1, 0, [])
        assert former_area.take_over(a_file(company), "acces.csv") == (0, 1, [])
        (one,) = db.session.query(Delegation)
        assert one.rights == ["legal:read", "documents:act"]
        assert (one.origin, one.evidence, one.wished_on.year) == ("import", "acces.csv:2", 2027)
        assert one.ends_at == one.confirm_by_at


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"number": "X"}, "no organization"),
        ({"until": "demain"}, "not a day"),
        ({"until": "2001-01-01"}, "its last day has passed"),
        ({"firm": "12"}, "not a SIRET"),
        ({"firm": "99900002900010"}, "no firm of that SIRET"),
        ({"rights": "legal:burn"}, "rights that there are not"),
        ({"rights": ""}, "no right"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_line_that_cannot_be_says_why(app, company, changes, reason):
    with app.app_context():
        (fault,) = former_area.take_over(a_file(company, **changes), "acces.csv").faults
        assert fault.number == 2
        assert reason in fault.reason


def test_a_file_that_is_none_is_one_fault(app):
    with app.app_context():
        (fault,) = former_area.take_over(b"nothing", "x").faults
        assert fault.reason == "columns"
