"""Who may act on the people of a company."""

import pytest

from idp import clock
from idp.accounts.colleagues.holding import held_by, place_of
from idp.db import db, new_id
from idp.errors import NotFound
from tests.companies import joins, named
from tests.rows import row


def test_a_holder_holds_it(app, lea):
    with app.app_context():
        held = held_by(lea.id, lea.organization_id)
        assert (held.id, held.holder.account_id) == (lea.organization_id, lea.id)


@row("TRS-1")
def test_to_anybody_else_there_is_no_such_company(app, lea):
    ines = joins(app, lea.organization_id, "ines@example.org")
    with app.app_context():
        for account_id, organization_id in (
            (ines.who.id, lea.organization_id),
            (new_id(), lea.organization_id),
            (lea.id, new_id()),
        ):
            with pytest.raises(NotFound):
                held_by(account_id, organization_id)
        assert place_of(ines.who.id, lea.organization_id)[1].rights == ["documents:read"]


def test_a_closed_company_is_held_by_nobody(app, lea):
    with app.app_context():
        named(lea.organization_id).closed_at = clock.now()
        db.session.commit()
        with pytest.raises(NotFound):
            place_of(lea.id, lea.organization_id)
