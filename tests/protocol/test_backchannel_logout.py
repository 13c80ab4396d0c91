"""OpenID Connect Back-Channel Logout 1.0: who is told, what the token says, and clients that do not listen."""

import time
from datetime import timedelta

import pytest
from joserfc import jwt

from idp import clock
from idp.db import unit_of_work
from idp.delivery.models import OutgoingMessage
from idp.extensions import house
from idp.oidc.clients import registration
from idp.oidc.models.client import Client
from idp.sessions import cli, lifecycle
from tests.browser import ISSUER
from tests.builders import SIGNED_OUT, a_client, a_member
from tests.couriers import delivers, waiting
from tests.postboxes import black_hole, free_port
from tests.receivers import receiver
from tests.relying_party import RelyingParty, claims_of, header_of
from tests.rows import row

EVENT = "http://schemas.openid.net/event/backchannel-logout"


def told_at(app, url, **changes):
    """A client that is told of logouts at that address, which is of this very machine."""
    with app.app_context(), unit_of_work():
        portal = a_client(backchannel_logout_uri="https://portal.example.org/told", **changes)
        Client.by_client_id(portal.client_id).backchannel_logout_uri = url
    return RelyingParty(app, portal)


@pytest.fixture
def program():
    """The client's program."""
    with receiver() as running:
        yield running


@pytest.fixture
def told(app, program):
    """A client whose program is told."""
    return told_at(app, program.url)


def signs_out(browser, tokens):
    """At the portal's word."""
    return browser.get(f"/end_session?id_token_hint={tokens['id_token']}&post_logout_redirect_uri={SIGNED_OUT}")


def checked(party, token):
    """The claims of a logout token, once all of section 2.6 holds."""
    assert header_of(token)["typ"] == "logout+jwt"
    claims = jwt.decode(token, party.published(), algorithms=["RS256", "ES256"]).claims
    now = clock.now().timestamp()
    assert (claims["iss"], claims["aud"]) == (ISSUER, party.portal.client_id)
    assert now - 5 < claims["iat"] <= now < claims["exp"] <= now + 120
    assert claims["events"] == {EVENT: {}}
    assert "nonce" not in claims
    return claims


@row("OUT-2")
def test_a_sign_out_reaches_the_client_over_the_back_channel(app, told, program, browser, lea):
    """Section 2.5: POST, form-encoded, logout_token alone. Section 2.4: what it holds."""
    tokens = told.tokens_of(lea, browser)
    assert signs_out(browser, tokens).location == SIGNED_OUT
    assert program.asked == []  # the page did not wait
    assert delivers(app) == {"sent": 1}
    (line, headers, form) = program.asked[0]
    assert line == "POST /told HTTP/1.1"
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert form.keys() == {"logout_token"}
    said, signed_in = checked(told, form["logout_token"]), claims_of(tokens["id_token"])
    assert (said["sid"], said["sub"]) == (signed_in["sid"], signed_in["sub"])
    assert delivers(app) == {}


@row("OUT-2")
def test_each_live_grant_of_the_session_is_told_once(app, told, program, browser, lea):
    """… a `sid` is one per grant; other sessions, and clients that did not ask, hear nothing."""
    sids = {claims_of(told.tokens_of(lea, browser)["id_token"])["sid"] for _ in range(2)}
    told.code_of(lea, browser)  # never redeemed: the client knows nothing of it
    told.tokens_of(lea)  # in another browser
    with app.app_context():
        silent = RelyingParty(app, a_client())
    signs_out(browser, silent.tokens_of(lea, browser))
    assert delivers(app) == {"sent": 2}
    tokens = [checked(told, form["logout_token"]) for form in program.forms]
    assert {one["sid"] for one in tokens} == sids
    assert len({one["jti"] for one in tokens}) == 2


@row("OUT-2")
def test_the_outbox_holds_ids_and_no_token(app, told, browser, lea):
    signs_out(browser, told.tokens_of(lea, browser))
    (row_,) = waiting(app)
    assert row_.facts.keys() == {"grant_id", "jti"}
    assert (row_.recipient_sealed, row_.body_sealed) == (None, None)


@row("OUT-2")
def test_after_an_hour_of_trouble_the_token_that_arrives_is_good(app, told, program, browser, lea):
    """Each attempt makes a token: the same jti, new times."""
    signs_out(browser, told.tokens_of(lea, browser))
    program.status = 503
    assert delivers(app) == {"put_off": 1}
    first = checked(told, program.forms[0]["logout_token"])
    with clock.travel(timedelta(hours=1)):
        program.status = 200
        assert delivers(app) == {"sent": 1}
        second = checked(told, program.forms[1]["logout_token"])
    assert second["jti"] == first["jti"]
    assert second["iat"] >= first["iat"] + 3600


@row("OUT-2")
def test_our_own_tokens_have_ended_before_anyone_is_told(told, browser, lea):
    tokens = told.tokens_of(lea, browser)
    signs_out(browser, tokens)
    assert told.refreshes(tokens["refresh_token"]).error == "invalid_grant"
    assert told.userinfo(tokens["access_token"]).error == "invalid_token"


def endings():
    """Every way in which a person's grant ends: its name, and what is done."""
    return {
        "credential": lambda lea: house.ended("credential", lea.id),
        "account": lambda lea: house.ended("account", lea.id),
        "session": lambda lea: lifecycle.end_all(lea.id),
        "organization": lambda lea: house.ended("organization", lea.organization_id),
    }


@row("OUT-2", "PWD-8")
@pytest.mark.parametrize("kind", endings())
def test_whatever_ends_a_grant_its_client_is_told(app, told, program, lea, kind):
    tokens = told.tokens_of(lea)
    with app.app_context(), unit_of_work():
        endings()[kind](lea)
    assert delivers(app) == {"sent": 1}
    said = checked(told, program.forms[0]["logout_token"])
    assert said["sid"] == claims_of(tokens["id_token"])["sid"]


@row("OUT-2")
def test_a_sign_out_is_not_told_to_an_offline_grant_and_a_new_password_is(app, told, program, browser, lea):
    """Section 2.7: refresh tokens issued with offline_access SHOULD NOT be revoked."""
    tokens = told.tokens_of(lea, browser, scope="openid offline_access")
    signs_out(browser, tokens)
    assert delivers(app) == {}
    assert told.refreshes(tokens["refresh_token"]).ok
    with app.app_context(), unit_of_work():
        house.ended("credential", lea.id)
    assert delivers(app) == {"sent": 1}


@row("OUT-2", "OID-5")
def test_a_code_used_twice_tells_its_client_once(app, told, program, browser, lea):
    code = told.code_of(lea, browser)
    assert told.redeems(code).ok
    for _ in range(2):
        assert told.redeems(code).error == "invalid_grant"
    assert delivers(app) == {"sent": 1}


@row("OUT-2", "OID-11")
def test_a_refresh_token_used_twice_tells_its_client_once(app, told, program, browser, lea):
    token = told.tokens_of(lea, browser)["refresh_token"]
    assert told.refreshes(token).ok
    with clock.travel(timedelta(seconds=11)):
        for _ in range(2):
            assert told.refreshes(token).error == "invalid_grant"
        assert delivers(app) == {"sent": 1}


def test_a_client_that_gives_its_token_back_knows_it(app, told, browser, lea):
    told.revokes(told.tokens_of(lea, browser)["refresh_token"])
    assert delivers(app) == {}


def test_an_undone_sign_out_tells_nobody(app, told, lea):
    """… the message is written with the change."""
    told.tokens_of(lea)
    with app.app_context():
        lifecycle.end_all(lea.id)
        unit_of_work().undo()
    assert waiting(app) == []


def test_a_client_that_was_disabled_meanwhile_is_asked_nothing(app, told, program, browser, lea):
    signs_out(browser, told.tokens_of(lea, browser))
    with app.app_context(), unit_of_work():
        registration.disable(Client.by_client_id(told.portal.client_id))
    assert delivers(app) == {"abandoned": 1}
    assert program.asked == []


def test_the_logout_token_is_signed_as_id_tokens_are(app, program, browser, lea):
    """Section 2.4: … the same keys are used to sign and encrypt as for ID Tokens."""
    party = told_at(app, program.url, id_token_signed_response_alg="ES256")
    signs_out(browser, party.tokens_of(lea, browser))
    delivers(app)
    assert header_of(program.forms[0]["logout_token"])["alg"] == "ES256"


@row("OUT-2", "NET-1")
@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 429, 500, 501, 503])
def test_a_client_that_does_not_take_it_is_told_again(app, told, program, browser, lea, status):
    """… and no redirect is followed."""
    with receiver() as elsewhere:
        program.status, program.headers = status, {"Location": elsewhere.url}
        signs_out(browser, told.tokens_of(lea, browser))
        assert delivers(app) == {"put_off": 1}
        assert (len(program.asked), elsewhere.asked) == (1, [])
    (late,) = waiting(app)
    assert str(status) in late.last_error
    assert "127.0.0.1" not in late.last_error


@pytest.mark.parametrize("status", [200, 202, 204])
def test_any_2xx_takes_it(app, told, program, browser, lea, status):
    """Section 2.8: 200; … some frameworks substitute 204."""
    program.status = status
    signs_out(browser, told.tokens_of(lea, browser))
    assert delivers(app) == {"sent": 1}


@row("OUT-2")
def test_a_client_that_never_answers_is_given_up_in_sight_of_the_operator(app, told, program, browser, lea):
    signs_out(browser, told.tokens_of(lea, browser))
    program.status = 500
    with clock.travel(timedelta(hours=24)):
        assert delivers(app) == {"abandoned": 1}
    (given_up,) = waiting(app)
    assert (given_up.state, given_up.kind) == ("abandoned", "logout_token")
    assert given_up.last_error == "it answered 500 Internal Server Error"


@row("OUT-2")
def test_a_client_that_is_down_delays_no_other(app, program, browser, lea):
    """… of its messages one is tried, and the others wait with it."""
    with black_hole() as port:
        dead = [told_at(app, f"http://127.0.0.1:{place}/told") for place in (port, free_port())]
        alive = told_at(app, program.url)
        for _ in range(4):
            for party in dead:
                party.tokens_of(lea, browser)
        signs_out(browser, alive.tokens_of(lea, browser))
        began = time.monotonic()
        assert delivers(app) == {"sent": 1, "put_off": 2}
    assert time.monotonic() - began < 10
    assert len(program.asked) == 1
    left = waiting(app)
    assert sorted(one.attempts for one in left) == [0] * 6 + [1] * 2


def test_one_message_at_a_time_leaves_for_a_client(app, told, browser, lea):
    """… so that a slow one holds one lane of the courier."""
    from_here = [told.tokens_of(lea, browser) for _ in range(2)]
    signs_out(browser, from_here[0])
    with app.app_context():
        now, soon = clock.now(), clock.now() + timedelta(seconds=20)
        with unit_of_work():
            assert OutgoingMessage.lease("http", "one", now, soon) is not None
            assert OutgoingMessage.lease("http", "two", now, soon) is None
            assert not OutgoingMessage.is_due("http", now)


def test_a_slow_client_is_hung_up_on(app, told, program, browser, lea):
    program.seconds = 4
    signs_out(browser, told.tokens_of(lea, browser))
    assert delivers(app) == {"put_off": 1}
    assert "in time" in waiting(app)[0].last_error


def test_sessions_ended_by_an_operator_are_told(app, told, lea):
    told.tokens_of(lea)
    said = app.test_cli_runner().invoke(cli.sessions, ["end", "--account", str(lea.id), "--operator", "Karim"])
    assert said.exit_code == 0, said.output
    assert delivers(app) == {"sent": 1}


def test_another_person_who_signs_in_here_ends_the_former_session_and_it_is_told(app, told, program, browser, lea):
    sid = claims_of(told.tokens_of(lea, browser)["id_token"])["sid"]
    with app.app_context():
        someone = a_member()
    told.tokens_of(someone, browser, prompt="login")
    assert delivers(app) == {"sent": 1}
    assert checked(told, program.forms[0]["logout_token"])["sid"] == sid


def test_the_metadata_promise_it(app):
    """Section 2.1."""
    said = app.test_client().get("/.well-known/openid-configuration", base_url=ISSUER).get_json()
    assert said["backchannel_logout_supported"] is said["backchannel_logout_session_supported"] is True
