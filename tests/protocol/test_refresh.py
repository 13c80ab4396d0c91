"""Refresh tokens (RFC 6749 6, RFC 9700 4.14, OpenID Connect Core 12)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from idp import clock, extensions
from idp.accounts.models import Membership
from idp.db import unit_of_work
from idp.oidc.clients import registration
from idp.oidc.models.client import Client
from idp.sessions import lifecycle
from idp.sessions.models import Session
from idp.shortlived.store import open_store
from tests.browser import Browser
from tests.builders import a_client, a_member, the_account
from tests.relying_party import RelyingParty, claims_of
from tests.rows import row

MINUTE = timedelta(minutes=1)


def test_a_refresh_gives_new_tokens_of_the_same_sign_in(party, tokens):
    """Core 12.2: same iss, sub, aud, azp and auth_time; iat anew; no nonce is needed."""
    first = party.checks(tokens)
    with clock.travel(timedelta(seconds=5)):
        reply = party.refreshes(tokens["refresh_token"])
        second = party.checks(reply, nonce=None)
    kept = ("iss", "sub", "aud", "azp", "auth_time", "acr", "amr", "sid")
    assert {name: second[name] for name in kept} == {name: first[name] for name in kept}
    assert second["iat"] > first["iat"]
    assert reply["access_token"] != tokens["access_token"]
    assert reply["refresh_token"] != tokens["refresh_token"]
    assert party.userinfo(reply["access_token"]).ok


@row("OID-11")
def test_an_honest_retry_gets_the_same_successor(party, tokens):
    """… of a client that lost the answer: within ten seconds, the successor unused."""
    successor = party.refreshes(tokens["refresh_token"])["refresh_token"]
    with clock.travel(timedelta(seconds=9)):
        retried = party.refreshes(tokens["refresh_token"])
        assert retried["refresh_token"] == successor
        assert party.userinfo(retried["access_token"]).ok
    assert party.refreshes(successor).ok


@row("OID-11")
def test_a_replay_after_eleven_seconds_ends_the_grant(party, tokens):
    """RFC 9700 4.14.2: … the authorization server will revoke the active refresh token as well."""
    newest = party.refreshes(tokens["refresh_token"])
    with clock.travel(timedelta(seconds=11)):
        assert party.refreshes(tokens["refresh_token"]).error == "invalid_grant"
        assert party.refreshes(newest["refresh_token"]).error == "invalid_grant"
        assert party.userinfo(newest["access_token"]).status == 401


@row("OID-11")
def test_a_replay_once_the_successor_was_used_ends_the_grant(party, tokens):
    second = party.refreshes(tokens["refresh_token"])
    third = party.refreshes(second["refresh_token"])
    assert party.refreshes(tokens["refresh_token"]).error == "invalid_grant"
    assert party.refreshes(third["refresh_token"]).error == "invalid_grant"


@row("OID-11")
def test_a_lost_retry_record_accuses_nobody(app, party, tokens):
    successor = party.refreshes(tokens["refresh_token"])["refresh_token"]
    with app.app_context():
        extensions.store.clear()
    assert party.refreshes(tokens["refresh_token"]).error == "invalid_grant"
    assert party.refreshes(successor).ok


@row("OID-11")
def test_another_client_gets_nothing_and_uses_nothing(party, other, tokens):
    assert other.refreshes(tokens["refresh_token"]).error == "invalid_grant"
    assert party.refreshes(tokens["refresh_token"]).ok


@row("OID-11")
def test_a_scope_is_never_widened_and_the_attempt_uses_nothing(party, tokens):
    """RFC 6749 6: MUST NOT include any scope not originally granted."""
    assert party.refreshes(tokens["refresh_token"], scope="openid email").error == "invalid_scope"
    assert party.refreshes(tokens["refresh_token"]).ok


@row("OID-11")
def test_a_narrowed_scope_is_for_the_access_token_alone(party, tokens):
    """RFC 6749 6: the refresh token scope MUST be identical to that of the refresh token in the request."""
    narrow = party.refreshes(tokens["refresh_token"], scope="openid")
    assert narrow["scope"] == claims_of(narrow["access_token"])["scope"] == "openid"
    assert set(party.userinfo(narrow["access_token"]).body) == {"sub"}
    assert "organization" not in claims_of(narrow["id_token"])
    assert party.refreshes(narrow["refresh_token"])["scope"] == "openid profile organization"


@row("OID-11")
@pytest.mark.parametrize("what", ["account", "client", "session", "membership", "epoch"])
def test_what_the_grant_stands_on_is_asked_again(app, party, tokens, lea, what):
    with app.app_context(), unit_of_work():
        end(what, party, lea)
    error = "invalid_client" if what == "client" else "invalid_grant"
    assert party.refreshes(tokens["refresh_token"]).error == error
    assert party.userinfo(tokens["access_token"]).status == 401


@row("OID-11")
@pytest.mark.parametrize("what", ["account", "client", "membership", "epoch"])
def test_an_offline_grant_stands_on_all_but_the_session(app, party, lea, what):
    offline = party.tokens_of(lea, scope="openid organization offline_access")
    with app.app_context(), unit_of_work():
        end("session", party, lea)
    renewed = party.refreshes(offline["refresh_token"])
    assert renewed.ok
    with app.app_context(), unit_of_work():
        end(what, party, lea)
    assert not party.refreshes(renewed["refresh_token"]).ok
    assert party.userinfo(renewed["access_token"]).status == 401


def end(what, party, lea):
    """End one of the things a grant stands on, by the row alone: nobody is told."""
    now = clock.now()
    match what:
        case "account":
            the_account(lea).suspended_at = now
        case "client":
            Client.by_client_id(party.portal.client_id).disabled_at = now
        case "session":
            for session_id in Session.live_ids(lea.id):
                Session.end(session_id, now)
        case "membership":
            Membership.of(lea.id, now)[0].ended_at = now
        case "epoch":
            lifecycle.end_everyone()


def test_an_online_grant_lives_as_its_session(app, party, tokens, lea):
    token = tokens["refresh_token"]
    for minutes in range(20, 200, 20):  # each refresh is activity of the session
        with clock.travel(minutes * MINUTE):
            token = party.refreshes(token)["refresh_token"]
    with clock.travel((180 + 31) * MINUTE):
        assert party.refreshes(token).error == "invalid_grant"


def test_an_online_grant_dies_with_the_longest_session(app, party, tokens, lea):
    token = tokens["refresh_token"]
    for minutes in range(25, 12 * 60, 25):
        with clock.travel(minutes * MINUTE):
            token = party.refreshes(token)["refresh_token"]
    with clock.travel(timedelta(hours=12, seconds=1)):
        assert party.refreshes(token).error == "invalid_grant"


def test_signing_out_ends_online_grants_and_spares_offline_ones(party, browser, lea):
    online = party.tokens_of(lea, browser)
    offline = party.tokens_of(lea, browser, scope="openid offline_access")
    browser.get("/end_session")
    browser.submit("yes")
    assert party.refreshes(online["refresh_token"]).error == "invalid_grant"
    assert party.refreshes(offline["refresh_token"]).ok


def test_an_offline_grant_has_its_own_idle_and_absolute_life(party, lea):
    token = party.tokens_of(lea, scope="openid offline_access")["refresh_token"]
    for days in (29, 58, 87):
        with clock.travel(timedelta(days=days)):
            token = party.refreshes(token)["refresh_token"]
    with clock.travel(timedelta(days=90, seconds=1)):
        assert party.refreshes(token).error == "invalid_grant"
    idle = party.tokens_of(lea, scope="openid offline_access")["refresh_token"]
    with clock.travel(timedelta(days=30, seconds=1)):
        assert party.refreshes(idle).error == "invalid_grant"


def test_activity_is_written_at_most_once_a_minute(app, party, tokens, lea):
    token = tokens["refresh_token"]
    for seconds in (10, 30, 70):
        with clock.travel(timedelta(seconds=seconds)):
            token = party.refreshes(token)["refresh_token"]
    with app.app_context():
        session = Session.of(lea.id)[0]
        assert timedelta(seconds=69) < session.seen_at - session.started_at < timedelta(seconds=80)


def test_the_tokens_of_a_fapi2_client_are_not_rotated(app, lea):
    """FAPI 2.0 Security Profile 5.3.2.1: shall not use refresh token rotation."""
    with app.app_context(), unit_of_work():
        portal = a_client()
        Client.by_client_id(portal.client_id).profile = "fapi2"
    party = RelyingParty(app, portal)
    token = party.tokens_of(lea)["refresh_token"]
    assert [party.refreshes(token)["refresh_token"] for _ in range(3)] == [token] * 3


def test_a_used_token_of_a_client_that_became_fapi2_stays_used(app, party, tokens):
    party.refreshes(tokens["refresh_token"])
    with app.app_context(), unit_of_work():
        Client.by_client_id(party.portal.client_id).profile = "fapi2"
    assert party.refreshes(tokens["refresh_token"]).error == "invalid_grant"


def test_a_client_that_may_not_refresh_any_more_is_refused(app, party, tokens):
    with app.app_context(), unit_of_work():
        Client.by_client_id(party.portal.client_id).grant_types = ["authorization_code"]
    assert party.refreshes(tokens["refresh_token"]).error == "unauthorized_client"


def test_disabling_a_client_ends_its_grants(app, party, tokens):
    with app.app_context(), unit_of_work():
        registration.disable(Client.by_client_id(party.portal.client_id))
    with app.app_context(), unit_of_work():
        Client.by_client_id(party.portal.client_id).disabled_at = None
    assert party.refreshes(tokens["refresh_token"]).error == "invalid_grant"


@row("OID-11")
def test_sixteen_refreshes_at_once_give_one_successor_and_lose_no_family(any_app):
    with any_app.app_context():
        portal, lea = a_client(), a_member()
    party = RelyingParty(any_app, portal)
    token = party.tokens_of(lea, Browser(any_app))["refresh_token"]
    with ThreadPoolExecutor(16) as threads:
        replies = list(threads.map(lambda _: party.refreshes(token), range(16)))
    successors = {reply["refresh_token"] for reply in replies if reply.ok}
    assert [reply.status for reply in replies] == [200] * 16
    assert len(successors) == 1
    assert party.refreshes(successors.pop()).ok


@row("OID-5")
def test_sixteen_redemptions_at_once_have_one_winner_and_the_replay_ends_it(any_app):
    with any_app.app_context():
        portal, lea = a_client(), a_member()
    party = RelyingParty(any_app, portal)
    code = party.code_of(lea, Browser(any_app))
    with ThreadPoolExecutor(16) as threads:
        replies = list(threads.map(lambda _: party.redeems(code), range(16)))
    won = [reply for reply in replies if reply.ok]
    assert len(won) == 1
    assert {reply.error for reply in replies if not reply.ok} == {"invalid_grant"}
    assert party.refreshes(won[0]["refresh_token"]).error == "invalid_grant"


def test_without_the_short_lived_store_a_refresh_goes_on(app, party, tokens):
    """… without its honest retry, which says to come back."""
    store = app.extensions["idp_store"]
    app.extensions["idp_store"] = open_store("unix:///nowhere/redis", app.extensions["idp_vault"], clock.now)
    successor = party.refreshes(tokens["refresh_token"])
    assert successor.ok
    retried = party.refreshes(tokens["refresh_token"])
    assert (retried.status, retried.error) == (503, "temporarily_unavailable")
    app.extensions["idp_store"] = store
    assert party.refreshes(successor["refresh_token"]).ok
