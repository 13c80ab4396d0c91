"""Nodes restart one after the other, or die, while people sign in."""

from concurrent.futures import ThreadPoolExecutor

from tests.browser import Browser
from tests.cluster.load import flows, load, sign_in_and_use, soon
from tests.relying_party import RelyingParty

GRACE = 30
"""Seconds within which a node that is told to stop must have ended."""


def test_a_rolling_restart_under_load_fails_nobody(world):
    old = sign_in_and_use(world.wire, world.portal, world.members[0])
    with load(flows(world.wire, world.portal, world.members)) as running:
        running.until(4)
        for node in world.cluster.nodes:
            assert node.stop() < GRACE
            running.until(2)
            node.start()
            running.until(4)
    assert running.failures == []
    assert world.observed.statuses() <= {200, 302, 303}
    party = RelyingParty(world.wire, world.portal)
    successor = party.refreshes(old)["refresh_token"]
    assert party.refreshes(successor).ok
    assert party.refreshes(old).error == "invalid_grant"


def test_all_nodes_restart_at_once_and_everybody_stays_signed_in(world):
    browser, party = Browser(world.wire), RelyingParty(world.wire, world.portal)
    tokens = party.tokens_of(world.members[0], browser)
    ended = party.tokens_of(world.members[1])
    assert party.revokes(ended["refresh_token"]).ok
    world.observed.note_ended(world.cluster.app)
    with ThreadPoolExecutor() as both:
        list(both.map(lambda node: node.stop(), world.cluster.nodes))
    away = world.wire.test_client().get("/authorize")
    assert away.status_code == 503
    assert int(away.headers["Retry-After"]) > 0
    for node in world.cluster.nodes:
        node.start()
    soon(world.is_ready)
    assert "code" in browser.asks(world.portal, prompt="none").answer
    assert party.refreshes(tokens["refresh_token"]).ok
    assert party.refreshes(ended["refresh_token"]).error == "invalid_grant"
    assert party.userinfo(ended["access_token"]).status == 401


def test_a_node_that_is_killed_under_load_fails_only_what_it_was_at(world):
    first, second = world.cluster.nodes
    with load(flows(world.wire, world.portal, world.members)) as running:
        for node in (first, second):
            running.until(3)
            node.kill()
            running.until(4)
            node.start()
    assert len(running.failures) <= 2 * len(world.members)
    for member in world.members:
        sign_in_and_use(world.wire, world.portal, member)
        world.observed.recovered.append((member.email, True))
