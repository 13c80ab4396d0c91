"""Forged tokens where our endpoints meet JWTs: userinfo, revocation, the hints (RFC 8725, RFC 7515, RFC 7519)."""

import base64
import hmac
import json
from urllib.parse import urlencode

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from idp import clock, extensions
from tests.browser import ISSUER
from tests.builders import SIGNED_OUT
from tests.relying_party import claims_of, header_of
from tests.rows import row

HOSTILE = '"; é'
THEIRS = {"ES256": ECKey.generate_key("P-256"), "RS256": RSAKey.generate_key(2048)}


def encoded(value):
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(header, claims, key):
    """A well-formed JWS, whatever its header says."""
    text = f"{encoded(header)}.{encoded(claims)}"
    algorithm = jws.JWSRegistry.algorithms[header["alg"]]
    return f"{text}.{encoded(algorithm.sign(text.encode(), key))}"


def forgeries(token, published):
    """Every way of lying about that token that we know of."""
    header, claims = header_of(token), claims_of(token)
    alg, kid = header["alg"], header["kid"]
    theirs, mine = THEIRS[alg], published.get_by_kid(kid)
    own_jwk = theirs.as_dict(private=False)
    parts = token.split(".")
    yield "none", f"{encoded(header | {'alg': 'none'})}.{parts[1]}."
    yield "None", f"{encoded(header | {'alg': 'nOnE'})}.{parts[1]}.{parts[2]}"
    yield "no signature", f"{parts[0]}.{parts[1]}."
    yield "other claims", f"{parts[0]}.{encoded(claims | {'sub': 'someone'})}.{parts[2]}"
    yield "their key", signed(header, claims, theirs)
    yield "their key, their kid", signed(header | {"kid": "theirs"}, claims, theirs)
    yield "their key, no kid", signed({k: v for k, v in header.items() if k != "kid"}, claims, theirs)
    for spelling in (mine.as_pem(private=False), b"\n" + mine.as_pem(private=False), b""):
        text = f"{encoded(header | {'alg': 'HS256'})}.{parts[1]}"
        yield "HS256 with our public key", f"{text}.{encoded(hmac.digest(spelling, text.encode(), 'sha256'))}"
    yield "jwk", signed(header | {"jwk": own_jwk}, claims, theirs)
    yield "jku", signed(header | {"jku": "https://evil.example.org/jwks"}, claims, theirs)
    yield "x5u", signed(header | {"x5u": "https://evil.example.org/x5c"}, claims, theirs)
    yield "header is a list", f"{encoded(['alg', alg])}.{parts[1]}.{parts[2]}"
    yield "header is a text", f"{encoded('alg')}.{parts[1]}.{parts[2]}"
    yield "claims are a list", f"{parts[0]}.{encoded([1])}.{parts[2]}"
    yield "deep", f"{parts[0]}.{encoded(b'[' * 4000)}.{parts[2]}"
    yield "json serialization", json.dumps({"payload": parts[1], "signatures": []})
    yield "five parts", ".".join([*parts, "a", "b"])
    yield "padding", f"{parts[0]}=.{parts[1]}.{parts[2]}"
    yield "kid is a list", f"{encoded(header | {'kid': [kid]})}.{parts[1]}.{parts[2]}"
    yield "kid is hostile", f"{encoded(header | {'kid': HOSTILE})}.{parts[1]}.{parts[2]}"


def resigned(app, token, header=None, claims=None, without=()):
    """The same token with other contents under our own key: what we may have signed for another purpose."""
    with app.app_context():
        key = extensions.ring.signing(header_of(token)["alg"], clock.now())
        said = {name: value for name, value in (claims_of(token) | (claims or {})).items() if name not in without}
        return signed(header_of(token) | (header or {}), said, key.key)


@row("KEY-1")
def test_no_forged_access_token_opens_userinfo(party, tokens):
    for name, forged in forgeries(tokens["access_token"], party.published()):
        assert party.userinfo(forged).status == 401, name
    assert party.userinfo(tokens["access_token"]).ok


@row("KEY-1")
def test_no_forged_access_token_revokes_anything(party, tokens):
    for name, forged in forgeries(tokens["access_token"], party.published()):
        assert party.revokes(forged).status == 200, name
    assert party.userinfo(tokens["access_token"]).ok


@row("KEY-1", "OUT-1")
def test_no_forged_hint_signs_anyone_out(party, browser, lea):
    tokens = party.tokens_of(lea, browser)
    for name, forged in forgeries(tokens["id_token"], party.published()):
        query = urlencode({"id_token_hint": forged, "post_logout_redirect_uri": SIGNED_OUT})
        page = browser.get(f"/end_session?{query}")
        assert page.location is None, name
        assert page.status == 200, name
    assert "code" in browser.asks(party.portal, prompt="none").answer


@row("KEY-1")
def test_no_forged_hint_is_taken_at_authorize(party, browser, lea):
    tokens = party.tokens_of(lea, browser)
    for name, forged in forgeries(tokens["id_token"], party.published()):
        answer = browser.asks(party.portal, prompt="none", id_token_hint=forged).answer
        assert answer.get("error") == "invalid_request", name


@row("KEY-1")
@pytest.mark.parametrize("name", ["iss", "aud", "exp", "iat", "sub", "client_id", "grant"])
def test_an_access_token_without_an_essential_claim_is_refused(app, party, tokens, name):
    """RFC 9068 4, RFC 8725 3.8 and 3.9."""
    assert party.userinfo(resigned(app, tokens["access_token"], without=[name])).error == "invalid_token"


@row("KEY-1")
@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example.org"},
        {"aud": "https://api.example.org"},
        {"aud": [ISSUER, "https://api.example.org"]},
        {"exp": 1},
        {"exp": "9999999999"},
        {"exp": True},
        {"iat": 99999999999},
        {"nbf": 99999999999},
        {"sub": 1},
        {"grant": "x"},
        {"grant": 1},
        {"grant": "00000000-0000-0000-0000-000000000000"},
        {"client_id": "nobody"},
        {"client_id": 1},
    ],
)
def test_a_claim_that_is_wrong_is_refused_though_we_signed_it(app, party, tokens, claims):
    """RFC 9068 4: … MUST validate; each of them."""
    assert party.userinfo(resigned(app, tokens["access_token"], claims=claims)).error == "invalid_token"


@row("KEY-1")
@pytest.mark.parametrize("typ", ["JWT", "logout+jwt", "", None, 1])
def test_a_token_of_another_type_is_no_access_token(app, party, tokens, typ):
    """RFC 8725 3.11: explicit typing."""
    assert party.userinfo(resigned(app, tokens["access_token"], header={"typ": typ})).error == "invalid_token"
    assert party.userinfo(resigned(app, tokens["access_token"], header={"typ": "application/AT+JWT"})).ok


@row("KEY-1")
def test_a_key_that_is_not_named_or_unknown_is_not_guessed(app, party, tokens):
    """RFC 7515 4.1.4, though the signature is right."""
    for kid in ("unknown", "", None, 1):
        assert party.userinfo(resigned(app, tokens["access_token"], header={"kid": kid})).error == "invalid_token"


@row("KEY-1", "OUT-1")
@pytest.mark.parametrize("typ", ["at+jwt", "logout+jwt", None])
def test_a_token_of_another_type_is_no_hint_whatever_it_says(app, party, browser, lea, typ):
    """RFC 8725 3.11: a logout token or an access token has an issuer, a subject and an audience too."""
    hint = resigned(app, party.tokens_of(lea, browser)["id_token"], header={"typ": typ})
    page = browser.get(f"/end_session?{urlencode({'id_token_hint': hint, 'post_logout_redirect_uri': SIGNED_OUT})}")
    assert page.location is None
    assert browser.asks(party.portal, prompt="none", id_token_hint=hint).answer["error"] == "invalid_request"
    assert "code" in browser.asks(party.portal, prompt="none").answer


@row("KEY-1")
@pytest.mark.parametrize("header", [{"crit": ["exp"]}, {"b64": False, "crit": ["b64"]}, {"zip": "DEF"}])
def test_a_header_that_changes_the_rules_is_refused(app, party, tokens, header):
    """RFC 7515 4.1.11, RFC 7797 7."""
    assert party.userinfo(resigned(app, tokens["access_token"], header=header)).error == "invalid_token"
