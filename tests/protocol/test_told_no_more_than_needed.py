"""What each token and answer holds, to the last claim, whoever asks for what: no more than was asked for there."""

import pytest

from tests.builders import a_client, an_account, an_organization, membership
from tests.relying_party import RelyingParty, claims_of
from tests.rows import row

EVERYTHING = "openid profile email phone organization organizations offline_access"
NUMBER = "+262639980001"

ID_TOKEN = {"iss", "sub", "aud", "azp", "iat", "exp", "auth_time", "acr", "amr", "sid", "at_hash", "nonce"}
ACCESS_TOKEN = {
    "iss",
    "sub",
    "aud",
    "client_id",
    "iat",
    "exp",
    "jti",
    "auth_time",
    "acr",
    "amr",
    "sid",
    "grant",
    "scope",
}
NAMES = {"name", "given_name", "family_name", "usual_name", "locale", "updated_at"}

SNAPSHOT = {
    "openid": (set(), set(), set()),
    "openid profile": (set(), set(), NAMES),
    "openid email": (set(), set(), {"email", "email_verified"}),
    "openid phone": (set(), set(), {"phone_number", "phone_number_verified"}),
    "openid organization": ({"organization"}, {"authorization_details"}, {"organization"}),
    "openid organizations": (set(), set(), set()),
    "openid offline_access": (set(), set(), set()),
    EVERYTHING: (
        {"organization"},
        {"authorization_details"},
        NAMES | {"email", "email_verified", "phone_number", "phone_number_verified", "organization"},
    ),
}
"""For each scope, what ID token, access token and userinfo hold beside what is there always."""


@pytest.fixture
def nadia(app):
    """A person with a telephone, an address, and two companies."""
    with app.app_context():
        made = an_account(email="nadia@example.org", mobile=NUMBER)
        for name in ("Toitures du Lagon", "Charpente Boréale"):
            membership(made.id, an_organization(name=name).id)
        return made


@pytest.fixture(params=[True, False], ids=["ours", "a partner's"])
def asking(request, app):
    """A client of the fund, and one of a partner."""
    with app.app_context():
        return RelyingParty(app, a_client(first_party=request.param))


def _tokens(browser, program, who, scope):
    page = browser.signs_in(who, program.portal, scope=scope)
    if page.location is None and "organization" in scope.split():
        page = browser.submit(choice=_first_company(page))
    if page.location is None:
        page = browser.submit(choice="allow")
    return program.redeems(page.answer["code"])


def _first_company(page):
    return page.text.partition('name="choice" value="')[2].partition('"')[0]


@row("KEY-5")
@pytest.mark.parametrize("scope", SNAPSHOT, ids=[scope.replace(" ", "+") for scope in SNAPSHOT])
def test_each_answer_holds_what_its_scope_opens_there_and_nothing_else(browser, asking, nadia, scope):
    reply = _tokens(browser, asking, nadia, scope)
    in_id_token, in_access_token, at_userinfo = SNAPSHOT[scope]
    assert claims_of(reply["id_token"]).keys() == ID_TOKEN | in_id_token
    assert claims_of(reply["access_token"]).keys() == ACCESS_TOKEN | in_access_token
    assert asking.userinfo(reply["access_token"]).body.keys() == {"sub"} | at_userinfo


@row("KEY-5")
def test_no_token_holds_an_address_a_number_or_a_company_but_the_one_that_is_acted_for(browser, asking, nadia):
    reply = _tokens(browser, asking, nadia, EVERYTHING)
    said = asking.userinfo(reply["access_token"]).body
    assert (said["email"], said["phone_number"]) == (nadia.email, NUMBER)
    other = ({"Toitures du Lagon", "Charpente Boréale"} - {said["organization"]["name"]}).pop()
    for token in (reply["id_token"], reply["access_token"]):
        told = str(claims_of(token))
        for kept in (nadia.email, NUMBER, other):
            assert kept not in told
