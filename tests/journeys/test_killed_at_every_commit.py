"""A worker dies before or after any commit of any journey: the same request once more brings the same end (C-01)."""

import pytest

from tests.browser import Browser
from tests.builders import a_client, a_member
from tests.idp.accounts.resets import asks as forgets
from tests.idp.accounts.resets import links_to
from tests.journeys.killed import ends_the_same
from tests.openings import PASSWORD, activates, identifies, newest_link, opens, two_letters
from tests.relying_party import RelyingParty

NEW = "Trois-Mots-Sans-Rapport-7"
EMAIL = "ines@toitures.example.org"


class Stage:
    """People, a portal, and one request of a journey, which may be made again from the same page."""

    def __init__(self, app):
        self.app = app
        with app.app_context():
            self.party, self.lea = RelyingParty(app, a_client()), a_member()
        self.browser = Browser(app)

    # Each prepares, and gives the request and what must hold once it was made again.

    def signing_in(self):
        self.browser.asks(self.party.portal)
        url, form = self.browser.page.url, self.browser.page.fields()
        form |= {"email": self.lea.email, "password": self.lea.password}
        return lambda: self.browser.post(url, form), self.ends_signed_in

    def redeeming(self):
        code = self.party.code_of(self.lea, self.browser)
        return lambda: self.party.redeems(code), self.ends_signed_in

    def refreshing(self):
        token = self.party.tokens_of(self.lea, self.browser)["refresh_token"]
        return lambda: self.party.refreshes(token), lambda: self.goes_on_with(token)

    def revoking(self):
        token = self.party.tokens_of(self.lea, self.browser)["refresh_token"]
        return lambda: self.party.revokes(token), lambda: self.is_ended(token)

    def signing_out(self):
        token = self.party.tokens_of(self.lea, self.browser)["refresh_token"]
        self.browser.get("/end_session")
        url, form = self.browser.page.url, self.browser.page.fields() | {"choice": "yes"}
        return lambda: self.browser.post(url, form), lambda: self.is_ended(token)

    def first_step(self):
        letters = two_letters(self.app)
        return lambda: identifies(self.browser, letters), lambda: self.opens_at_last(letters)

    def second_step(self):
        letters = two_letters(self.app)
        identifies(self.browser, letters)
        url, form = self.browser.page.url, self.browser.page.fields()
        typed = {"email": EMAIL, "email_again": EMAIL, "password": PASSWORD, "password_again": PASSWORD}
        return lambda: self.browser.post(url, form | typed), lambda: self.opens_at_last(letters)

    def third_step(self):
        letters = two_letters(self.app)
        opens(self.browser, letters, EMAIL)
        self.browser.get(newest_link(self.app, EMAIL))
        url, form = self.browser.page.url, self.browser.page.fields()
        return lambda: self.browser.post(url, form), lambda: self.can_sign_in(EMAIL, PASSWORD)

    def asking_for_a_password(self):
        return lambda: forgets(self.app, self.lea.email), lambda: bool(links_to(self.app, self.lea.email))

    def choosing_a_password(self):
        forgets(self.app, self.lea.email)
        self.browser.get(links_to(self.app, self.lea.email)[-1])
        url, form = self.browser.page.url, self.browser.page.fields()
        typed = {"password": NEW, "password_again": NEW}
        return lambda: self.browser.post(url, form | typed), lambda: self.can_sign_in(self.lea.email, NEW)

    # What the person sees in the end.

    def ends_signed_in(self):
        """By the same request, or by beginning again at the portal: without an operator."""
        return self.party.tokens_of(self.lea, self.browser).ok

    def goes_on_with(self, token):
        """The client that lost the answer asks again, and its family lives."""
        return self.party.refreshes(self.party.refreshes(token)["refresh_token"]).ok

    def is_ended(self, token):
        return self.party.refreshes(token).error == "invalid_grant"

    def opens_at_last(self, letters):
        opens(self.browser, letters, EMAIL)
        activates(self.browser, self.app, EMAIL)
        return self.can_sign_in(EMAIL, PASSWORD)

    def can_sign_in(self, email, password):
        browser = Browser(self.app)
        browser.asks(self.party.portal)
        return "code=" in (browser.submit(email=email, password=password).location or "")


REQUESTS = (
    "signing_in",
    "redeeming",
    "refreshing",
    "revoking",
    "signing_out",
    "first_step",
    "second_step",
    "third_step",
    "asking_for_a_password",
    "choosing_a_password",
)


@pytest.mark.parametrize("name", REQUESTS)
def test_the_same_request_once_more_brings_the_same_end(postgres_template, tmp_path, name):
    ends_the_same(lambda: Stage(postgres_template.copy(tmp_path)), name)
