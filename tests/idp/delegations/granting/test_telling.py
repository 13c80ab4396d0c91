"""Both sides are told: the company by mail, a proven firm once a day, but at once when it loses an access."""

from tests.companies import joins, signed_in
from tests.delegating import answers, does, offers, the_accountant, the_delegation
from tests.mailbox import mails_to
from tests.rows import row


@row("DLG-1")
def test_each_holder_of_the_company_is_told_and_no_colleague(app, lea):
    sofia = the_accountant(app)
    other = joins(app, lea.organization_id, "paul@example.org", holder=True)
    ines = joins(app, lea.organization_id, "ines@example.org")
    offers(signed_in(app, lea), lea.organization_id)
    answers(signed_in(app, sofia), the_delegation(app), "accept")
    for holder in (lea.email, other.who.email):
        mails = [mail.text for mail in mails_to(app, holder, "delegations/changed")]
        assert len(mails) == 2
        assert "peut maintenant agir pour" in mails[-1]
        assert "http" not in mails[-1].replace("http://localhost:8000/aide", "")
    assert mails_to(app, ines.who.email) == []


def test_a_proven_firm_is_told_at_once_of_a_lost_access_and_of_nothing_else(app, lea):
    sofia = the_accountant(app)
    company = signed_in(app, lea)
    offers(company, lea.organization_id)
    answers(signed_in(app, sofia), the_delegation(app), "accept")
    assert mails_to(app, sofia.email) == []
    does(company, the_delegation(app), "suspend")
    assert "est suspendue" in mails_to(app, sofia.email)[-1].text
    does(company, the_delegation(app), "resume")
    assert len(mails_to(app, sofia.email)) == 1
    assert the_delegation(app).firm_news == "resumed"
    does(company, the_delegation(app), "revoke")
    assert "n’a plus aucun accès" in mails_to(app, sofia.email)[-1].html
