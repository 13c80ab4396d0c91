"""PostgreSQL restarts under load; Redis is flushed, stopped and started: what stops, what goes on, what comes back."""

import pytest
from redis import Redis

from tests.browser import Browser
from tests.cluster.load import flows, load, sign_in_and_use, soon
from tests.relying_party import RelyingParty

pytestmark = pytest.mark.timeout(300)  # the first test of a file starts the cluster, which is slow where all are busy
WITHOUT_STORAGE = ("/jwks", "/.well-known/openid-configuration", "/livez")
NOBODY = "nobody@example.org"


def is_a_pause(page) -> bool:
    """One page, which comes back by itself, or one word for programs; nothing of the inside."""
    text = page.response.get_data(as_text=True).lower()
    quiet = not any(word in text for word in ("psycopg", "sqlalchemy", "redis", "traceback", "socket"))
    comes_back = page.response.is_json or 'http-equiv="refresh"' in text
    return page.response.status_code == 503 and int(page.response.headers["Retry-After"]) > 0 and quiet and comes_back


def on_each_node(world, path, **options):
    """The same request as many times as there are nodes, which take turns."""
    return {Browser(world.wire).get(path, **options).status for _ in world.cluster.nodes}


def sees_the_same(world, url, form, member):
    """Note what a known and an unknown login are shown by that form."""
    shown = []
    for email in (member.email, NOBODY):
        page = Browser(world.wire).post(url, form | {"email": email, "password": "x"})
        shown.append(page.text)
    world.observed.faces.append((shown[0], shown[1]))


def everyone_comes_back(world):
    for member in world.members:
        sign_in_and_use(world.wire, world.portal, member)
        world.observed.recovered.append((member.email, True))


def test_postgresql_restarts_under_load(world):
    lea, browser = world.members[0], Browser(world.wire)
    browser.asks(world.portal)
    url, form = browser.page.url, browser.page.fields() | {"email": lea.email, "password": lea.password}
    with load(flows(world.wire, world.portal, world.members[1:])) as running:
        running.until(3)
        world.cluster.postgres.process.stop()
        assert is_a_pause(browser.post(url, form))
        sees_the_same(world, url, form, lea)
        for path in WITHOUT_STORAGE:
            assert on_each_node(world, path) == {200}, path
        assert on_each_node(world, "/readyz") == {503}
        world.cluster.postgres.process.start()
        soon(world.is_ready)
        running.until(4)
    assert world.observed.statuses() <= {200, 302, 303, 503}
    assert "code" in browser.post(url, form).answer
    everyone_comes_back(world)


def test_what_needs_no_journey_goes_on_without_redis_and_the_rest_pauses(world):
    lea, party = world.members[0], RelyingParty(world.wire, world.portal)
    signed_in, on_the_way = Browser(world.wire), Browser(world.wire)
    tokens = party.tokens_of(lea, signed_in)
    code = party.code_of(world.members[1])
    on_the_way.asks(world.portal)
    url, form = on_the_way.page.url, on_the_way.page.fields() | {"email": lea.email, "password": lea.password}

    world.cluster.redis.process.stop()
    refreshed = party.refreshes(tokens["refresh_token"])
    assert refreshed.ok
    assert party.userinfo(refreshed["access_token"]).ok
    assert party.introspects(refreshed["access_token"])["active"] is True
    for path in WITHOUT_STORAGE:
        assert on_each_node(world, path) == {200}, path
    ready = world.wire.test_client().get("/readyz")
    assert (ready.status_code, ready.get_json()["status"]) == (200, "degraded")
    assert is_a_pause(on_the_way.post(url, form))
    assert is_a_pause(Browser(world.wire).asks(world.portal))
    assert is_a_pause(party.redeems(code))
    sees_the_same(world, url, form, lea)
    signed_in.get("/end_session")
    assert signed_in.submit(choice="yes").status == 200
    assert party.refreshes(refreshed["refresh_token"]).error == "invalid_grant"
    world.observed.note_ended(world.cluster.app)

    world.cluster.redis.process.start()
    soon(world.is_ready)
    assert party.redeems(code).error == "invalid_grant"
    assert party.refreshes(refreshed["refresh_token"]).error == "invalid_grant"
    assert on_the_way.post(url, form).status < 500
    everyone_comes_back(world)


def test_a_flushed_redis_costs_a_sign_in_in_progress_and_nothing_else(world):
    lea, party, browser = world.members[0], RelyingParty(world.wire, world.portal), Browser(world.wire)
    code = party.code_of(lea, browser)
    redeemed = party.redeems(code)
    waiting = party.code_of(world.members[1])
    retried = party.refreshes(redeemed["refresh_token"])

    Redis.from_url(world.cluster.redis.url).flushall()
    assert party.redeems(code).error == "invalid_grant"
    assert party.redeems(waiting).error == "invalid_grant"
    assert party.refreshes(redeemed["refresh_token"]).error == "invalid_grant"
    assert party.refreshes(retried["refresh_token"]).ok
    assert "code" in browser.asks(world.portal, prompt="none").answer
    everyone_comes_back(world)


def test_redis_restarts_under_load(world):
    with load(flows(world.wire, world.portal, world.members)) as running:
        running.until(3)
        world.cluster.redis.process.stop()
        world.cluster.redis.process.start()
        soon(world.is_ready)
        running.until(4)
    assert world.observed.statuses() <= {200, 302, 303, 400, 503}
    everyone_comes_back(world)
