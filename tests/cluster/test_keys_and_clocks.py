"""The keys turn in the middle of every flow, and the clocks of two nodes stand apart."""

import pytest

from tests.browser import Browser
from tests.cluster.load import flows, load, soon
from tests.relying_party import RelyingParty, header_of

pytestmark = pytest.mark.timeout(300)  # the first test of a file starts the cluster, which is slow where all are busy


def signs_with(party, token):
    """The key of the next ID token, and the refresh token after it."""
    reply = party.refreshes(token)
    return header_of(reply["id_token"])["kid"], reply["refresh_token"]


def turns(world, token):
    """Make new keys, and return once every node signs with them: the key, and the next refresh token."""
    party = RelyingParty(world.wire, world.portal)
    former, last = signs_with(party, token)
    world.cluster.command("keys", "rotate", "--now", "--alg", "RS256")
    held = {"token": last, "kid": former}

    def signed_anew():
        kids = set()
        for _ in world.cluster.nodes:
            held["kid"], held["token"] = signs_with(party, held["token"])
            kids.add(held["kid"])
        return former not in kids

    soon(signed_anew)
    return held["kid"], held["token"]


def test_the_keys_turn_between_any_two_requests_of_a_flow(world):
    lea, party, browser = world.members[0], RelyingParty(world.wire, world.portal), Browser(world.wire)
    beside = party.tokens_of(world.members[1])["refresh_token"]
    browser.asks(world.portal)
    before, beside = turns(world, beside)
    code = browser.submit(email=lea.email, password=lea.password).answer["code"]
    tokens = party.redeems(code)
    assert header_of(tokens["id_token"])["kid"] == before
    after, beside = turns(world, beside)
    assert after != before
    for _ in world.cluster.nodes:
        assert party.userinfo(tokens["access_token"]).ok
        assert party.introspects(tokens["access_token"])["active"] is True
    published = {key["kid"] for key in world.wire.test_client().get("/jwks").get_json()["keys"]}
    assert {before, after, header_of(tokens["access_token"])["kid"]} <= published
    assert party.refreshes(tokens["refresh_token"]).ok
    asked = {"id_token_hint": tokens["id_token"], "client_id": world.portal.client_id}
    assert browser.get("/end_session", query_string=asked).status == 200


@pytest.fixture
def apart(world):
    """The second node's clock is ninety seconds ahead of the first's, and of the database's."""
    party = RelyingParty(world.wire, world.portal)
    world.ended = party.tokens_of(world.members[0])["refresh_token"]
    assert party.revokes(world.ended).ok
    world.observed.note_ended(world.cluster.app)
    node = world.cluster.nodes[1]
    node.stop()
    node.launcher = ("tests.cluster.drifting", "90")
    node.start()
    yield world
    node.stop()
    node.launcher = ("app", "serve")
    node.start()


def test_clocks_ninety_seconds_apart_are_told_and_bring_nothing_back_to_life(apart):
    told = {apart.wire.test_client().get("/readyz").get_json()["parts"]["clock"] for _ in apart.cluster.nodes}
    assert told == {"ok", "degraded"}
    with load(flows(apart.wire, apart.portal, apart.members)) as running:
        running.until(2)
    assert apart.observed.statuses() <= {200, 302, 303, 400, 401}
    party = RelyingParty(apart.wire, apart.portal)
    for _ in range(2 * len(apart.cluster.nodes)):
        assert party.refreshes(apart.ended).error == "invalid_grant"
