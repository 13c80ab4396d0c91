"""A firm is proven by its letters, or by an operator's word."""

import pytest

from idp import clock
from idp.audit.events import Event
from idp.audit.models import AuditEvent
from idp.db import db
from idp.delegations.granting import firms, models
from idp.registry.models import EnrolmentCode
from tests.builders import an_organization
from tests.delegating import FIRM_SIRET
from tests.rows import row


@row("DLG-4")
def test_an_operator_vouches_for_a_firm_once(app):
    with app.app_context():
        firm = an_organization(kind="firm", siret=FIRM_SIRET)
        assert models.proven_firm(FIRM_SIRET) is None
        assert firms.prove(firm, "REF-1")
        assert not firms.prove(firm, "REF-2")
        assert models.proven_firm(FIRM_SIRET) == firm
        (event,) = db.session.query(AuditEvent).filter_by(event=Event.FIRM_PROVEN)
        assert event.details == {"evidence": "REF-1"}


@row("DLG-4")
def test_the_letters_that_opened_it_prove_a_firm(app):
    with app.app_context():
        firm = an_organization(kind="firm", siret=FIRM_SIRET)
        code = EnrolmentCode(organization_id=firm.id, asked_at=clock.now())
        db.session.add(code)
        db.session.flush()
        assert models.proven_firm(FIRM_SIRET) is None
        code.consumed_at = clock.now()
        db.session.flush()
        assert models.proven_firm(FIRM_SIRET) == firm
        firm.closed_at = clock.now()
        db.session.flush()
        assert models.proven_firm(FIRM_SIRET) is None


def test_a_company_is_no_firm(app):
    with app.app_context():
        company = an_organization(siret=FIRM_SIRET, proven_at=clock.now())
        assert models.proven_firm(FIRM_SIRET) is None
        with pytest.raises(ValueError, match="not an open firm"):
            firms.prove(company, "REF")
