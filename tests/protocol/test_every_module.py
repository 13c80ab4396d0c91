"""What the official suite looks at in every module, whatever the module tries; each with its section."""

import re
from collections import Counter
from math import log2

import pytest
from babel import Locale

from idp import clock
from tests import worlds
from tests.browser import ISSUER
from tests.builders import CALLBACK, a_client, a_member
from tests.relying_party import claims_of

YEAR = 365 * 24 * 3600
TEXTS = ("name", "given_name", "family_name", "usual_name", "locale", "email", "phone_number", "sub")


def entropy(text):
    """Shannon's, of the characters as they stand, in bits."""
    return -sum(times * log2(times / len(text)) for times in Counter(text).values())


def test_a_refusal_keeps_the_query_of_the_redirect_uri(app, browser):
    """RFC 6749 3.1.2: … which MUST be retained when adding additional query parameters."""
    with app.app_context():
        portal = a_client(redirect_uris=(f"{CALLBACK}?dummy1=lorem&dummy2=ipsum",))
    page = browser.asks(portal, prompt="none")
    assert page.location.startswith(f"{CALLBACK}?dummy1=lorem&dummy2=ipsum&error=login_required&")


@pytest.mark.parametrize("changes", [{"prompt": "none"}, {"scope": "x"}, {"max_age": "x"}, {"request": "x"}], ids=repr)
def test_a_refusal_says_what_is_named_in_its_section_and_nothing_else(browser, portal, changes):
    """RFC 6749 4.1.2.1, RFC 9207 2."""
    answer = browser.asks(portal, **changes).answer
    assert {"error", "state", "iss"} <= answer.keys() <= {"error", "error_description", "state", "iss"}


def test_what_a_code_gives_has_its_types(party, tokens):
    """RFC 6749 5.1: expires_in is a number."""
    for reply in (tokens, party.refreshes(tokens["refresh_token"])):
        assert type(reply["expires_in"]) is int
        assert 0 < reply["expires_in"] <= YEAR
        assert (reply.headers["Content-Type"], reply["token_type"]) == ("application/json", "Bearer")


def test_nothing_that_is_given_can_be_guessed(party, code):
    """RFC 6749 10.10: 128 bits at least, which take 96 as the suite measures them."""
    tokens = party.redeems(code)
    for given in (code, tokens["access_token"], tokens["refresh_token"]):
        assert len(given) >= 16
        assert entropy(given) > 96


def test_claims_of_an_id_token_have_their_types(tokens):
    """Core 2: acr is a string, sub at most 255 ASCII characters, times are numbers of seconds."""
    said = claims_of(tokens["id_token"])
    assert isinstance(said["acr"], str)
    assert said["acr"].isprintable()
    assert re.fullmatch(r"[!-~]{1,255}", said["sub"])
    now = clock.now().timestamp()
    assert all(abs(said[name] - now) < YEAR for name in ("iat", "auth_time", "exp"))


def test_claims_of_a_person_have_their_types(app, party):
    """Core 5.1: nothing is empty, blank or "null"; what is verified is true or false; a time is a number."""
    with app.app_context():
        lea = a_member(mobile="+33612345678")
    told = party.userinfo(party.tokens_of(lea, scope="openid profile email phone")["access_token"]).body
    for name in TEXTS:
        assert told[name] == told[name].strip()
        assert told[name] not in ("", "null")
    assert {type(told[name]) for name in ("email_verified", "phone_number_verified")} == {bool}
    assert type(told["updated_at"]) is int
    assert set(told) == {*TEXTS, "email_verified", "phone_number_verified", "updated_at"}


def test_every_address_is_https_where_the_issuer_is(template, tmp_path):
    """Discovery 3: … using the https scheme."""
    issuer = "https://127.0.0.1:8443"  # of this machine, as only PostgreSQL and Redis do elsewhere
    app = template.sqlite(tmp_path, issuer=issuer)
    said = app.test_client().get("/.well-known/openid-configuration", base_url=issuer).json
    worlds.close(app)
    addresses = [said[name] for name in said if name.endswith(("_endpoint", "_uri"))]
    assert len(addresses) == 7
    assert all(address.startswith(f"{said['issuer']}/") for address in addresses)
    assert said["issuer"] == issuer


def test_languages_are_named_as_everyone_names_them(app):
    """Discovery 3: BCP 47."""
    said = app.test_client().get("/.well-known/openid-configuration", base_url=ISSUER).json
    named = said["ui_locales_supported"]
    assert named == [str(Locale.parse(one, sep="-")).replace("_", "-") for one in named]
