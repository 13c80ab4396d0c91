"""A worker dies before or after any commit of what is done for a company: the same request once more, the same end."""

import re

import pytest

from idp.db import db
from idp.delegations.models import Delegation
from tests.builders import a_client, an_organization, membership
from tests.companies import signed_in
from tests.delegating import drafts, offers, the_accountant, the_delegation
from tests.journeys.killed import ends_the_same
from tests.journeys.test_killed_at_every_commit import EMAIL, Stage
from tests.mailbox import mails_to, messages_to
from tests.openings import MOBILE, MOBILE_E164, activates, completes, identifies, two_letters
from tests.registers import a_siret
from tests.relying_party import RelyingParty

BADGE = '<p class="badge" role="status"'


class Company(Stage):
    """Léa's company and a second one of hers, a partner's application, and a firm."""

    def __init__(self, app):
        super().__init__(app)
        with app.app_context():
            self.partner = RelyingParty(app, a_client(name="Paie Exemple", first_party=False))

    def has_a_second(self):
        with self.app.app_context():
            second = an_organization(name="Aaa Charpente", siret=a_siret(5))
            membership(self.lea.id, second.id)
            return str(second.id)

    def as_it_stands(self, browser, **typed):
        """A request that sends the form of this page."""
        url, form = browser.page.url, browser.page.fields() | typed
        return lambda: browser.post(url, form)

    def consenting(self):
        self.browser.signs_in(self.lea, self.partner.portal)
        return self.as_it_stands(self.browser, choice="allow"), self.is_remembered

    def is_remembered(self):
        return "code" in self.browser.asks(self.partner.portal, prompt="none").answer

    def picking_a_company(self):
        second = self.has_a_second()
        self.browser.signs_in(self.lea, self.party.portal)
        before = self.browser.page.text.partition("Aaa Charpente")[0]
        choice = re.findall(r'value="([^"]+)">', before)[-1]
        return self.as_it_stands(self.browser, choice=choice), lambda: self.acts_for(second)

    def changing_company(self):
        second = self.has_a_second()
        self.browser.signs_in(self.lea, self.party.portal, organization=str(self.lea.organization_id))
        again = {"prompt": "none", "organization": second}
        return lambda: self.browser.asks(self.party.portal, **again), lambda: self.acts_for(second)

    def acts_for(self, organization):
        """By the answer that the portal has, or by asking again; what was asked for before is as it was."""
        answer = self.browser.asks(self.party.portal, organization=organization, prompt="none").answer
        tokens = self.party.redeems(answer["code"])
        return self.party.userinfo(tokens["access_token"])["organization"]["id"] == organization

    def asking_for_an_sms(self):
        identifies(self.browser, two_letters(self.app))
        return self.as_it_stands(self.browser, choice="certify", mobile=MOBILE), self.certifies_at_last

    def certifying_a_number(self):
        identifies(self.browser, two_letters(self.app))
        self.browser.submit(choice="certify", mobile=MOBILE)
        return self.as_it_stands(self.browser, choice="verify", code=self.code()), self.is_certified

    def code(self):
        return re.findall(r"#(\d{6})$", messages_to(self.app, MOBILE_E164)[-1].text)[0]

    def certifies_at_last(self):
        self.browser.submit(choice="verify", code=self.code())
        return self.is_certified()

    def is_certified(self):
        """The number is, and the opening goes on."""
        certified = BADGE in self.browser.page.text
        completes(self.browser, EMAIL)
        activates(self.browser, self.app, EMAIL)
        return certified

    def offering(self):
        the_accountant(self.app)
        self.holder = signed_in(self.app, self.lea)
        drafts(self.holder, self.lea.organization_id)
        return self.as_it_stands(self.holder), lambda: self.stands("offered")

    def accepting(self):
        sofia = the_accountant(self.app)
        self.holder = signed_in(self.app, self.lea)
        offers(self.holder, self.lea.organization_id)
        firm = signed_in(self.app, sofia)
        firm.get(f"/delegations/{the_delegation(self.app).id}/accept")
        return self.as_it_stands(firm), lambda: self.stands("accepted")

    def stopping(self):
        request, _ = self.accepting()
        request()
        one = the_delegation(self.app)
        self.holder.get(f"/organizations/{one.organization_id}/delegations/{one.id}/revoke")
        return self.as_it_stands(self.holder), lambda: self.stands("ended")

    def stands(self, state):
        """One delegation, in that state, and the company was told once of each answer."""
        one = the_delegation(self.app)
        at = {"offered": one.offered_at, "accepted": one.accepted_at, "ended": one.ended_at}
        told = [mail.text for mail in mails_to(self.app, self.lea.email)]
        with self.app.app_context():
            count = db.session.query(Delegation).count()
        return at[state] is not None and count == 1 and len(told) == len(set(told))


REQUESTS = (
    "consenting",
    "picking_a_company",
    "changing_company",
    "asking_for_an_sms",
    "certifying_a_number",
    "offering",
    "accepting",
    "stopping",
)


@pytest.mark.parametrize("name", REQUESTS)
def test_what_is_done_for_a_company_comes_to_the_same_end(postgres_template, tmp_path, name):
    ends_the_same(lambda: Company(postgres_template.copy(tmp_path)), name)
