"""The list behind « changer de tiers » says what the claim says, and what a firm may do for whom."""

from idp.oidc.token import organizations
from tests.builders import READ, a_delegation, an_account, an_organization, membership
from tests.relying_party import RelyingParty


def test_a_client_of_the_firm_is_listed_with_what_was_delegated(app, browser, portal):
    with app.app_context():
        firm = an_organization(kind="firm", name="Cabinet Exemple")
        clerk, client = an_account(), an_organization(name="Plomberie Exemple")
        membership(clerk.id, firm.id, holder=False)
        delegation_id = a_delegation(client.id, firm.id).id
        client_id = str(client.id)
    browser.signs_in(clerk, portal, scope="openid organization organizations", organization=client_id)
    token = RelyingParty(app, portal).redeems(browser.page.answer["code"]).body["access_token"]
    with app.app_context():
        told = organizations.tell(token, "", 1).body["organizations"]
    found = next(one for one in told if one["id"] == client_id)
    assert found["rights"] == READ
    assert found["delegation"]["id"] == str(delegation_id)
    assert [one["kind"] for one in told] == ["firm", "member"]
