"""A list of stolen passwords is tried from one network: it stops early, and an office whose people mistype does not."""

import re
from datetime import timedelta

import pytest
from flask import Flask

from idp import clock
from idp.audit.models import AuditEvent
from idp.db import db
from idp.login.outcome import Reason
from idp.proofs.models import Attempt
from idp.proofs.rates import NOTED
from tests import builders
from tests.browser import Browser, Page
from tests.builders import Member, Portal
from tests.rows import row

WRONG = "Pas-le-bon-1"
NEAR, FAR = "192.0.2.1", "198.51.100.1"
FULL = "Trop d’essais depuis cette connexion internet"


class Desk:
    """A browser on a network, with the sign-in page open."""

    def __init__(self, house: Flask, portal: Portal) -> None:
        self.browser = Browser(house)
        self.browser.asks(portal)
        self.url, self.form = self.browser.page.url, self.browser.page.fields()

    def tries(self, email: str, password: str = WRONG, network: str = NEAR) -> Page:
        data = self.form | {"email": email, "password": password}
        return self.browser.post(self.url, data, environ_base={"REMOTE_ADDR": network})


@pytest.fixture
def desk(house: Flask, portal: Portal) -> Desk:
    return Desk(house, portal)


def stuffs(desk: Desk, how_many: int, network: str = NEAR) -> list[Page]:
    """That many people of a list, each with the password they had elsewhere."""
    return [desk.tries(f"victim{number}@example.org", network=network) for number in range(how_many)]


def drawn_by_lot(text: str) -> str:
    """The page without its tokens."""
    return re.sub(r"[\w.-]{40,}", "…", text)


@row("LOG-6")
def test_of_a_list_of_a_hundred_people_fifteen_are_tried_and_then_nobody_known_or_unknown(
    house: Flask, desk: Desk, lea: Member, caplog: pytest.LogCaptureFixture
):
    pages = stuffs(desk, 100)
    assert house.extensions["idp_passwords"].verifications == 15
    assert [FULL in page.text for page in pages] == [False] * 15 + [True] * 85
    assert {page.status for page in pages} == {422}
    (alarm,) = (line for line in caplog.messages if "proofs:failures:full" in line)
    assert NEAR not in alarm
    faces = {drawn_by_lot(desk.tries(email).text.replace(email, "…")) for email in (lea.email, "nobody@example.org")}
    assert len(faces) == 1
    with house.app_context():
        counted = len(db.session.query(Attempt).all())
    assert counted == 15, "nobody is kept from their account elsewhere by a try that was not verified"


@row("LOG-6")
def test_an_office_of_thirty_that_mistype_and_then_get_in_is_never_refused(house: Flask, portal: Portal):
    with house.app_context():
        people = [builders.an_account() for _ in range(30)]
    for person in people:
        desk = Desk(house, portal)
        assert "incorrect" in desk.tries(person.email).text
        assert "code" in desk.tries(person.email, person.password).answer


@row("LOG-6")
def test_where_it_is_full_who_mistyped_there_may_go_on_and_their_success_makes_room(
    house: Flask, portal: Portal, desk: Desk, lea: Member, karim: Member
):
    assert "incorrect" in desk.tries(lea.email).text
    stuffs(desk, 14)
    assert FULL in Desk(house, portal).tries(karim.email, karim.password).text
    assert "code" in desk.tries(lea.email, lea.password).answer
    assert "code" in Desk(house, portal).tries(karim.email, karim.password).answer


@row("LOG-6")
def test_who_is_elsewhere_or_comes_three_hours_later_is_not_kept_out(
    house: Flask, portal: Portal, desk: Desk, lea: Member
):
    stuffs(desk, 15)
    assert "dans 3\N{NO-BREAK SPACE}heures," in desk.tries(lea.email, lea.password).text
    assert "code" in Desk(house, portal).tries(lea.email, lea.password, FAR).answer
    with clock.travel(timedelta(hours=3, seconds=1)):
        assert "code" in Desk(house, portal).tries(lea.email, lea.password).answer


@row("LOG-6", "AUD-1")
def test_tries_that_cost_nothing_any_more_do_not_fill_the_audit(house: Flask, desk: Desk):
    stuffs(desk, 15)
    for number in range(NOTED + 20):
        assert FULL in desk.tries(f"another{number}@example.org").text
    with house.app_context():
        assert db.session.query(AuditEvent).filter_by(reason=Reason.NETWORK).count() == NOTED


@row("LOG-6")
def test_a_success_of_ones_own_makes_no_room_for_the_next_of_the_list(house: Flask, portal: Portal, lea: Member):
    for number in range(15):
        assert "code" in Desk(house, portal).tries(lea.email, lea.password).answer
        assert FULL not in Desk(house, portal).tries(f"victim{number}@example.org").text
    assert FULL in Desk(house, portal).tries("victim15@example.org").text


@row("LOG-6")
def test_the_addresses_of_one_household_are_one_network(desk: Desk):
    for number in range(15):
        desk.tries(f"victim{number}@example.org", network=f"2001:db8:1:2::{number}")
    assert FULL in desk.tries("victim15@example.org", network="2001:db8:1:2:ffff::1").text
    assert FULL not in desk.tries("victim15@example.org", network="2001:db8:1:3::1").text
