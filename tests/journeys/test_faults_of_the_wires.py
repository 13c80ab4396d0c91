"""The wire to PostgreSQL or to Redis falls silent in mid-word: nothing is refused, nothing closed, nothing comes."""

import time
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from idp import clock, extensions
from tests import invariants, worlds
from tests.browser import Browser
from tests.builders import a_client, a_member
from tests.cluster.load import soon
from tests.invariants import Observed, Scene
from tests.relying_party import RelyingParty
from tests.silent import Silent, silent

WITHOUT_STORAGE = ("/jwks", "/.well-known/openid-configuration", "/livez")


class Wired(NamedTuple):
    """An application, the wire it stands on, its portal, a person, and what was seen."""

    app: object
    wire: Silent
    party: RelyingParty
    lea: object
    observed: Observed

    def within_bounds(self, ask):
        """The answer, whose time is noted for the invariants (I9)."""
        began = time.monotonic()
        reply = ask()
        self.observed.answer("a request", reply.response.status_code, time.monotonic() - began)
        return reply

    def pauses(self, ask):
        """Whether it is told to come back, within bounds."""
        reply = self.within_bounds(ask)
        return reply.status == 503 and int(reply.response.headers["Retry-After"]) > 0


def wired(made, wire, **changes):
    """The same application over that wire, with its keys read, as a worker does when it starts."""
    app = worlds.create_app(made.extensions["settings"].model_copy(update=changes))
    with app.app_context():
        party, lea = RelyingParty(app, a_client()), a_member()
        extensions.ring.jwks(clock.now())
    return Wired(app, wire, party, lea, Observed())


@pytest.fixture
def made(postgres_template, tmp_path):
    """An application without any such wire."""
    app = postgres_template.copy(tmp_path, database_timeout=1)
    yield app
    worlds.close(app)


@pytest.fixture
def database(made):
    """One whose PostgreSQL is at the other end of a wire."""
    url = sa.make_url(made.extensions["settings"].database_url)
    with silent(Path(str(url.query["host"])) / ".s.PGSQL.5432") as wire:
        over = url.set(host="127.0.0.1", port=wire.port, query={"sslmode": "disable"})
        one = wired(made, wire, database_url=over.render_as_string(hide_password=False))
        yield one
        worlds.close(one.app)


@pytest.fixture
def store(made):
    """One whose Redis is."""
    url = urlsplit(made.extensions["settings"].shortlived_url)
    with silent(Path(url.path)) as wire:
        one = wired(made, wire, shortlived_url=f"redis://127.0.0.1:{wire.port}/0")
        yield one
        worlds.close(one.app)


def test_the_wire_to_postgresql_falls_silent_and_speaks_again(database):
    party, browser = database.party, Browser(database.app)
    token = party.tokens_of(database.lea)["refresh_token"]
    database.wire.falls_silent()
    assert database.pauses(lambda: party.refreshes(token))
    assert database.pauses(lambda: browser.asks(party.portal))
    for path in WITHOUT_STORAGE:
        assert database.within_bounds(lambda path=path: browser.get(path)).status == 200, path
    database.wire.speaks_again()
    assert party.refreshes(token).ok
    assert "code" in browser.signs_in(database.lea, party.portal).answer
    invariants.check(Scene(database.app, database.observed))


@pytest.mark.parametrize("nth", [1, 2])
def test_a_sign_in_whose_commit_was_not_answered_is_made_again(database, nth):
    """The first one counts the try, the second one opens the session."""
    browser = Browser(database.app)
    browser.asks(database.party.portal)
    url, form = browser.page.url, browser.page.fields() | {"email": database.lea.email}
    form |= {"password": database.lea.password}
    database.wire.loses_the_answer_to(b"COMMIT", nth)
    assert database.pauses(lambda: browser.post(url, form))
    code = browser.post(url, form).answer["code"]
    assert database.party.redeems(code).ok
    invariants.check(Scene(database.app, database.observed))


def test_a_refresh_whose_commit_was_not_answered_is_made_again(database):
    party = database.party
    token = party.tokens_of(database.lea)["refresh_token"]
    database.wire.loses_the_answer_to(b"COMMIT")
    assert database.pauses(lambda: party.refreshes(token))
    successor = party.refreshes(token)
    assert successor.ok
    assert party.refreshes(successor["refresh_token"]).ok
    invariants.check(Scene(database.app, database.observed))


def test_a_code_whose_commit_was_not_answered_is_spent_and_the_session_gives_another(database):
    party, browser = database.party, Browser(database.app)
    code = party.code_of(database.lea, browser)
    database.wire.loses_the_answer_to(b"COMMIT")
    assert database.pauses(lambda: party.redeems(code))
    assert party.redeems(code).error == "invalid_grant"
    assert party.redeems(browser.asks(party.portal, prompt="none").answer["code"]).ok
    invariants.check(Scene(database.app, database.observed))


def test_the_wire_to_redis_falls_silent_and_speaks_again(store):
    party, browser = store.party, Browser(store.app)
    token = party.tokens_of(store.lea, browser)["refresh_token"]
    store.wire.falls_silent()
    assert store.within_bounds(lambda: party.refreshes(token)).ok
    assert store.pauses(lambda: Browser(store.app).asks(party.portal))
    for path in WITHOUT_STORAGE:
        assert store.within_bounds(lambda path=path: browser.get(path)).status == 200, path
    store.wire.speaks_again()
    soon(lambda: "code" in (Browser(store.app).signs_in(store.lea, party.portal).location or ""))
    invariants.check(Scene(store.app, store.observed))
