"""Funds, colours, contacts and clients as the doctor finds them."""

from flask import Flask

from tests import builders
from tests.idp.ops.checks.asking import ADVICE, FINE, WRONG, ask
from tests.rows import row


def test_a_house_without_fund_opens_no_account(app: Flask):
    assert ask(app, "funds")[0] == WRONG


def test_a_fund_leads_to_a_portal_that_is_there(app: Flask):
    with app.app_context():
        builders.a_fund(home_client_id="portal")
        assert ask(app, "funds")[0] == WRONG
        builders.a_client(client_id="portal")
        assert ask(app, "funds")[0] == FINE
        builders.a_fund()
        assert ask(app, "funds")[0] == ADVICE


def test_a_colour_that_cannot_be_read_is_found(app: Flask):
    with app.app_context():
        builders.a_fund(colours={"brand": "#1f5c4d"})
        assert ask(app, "colours")[0] == FINE
        builders.a_fund(code="pale", colours={"brand": "#ffee00"})
        seen, words = ask(app, "colours")
        assert (seen, "pale" in words) == (WRONG, True)


def test_a_time_zone_nobody_knows_is_found(app: Flask):
    with app.app_context():
        assert ask(app, "time zones")[0] == FINE
        builders.a_fund(time_zone="Europe/Nulle-Part")
        assert ask(app, "time zones")[0] == WRONG


def test_people_must_reach_somebody(app: Flask):
    ours = {"network_contact": "contact@caisse.fr"}
    assert ask(app, "contacts")[0] == WRONG
    assert ask(app, "contacts", **ours)[0] == ADVICE
    assert ask(app, "contacts", **ours, security_contacts=("cert@caisse.fr",))[0] == FINE


@row("OID-4")
def test_an_unsafe_client_is_named(app: Flask):
    with app.app_context():
        builders.a_client(client_id="careful")
        assert ask(app, "clients")[0] == FINE
        builders.a_client(client_id="careless", require_pkce=False)
        seen, words = ask(app, "clients")
        assert (seen, "careless: require_pkce" in words) == (WRONG, True)
