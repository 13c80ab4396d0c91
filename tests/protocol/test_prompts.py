"""prompt, max_age, acr, hints and claims at the authorization endpoint (OpenID Connect Core 3.1.2.1, 5.5; RFC 9470)."""

import json
from datetime import timedelta

import pytest

from idp import clock
from idp.db import db
from idp.oidc.models.client import Client
from idp.oidc.models.subject import Subject
from idp.sessions.models import Session
from tests.browser import ISSUER
from tests.builders import a_client, a_member, an_account
from tests.relying_party import claims_of
from tests.rows import row

pytestmark = row("OID-17")


def test_none_says_login_required_to_a_stranger(browser, portal):
    assert browser.asks(portal, prompt="none").answer["error"] == "login_required"


def test_none_answers_silently_who_is_signed_in(browser, portal, lea):
    browser.signs_in(lea, portal)
    assert "code" in browser.asks(portal, prompt="none").answer


def test_login_asks_again_who_is_signed_in_already(browser, portal, lea):
    browser.signs_in(lea, portal)
    page = browser.asks(portal, prompt="login")
    assert "password" in page.fields()
    assert "code" in browser.submit(email=lea.email, password=lea.password).answer


def test_login_is_not_skipped_by_going_back_to_the_journey(browser, portal, lea):
    browser.signs_in(lea, portal)
    journey = browser.asks(portal, prompt="login").url.partition("/password")[0]
    assert "password" in browser.get(journey).fields()


def test_select_account_always_shows_a_page_with_one_session_too(browser, portal, lea):
    browser.signs_in(lea, portal)
    page = browser.asks(portal, prompt="select_account")
    assert page.title.startswith("Choix du compte")
    assert "code" in browser.submit(choice="continue").answer


def test_another_account_can_be_chosen_and_the_former_session_ends(app, browser, portal, lea):
    browser.signs_in(lea, portal)
    with app.app_context():
        other = an_account()
    browser.asks(portal, prompt="select_account")
    browser.submit(choice="change")
    former = browser.cookie("idp_session")
    assert "code" in browser.submit(email=other.email, password=other.password).answer
    assert browser.cookie("idp_session") != former
    browser.client.set_cookie("idp_session", former, domain="localhost")
    assert browser.asks(portal, prompt="none").answer["error"] == "login_required"


def test_select_account_asks_a_stranger_to_sign_in_and_no_more(browser, portal, lea):
    assert "code" in browser.signs_in(lea, portal, prompt="select_account").answer


@pytest.mark.parametrize(("max_age", "asked"), [("1", True), ("0", True), ("10000", False)])
def test_max_age_asks_again_after_that_many_seconds(browser, portal, lea, max_age, asked):
    browser.signs_in(lea, portal)
    with clock.travel(timedelta(seconds=2)):
        page = browser.asks(portal, max_age=max_age)
        assert (page.location is None) is asked


def test_max_age_zero_is_satisfied_by_the_sign_in_it_asked_for(browser, portal, lea):
    assert "code" in browser.signs_in(lea, portal, max_age="0").answer


def test_none_with_a_session_too_old_says_login_required(browser, portal, lea):
    browser.signs_in(lea, portal)
    with clock.travel(timedelta(seconds=2)):
        assert browser.asks(portal, prompt="none", max_age="1").answer["error"] == "login_required"


def test_an_unknown_login_hint_is_a_prefill_and_no_oracle(browser, portal, lea):
    """The page of a known and of an unknown hint differ by the hint alone."""
    known = browser.asks(portal, login_hint=lea.email)
    assert known.fields()["email"] == lea.email
    unknown = browser.asks(portal, login_hint="buffy@localhost")
    assert unknown.fields()["email"] == "buffy@localhost"
    texts = [known.text.replace(lea.email, "HINT"), unknown.text.replace("buffy@localhost", "HINT")]
    for i, page in enumerate((known, unknown)):  # signed at their own second, and named by their own journey
        for own in (page.fields()["csrf_token"], page.url, page.url.split("/")[2]):
            texts[i] = texts[i].replace(own, "")
    assert texts[0] == texts[1]


def test_acr_values_are_wishes(browser, portal, lea):
    assert "code" in browser.signs_in(lea, portal, acr_values=f"{ISSUER}/acr/3 1 2").answer


def test_an_essential_acr_out_of_reach_is_an_error(browser, portal, lea):
    """RFC 9470, section 3: unmet_authentication_requirements."""
    claims = json.dumps({"id_token": {"acr": {"essential": True, "values": [f"{ISSUER}/acr/3"]}}})
    assert browser.signs_in(lea, portal, claims=claims).answer["error"] == "unmet_authentication_requirements"


def test_an_essential_acr_within_reach_is_none(browser, portal, lea):
    claims = json.dumps({"id_token": {"acr": {"essential": True, "value": f"{ISSUER}/acr/1"}}})
    assert "code" in browser.signs_in(lea, portal, claims=claims).answer


def test_a_sub_that_is_nobodys_can_be_answered_by_nobody(browser, portal, lea):
    """Core 5.5.1: if the sub claim is requested with a value, only that person may answer."""
    claims = json.dumps({"id_token": {"sub": {"value": "2c4a1f7e-9a55-4b0e-8a5e-0a8b5f0b8f10"}}})
    assert browser.signs_in(lea, portal, claims=claims).answer["error"] == "login_required"
    assert browser.asks(portal, claims=claims, prompt="none").answer["error"] == "login_required"


def test_a_hint_of_another_person_is_answered_by_that_person_alone(app, party, browser, portal, lea):
    """Core 3.1.2.1, id_token_hint: if that End-User is not signed in, the answer is an error; never somebody else's."""
    with app.app_context():
        marc = a_member()
    hint = party.tokens_of(marc)["id_token"]
    browser.signs_in(lea, portal)
    assert browser.asks(portal, prompt="none", id_token_hint=hint).answer["error"] == "login_required"
    assert browser.signs_in(lea, portal, id_token_hint=hint).answer["error"] == "login_required"
    with clock.travel(timedelta(minutes=15)):  # also where its time is over
        answer = browser.signs_in(marc, portal, id_token_hint=hint).answer
        assert party.checks(party.redeems(answer["code"]))["sub"] == claims_of(hint)["sub"]


def test_the_clients_own_max_age_holds_where_none_is_asked(app, browser, lea):
    with app.app_context():
        portal = a_client()
        Client.by_client_id(portal.client_id).default_max_age = 1
        db.session.commit()
    browser.signs_in(lea, portal)
    with clock.travel(timedelta(seconds=2)):
        assert "password" in browser.asks(portal).fields()


def test_ui_locales_chooses_the_language_of_the_page(browser, portal):
    assert 'lang="en"' in browser.asks(portal, ui_locales="se en-GB fr").text
    assert 'lang="fr"' in browser.asks(portal, ui_locales="se").text


def test_a_sub_of_another_sector_names_nobody(app, browser, lea):
    """Core 8.1: else a client could ask us whether a person it knows is one that another client knows."""
    with app.app_context():
        first, second = (
            a_client(
                subject_type="pairwise",
                redirect_uris=(f"https://{host}.example.org/callback",),
                post_logout_redirect_uris=(),
            )
            for host in "ab"
        )
    browser.signs_in(lea, first)
    with app.app_context():
        known = str(Subject.first_use(lea.id, "a.example.org", clock.now()))
        db.session.commit()
    wish = json.dumps({"id_token": {"sub": {"value": known}}})
    assert "code" in browser.asks(first, prompt="none", claims=wish).answer
    assert browser.asks(second, prompt="none", claims=wish).answer["error"] == "login_required"


def test_a_sign_in_that_was_not_kept_does_not_count(app, browser, portal, lea):
    """The journey is written before the commit: where that fails, the session is still the one of before."""
    with app.app_context():
        firm = a_client(first_party=False)
    browser.signs_in(lea, portal)
    journey = browser.asks(firm, prompt="login").url.partition("/password")[0]
    with app.app_context():
        before = db.session.query(Session.auth_time).scalar()
    browser.submit(email=lea.email, password=lea.password)
    with app.app_context():
        db.session.query(Session).update({"auth_time": before})
        db.session.commit()
    assert "password" in browser.get(journey).fields()


@pytest.mark.parametrize("wish", [{"value": 1}, {"values": ["2c4a1f7e-9a55-4b0e-8a5e-0a8b5f0b8f10"]}, {"value": None}])
def test_a_sub_asked_for_by_anything_but_one_string_is_refused_and_never_ignored(browser, portal, wish):
    claims = json.dumps({"id_token": {"sub": wish}})
    assert browser.asks(portal, claims=claims).answer["error"] == "invalid_request"
