"""The organization belongs to the grant: tabs and clients never mix, and a refresh never changes it (RFC 6749 6)."""

import json
from datetime import timedelta

import pytest

from idp import clock
from tests.browser import Browser
from tests.builders import a_client, an_organization, membership
from tests.relying_party import RelyingParty, claims_of
from tests.rows import row

FIVE = timedelta(minutes=5)


@pytest.fixture
def second(app, lea):
    """A second company of hers, where she may only read documents."""
    with app.app_context():
        other = an_organization()
        membership(lea.id, other.id, holder=False)
        return other.id


def told(tokens):
    """The organization of an access token, and what may be done there."""
    (details,) = claims_of(tokens["access_token"])["authorization_details"]
    return details["identifier"], len(details["privileges"])


@pytest.mark.parametrize("clients", [1, 2], ids=["two tabs", "two clients"])
@row("TRS-2")
def test_two_organizations_side_by_side_never_mix_over_an_hour(app, browser, portal, lea, second, clients):
    with app.app_context():
        other = portal if clients == 1 else a_client(name="Autre portail")
    parties = [RelyingParty(app, portal), RelyingParty(app, other)]
    wanted = [(str(lea.organization_id), 10), (str(second), 1)]
    held = [
        party.tokens_of(lea, browser, organization=place).body
        for party, (place, _) in zip(parties, wanted, strict=True)
    ]
    for past in range(1, 13):
        with clock.travel(past * FIVE):
            held = [party.refreshes(one["refresh_token"]).body for party, one in zip(parties, held, strict=True)]
            assert [told(one) for one in held] == wanted
            for party, one, (place, _) in zip(parties, held, wanted, strict=True):
                assert party.userinfo(one["access_token"])["organization"]["id"] == place


@row("TRS-2")
def test_a_refresh_that_names_another_organization_gets_its_own(app, browser, portal, lea, second):
    party = RelyingParty(app, portal)
    tokens = party.tokens_of(lea, browser, organization=str(lea.organization_id)).body
    details = json.dumps([{"type": "organization", "identifier": str(second)}])
    for named in ({"organization": str(second)}, {"authorization_details": details}, {"siret_hint": "99900001100018"}):
        reply = party.refreshes(tokens["refresh_token"], **named)
        if reply.ok:
            tokens = reply.body
        assert told(tokens)[0] == str(lea.organization_id)
    assert party.refreshes(tokens["refresh_token"]).ok


@row("TRS-2")
def test_a_change_is_a_new_authorization_and_the_former_grant_goes_on(app, portal, lea, second):
    party, browser = RelyingParty(app, portal), Browser(app)
    first = party.tokens_of(lea, browser, organization=str(lea.organization_id)).body
    answer = browser.asks(portal, prompt="none", organization=str(second)).answer
    changed = party.redeems(answer["code"]).body
    assert (told(changed)[0], told(party.refreshes(first["refresh_token"]).body)[0]) == (
        str(second),
        str(lea.organization_id),
    )
    assert claims_of(first["access_token"])["sub"] == claims_of(changed["access_token"])["sub"]
