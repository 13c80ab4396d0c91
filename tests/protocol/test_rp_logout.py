"""RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0, sections 2 and 3)."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest

from idp import clock
from idp.db import unit_of_work
from idp.oidc.models.client import Client
from idp.sessions.models import Session
from tests.browser import ISSUER, Browser
from tests.builders import BACK, SIGNED_OUT, a_client, a_fund, a_member
from tests.relying_party import RelyingParty, claims_of
from tests.rows import row


def leaves(browser, **parameters):
    """Go to /end_session."""
    return browser.get(f"/end_session?{urlencode(parameters)}")


def is_signed_in(browser, portal):
    return "code" in browser.asks(portal, prompt="none").answer


@pytest.fixture
def hint(party, browser, lea):
    """Léa's ID token, of the session in `browser`."""
    return party.tokens_of(lea, browser)["id_token"]


@row("OUT-1")
def test_a_portal_that_names_its_session_signs_out_at_once(browser, party, portal, hint):
    """Section 3: … MUST include the state value."""
    state = "".join(map(chr, range(0x21, 0x7F))) + " é"
    page = leaves(browser, id_token_hint=hint, post_logout_redirect_uri=SIGNED_OUT, state=state)
    assert (page.status, page.answer) == (303, {"state": state})
    assert page.location.startswith(f"{SIGNED_OUT}?state=")
    assert not is_signed_in(browser, portal)


def test_without_a_state_none_is_invented(browser, hint):
    assert leaves(browser, id_token_hint=hint, post_logout_redirect_uri=SIGNED_OUT).location == SIGNED_OUT


def test_without_an_address_the_last_page_is_ours(browser, portal, hint):
    page = leaves(browser, id_token_hint=hint, state="abc")
    assert (page.status, page.location) == (200, None)
    assert "Déconnexion effectuée" in page.title
    assert not is_signed_in(browser, portal)


@pytest.mark.parametrize("said", [{}, {"state": "s"}], ids=["nothing", "only a state"])
def test_who_says_little_is_asked_and_the_last_page_is_ours(browser, portal, hint, said):
    """Section 2: each parameter is OPTIONAL or RECOMMENDED; section 3: without an address, no redirection."""
    assert leaves(browser, **said).location is None
    assert is_signed_in(browser, portal)
    leaves(browser, **said)
    page = browser.submit("yes")
    assert (page.status, page.location) == (200, None)
    assert "Déconnexion effectuée" in page.title
    assert not is_signed_in(browser, portal)


def test_the_query_of_a_registered_address_is_kept(app, browser, lea):
    address = f"{SIGNED_OUT}?from=idp"
    with app.app_context():
        party = RelyingParty(app, a_client(post_logout_redirect_uris=(address,)))
    hint = party.tokens_of(lea, browser)["id_token"]
    page = leaves(browser, id_token_hint=hint, post_logout_redirect_uri=address, state="s")
    assert page.location == f"{address}&state=s"


@row("OUT-1")
def test_an_expired_hint_is_as_good(browser, portal, hint):
    """Section 4: the OP SHOULD accept ID Tokens when the RP identified by the aud claim … even when exp has passed."""
    with clock.travel(timedelta(minutes=15)):
        assert leaves(browser, id_token_hint=hint, post_logout_redirect_uri=SIGNED_OUT).location == SIGNED_OUT


@row("OUT-1")
@pytest.mark.parametrize(
    "address",
    [f"{SIGNED_OUT}/", f"{SIGNED_OUT}?x=y", f"{SIGNED_OUT}#x", "https://evil.example.org", "//evil", "é", '"'],
)
def test_an_address_that_is_not_exactly_registered_is_never_followed(browser, portal, hint, address):
    """Section 3: MUST NOT perform post-logout redirection if it does not exactly match."""
    page = leaves(browser, id_token_hint=hint, post_logout_redirect_uri=address, state="s")
    assert (page.location, page.title.startswith("Déconnexion –")) == (None, True)
    assert is_signed_in(browser, portal)
    page = leaves(Browser(browser.app), id_token_hint=hint, post_logout_redirect_uri=address)
    assert (page.status, page.location) == (200, None)


@row("OUT-1")
def test_an_address_of_another_client_is_never_followed(app, browser, portal, hint):
    address = "https://elsewhere.example.org/bye"
    with app.app_context():
        a_client(post_logout_redirect_uris=(address,), redirect_uris=("https://elsewhere.example.org/cb",))
    assert leaves(browser, id_token_hint=hint, post_logout_redirect_uri=address).location is None


@row("OUT-1", "KEY-1")
@pytest.mark.parametrize("kind", ["none", "altered", "access_token", "garbage", "long"])
def test_a_hint_that_is_no_id_token_of_ours_proves_nothing(browser, party, portal, lea, kind):
    tokens = party.tokens_of(lea, browser)
    header, claims, signature = tokens["id_token"].split(".")
    bad = {
        "none": f"eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}.",
        "altered": f"{header}.{claims}.{signature[:-4]}AAAA",
        "access_token": tokens["access_token"],
        "garbage": '"\\é',
        "long": "a" * 6000,
    }
    page = leaves(browser, id_token_hint=bad[kind], post_logout_redirect_uri=SIGNED_OUT)
    assert (page.location, page.status) == (None, 200)
    assert is_signed_in(browser, portal)


@row("OUT-1")
@pytest.mark.parametrize("client_id", [None, "its own"])
def test_without_a_hint_the_person_is_asked_and_nothing_is_followed(browser, party, portal, hint, client_id):
    """Section 2: … SHOULD ask the End-User whether to log out."""
    named = {"client_id": portal.client_id} if client_id else {}
    page = leaves(browser, post_logout_redirect_uri=SIGNED_OUT, state="s", **named)
    assert (page.status, page.location) == (200, None)
    assert "Léa Martin" in page.text
    assert is_signed_in(browser, portal)
    leaves(browser, post_logout_redirect_uri=SIGNED_OUT, **named)
    page = browser.submit("yes")
    assert "Déconnexion effectuée" in page.title
    assert not is_signed_in(browser, portal)


@row("OUT-1", "SES-6")
def test_the_confirmation_holds_a_token_that_no_other_site_has(browser, portal, hint):
    leaves(browser)
    assert browser.post("/end_session/confirm", {"choice": "yes"}).status == 400
    assert is_signed_in(browser, portal)


def test_a_person_may_stay(app, browser, portal, hint):
    leaves(browser, client_id=portal.client_id)
    page = browser.submit("stay")
    assert page.location == BACK
    assert is_signed_in(browser, portal)
    leaves(browser)
    browser.submit("stay")
    assert is_signed_in(browser, portal)


def test_a_client_id_beside_the_hint_must_be_its_audience(app, browser, portal, hint):
    """Section 2: the OP MUST verify that the Client Identifier matches."""
    with app.app_context():
        other = a_client()
    options = {"id_token_hint": hint, "post_logout_redirect_uri": SIGNED_OUT}
    assert leaves(browser, client_id=other.client_id, **options).location is None
    assert leaves(browser, client_id=portal.client_id, **options).location == SIGNED_OUT


def test_a_hint_of_another_person_asks_first(app, portal, hint):
    """Section 2: … when the sub or sid does not match the current session, treat the request as suspect."""
    with app.app_context():
        someone = a_member()
    browser = Browser(app)
    browser.signs_in(someone, portal)
    assert leaves(browser, id_token_hint=hint, post_logout_redirect_uri=SIGNED_OUT).location is None
    assert is_signed_in(browser, portal)


def test_a_hint_of_a_former_session_of_the_same_person_asks_first(app, party, portal, lea, hint):
    elsewhere = Browser(app)
    elsewhere.signs_in(lea, portal)
    assert leaves(elsewhere, id_token_hint=hint, post_logout_redirect_uri=SIGNED_OUT).location is None
    assert is_signed_in(elsewhere, portal)


def test_a_hint_of_an_offline_grant_names_its_person(browser, party, portal, lea):
    hint = party.tokens_of(lea, browser, scope="openid offline_access")["id_token"]
    assert leaves(browser, id_token_hint=hint, post_logout_redirect_uri=SIGNED_OUT).location == SIGNED_OUT
    assert not is_signed_in(browser, portal)


@row("OUT-1")
def test_signing_out_twice_is_no_error(browser, hint):
    for _ in range(2):
        assert leaves(browser, id_token_hint=hint, post_logout_redirect_uri=SIGNED_OUT).location == SIGNED_OUT


def test_someone_who_is_not_signed_in_has_nothing_to_confirm(app):
    page = leaves(Browser(app))
    assert "Déconnexion effectuée" in page.title
    assert "Déconnexion effectuée" in Browser(app).get("/end_session/confirm").title


def test_where_there_is_but_one_fund_the_good_bye_wears_its_face(app):
    with app.app_context(), unit_of_work():
        a_fund(name="Caisse du Val")
    assert leaves(Browser(app)).title == "Déconnexion effectuée – Caisse du Val"


def test_a_post_from_another_site_is_accepted_and_reads_no_cookie(browser, portal, hint):
    """Section 2: the OP MUST support GET and POST. A Lax cookie is absent from a POST of another site."""
    data = {"id_token_hint": hint, "post_logout_redirect_uri": SIGNED_OUT, "state": "s"}
    stranger = browser.app.test_client()
    posted = stranger.post("/end_session", data=data, base_url=ISSUER, headers={"Origin": "https://portal.example.org"})
    assert posted.status_code == 303
    assert browser.get(posted.headers["Location"]).location == f"{SIGNED_OUT}?state=s"
    assert not is_signed_in(browser, portal)


def test_a_posted_request_is_short_and_dies_after_a_minute(browser, hint):
    posted = browser.app.test_client().post("/end_session", data={"id_token_hint": hint}, base_url=ISSUER)
    with clock.travel(timedelta(seconds=61)):
        assert browser.get(posted.headers["Location"]).status == 410
    long = browser.app.test_client().post("/end_session", data={"state": "x" * 8000}, base_url=ISSUER)
    assert long.status_code == 400


@row("OID-15")
@pytest.mark.parametrize("query", ["state=a&state=b", "id_token_hint=%ff", "a=" + "1&a" * 200])
def test_a_malformed_request_is_a_page_and_signs_nobody_out(browser, portal, hint, query):
    assert browser.get(f"/end_session?{query}").status == 400
    assert is_signed_in(browser, portal)


def test_the_hint_of_a_disabled_client_proves_nothing(app, browser, portal, hint):
    with app.app_context(), unit_of_work():
        Client.by_client_id(portal.client_id).disabled_at = clock.now()
    assert leaves(browser, id_token_hint=hint, post_logout_redirect_uri=SIGNED_OUT).location is None


def test_signing_out_ends_the_session_for_good(app, browser, party, lea, hint):
    secret = browser.cookie("idp_session")
    leaves(browser, id_token_hint=hint)
    with app.app_context():
        assert Session.live_ids(lea.id) == []
    assert browser.cookie("idp_session") is None
    thief = Browser(app)
    thief.client.set_cookie("idp_session", secret, domain="localhost")
    assert not is_signed_in(thief, party.portal)


def test_the_pages_wear_the_face_of_the_clients_fund(app, browser, lea):
    with app.app_context():
        fund = a_fund()
        party = RelyingParty(app, a_client(fund=fund.code))
        name = fund.name
    hint = party.tokens_of(lea, browser)["id_token"]
    assert name in leaves(browser, client_id=party.portal.client_id).text.replace("&#39;", "'")
    assert name in leaves(browser, id_token_hint=hint).text.replace("&#39;", "'")


def test_each_grant_has_a_sid_of_its_own(party, browser, lea):
    first, second = (claims_of(party.tokens_of(lea, browser)["id_token"])["sid"] for _ in range(2))
    assert first != second
