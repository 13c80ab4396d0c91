"""Whatever way a right ends: its grants end in that transaction, their clients are told, and every door is shut."""

import ast
import re
from collections.abc import Iterator
from typing import Any

import pytest

from idp import alive
from idp.audit.events import Event
from idp.audit.models import AuditEvent
from idp.db import db, unit_of_work
from idp.oidc.logout import ending
from idp.oidc.models.grant import Grant
from tests import test_architecture as house
from tests.browser import Browser
from tests.couriers import waiting
from tests.ending import ELSEWHERE, EVERYBODY, WAYS, Scene, Way, a_scene
from tests.rows import row


@pytest.fixture
def scene(app):
    return a_scene(app)


DOORS = ["userinfo", "introspection of an access token", "of a refresh token", "refresh", "redemption"]


class Held:
    """What one person has at one application: tokens, and a code in flight."""

    def __init__(self, scene: Scene, way: Way, who: str) -> None:
        self.program = scene.partner if way.partner else scene.told
        browser, place = Browser(scene.app), str(getattr(scene, way.where))
        browser.signs_in(scene.people[who], self.program.portal, organization=place)
        if way.partner:
            browser.submit(choice="allow")
        self.tokens = self.program.redeems(browser.page.answer["code"])
        self.code = browser.asks(self.program.portal, organization=place).answer["code"]

    def opens(self) -> list[str]:
        """Which doors do, tried one after the other: once only, since a code and a refresh token are spent."""
        access, refresh = self.tokens["access_token"], self.tokens["refresh_token"]
        tried = (
            self.program.userinfo(access).ok,
            self.program.introspects(access).body.get("active"),
            self.program.introspects(refresh).body.get("active"),
            self.program.refreshes(refresh).ok,
            self.program.redeems(self.code).ok,
        )
        return [door for door, opened in zip(DOORS, tried, strict=True) if opened]


@row("TRS-3", "DLG-1")
@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way.deed.__name__} {way.where}")
def test_its_grants_end_at_once_and_their_clients_are_told(scene, way):
    losers = {who: Held(scene, way, who) for who in sorted(way.loses, key=EVERYBODY.index)}
    others = {who: Held(scene, way, who) for who in _others(way)}
    with scene.app.app_context(), unit_of_work():
        way.deed(scene)
    assert _live(scene) == sorted(2 * [scene.people[who].id for who in others])
    assert len(waiting(scene.app)) == (len(losers) if way.told else 0)
    assert {who: held.opens() for who, held in losers.items()} == {who: [] for who in losers}
    assert {who: held.opens() for who, held in others.items()} == dict.fromkeys(others, DOORS)
    with scene.app.app_context():
        assert db.session.query(AuditEvent).filter_by(event=way.event).count() >= 1


def _others(way: Way) -> list[str]:
    """Somebody who keeps what they have, if anybody does."""
    able = {"company": EVERYBODY, "site": ("lea", "ines")}[way.where] if not way.partner else ("lea", "ines")
    return [who for who in able if who not in way.loses][-1:]


def _live(scene: Scene) -> list[Any]:
    with scene.app.app_context():
        return sorted(one.account_id for one in db.session.query(Grant).filter(Grant.ended_at.is_(None)))


@row("TRS-3")
def test_what_is_undone_ends_nothing_and_tells_nobody(scene):
    way = next(way for way in WAYS if way.at.endswith("assigning.py:assign"))
    held = Held(scene, way, "omar")
    with scene.app.app_context():
        way.deed(scene)
        unit_of_work().undo()
    assert waiting(scene.app) == []
    assert held.opens() == DOORS


def test_whoever_tells_the_house_is_in_the_table():
    """A new function that ends something shall have its line, and a function that went shall take it along."""
    found = {f"{path}:{function}" for path, function, _ in _tellers()}
    assert found == {way.at for way in WAYS} | set(ELSEWHERE)


def test_every_kind_that_ends_grants_is_told_by_somebody():
    told = {kind for _, _, kind in _tellers()} - {"grant"}
    assert told <= set(ending.ENDS)
    assert set(ending.ENDS) - told <= {"account"}


def test_whatever_a_token_stands_on_has_its_way():
    """What the one statement asks of a grant, each time, is what can end it: a new condition shall have its line."""
    asked = set(re.findall(r"\b([a-z])\.([a-z_]+)", alive._GRANT.partition("FROM")[2]))
    conditions = {f"{table}.{column}" for table, column in asked if not KEY.search(column)} | OF_KEYS
    assert conditions == {ask for way in WAYS for ask in way.asks} | set(BY_ITSELF)


KEY, OF_KEYS = re.compile(r"(^|_)id$|^sector$"), {"t.id", "d.held_by_id"}
"""What joins rows, but for those whose being there is the condition."""
BY_ITSELF = {
    **dict.fromkeys(("a.activated_at", "a.suspended_at", "a.closed_at"), "an account: `house.ended('account')`"),
    **dict.fromkeys(("m.ends_at", "k.ends_at"), "a link with a last instant: nothing gives one"),
    **dict.fromkeys(("s.seen_at", "s.started_at", "g.created_at", "g.used_at", "g.offline"), "age, and idleness"),
    **dict.fromkeys(("n.at",), "everyone, signed out by an operator or by a restore"),
    **dict.fromkeys(("d.accepted_at", "d.starts_at"), "never undone"),
    **dict.fromkeys(("c.first_party", "d.applications_allowed"), "given with the registration, and with the offer"),
    "g.ended_at": "the grant itself",
}
"""What ends without a deed of ours, or is told to nobody, and why."""


def test_every_event_that_takes_something_away_is_in_the_table():
    away = re.compile(r":(ended|over|revoked|suspended|assigned|merged|disabled|withdrawn|closed|removed)$")
    assert {one for one in Event if away.search(one)} == {way.event for way in WAYS if away.search(way.event)} | NOTHING


NOTHING = {
    *(Event.EVERYONE_SIGNED_OUT, Event.GRANT_ENDED, Event.TOKEN_REVOKED),
    *(Event.KEY_REMOVED, Event.RESOURCE_DISABLED, Event.INVITATION_WITHDRAWN, Event.DELEGATION_WITHDRAWN),
}
"""Events of what carried no grant, or whose client knows it by itself."""


def _tellers() -> Iterator[tuple[str, str, str]]:
    """Each call of `house.ended` in the product: file, function, kind."""
    for path in house.files(*house.PRODUCT):
        for function in house.functions(path):
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("house.ended"):
                    yield path, function.name, ast.literal_eval(call.args[0])
