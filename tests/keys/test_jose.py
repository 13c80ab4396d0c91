"""JWTs: what is signed is read, and each claim is held to its type and its time."""

import base64
import json
from datetime import timedelta

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, KeySet, OKPKey

from keys import jose
from tests.keys.crafting import (
    CLAIMS,
    ES,
    NOON,
    NOW,
    RS,
    crafted,
    refused,
    verified,
    with_claims,
    with_header,
    with_payload,
    without,
)
from tests.rows import row


@pytest.mark.parametrize("key", [RS, ES])
def test_what_is_signed_is_read_and_names_its_key_algorithm_and_type(key):
    token = jose.sign(key, CLAIMS, typ="at+jwt")
    assert verified(token) == CLAIMS
    header = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
    assert header == {"alg": key.alg, "kid": key.kid, "typ": "at+jwt"}


def test_what_is_not_json_is_not_signed():
    with pytest.raises(ValueError, match="JSON"):
        jose.sign(ES, CLAIMS | {"exp": float("nan")}, typ="JWT")


def test_crafted_tokens_are_well_made_so_that_only_their_fault_is_refused():
    assert verified(with_header()) == verified(with_claims()) == CLAIMS
    assert verified(with_header(x5t="AAAA", unknown=1)) == CLAIMS  # RFC 7515 4: ignored
    assert verified(crafted({"alg": "ES256", "kid": ES.kid, "typ": "Application/AT+JWT"})) == CLAIMS


@pytest.mark.filterwarnings("ignore:EdDSA")
@pytest.mark.parametrize("alg", ["Ed25519", "EdDSA"])
def test_both_names_of_ed25519_are_understood(alg):
    key = OKPKey.generate_key("Ed25519", {"kid": "ed"})
    token = jws.serialize_compact({"alg": alg, "kid": "ed", "typ": "at+jwt"}, json.dumps(CLAIMS), key, algorithms=[alg])
    assert verified(token, KeySet([key]), algorithms=[alg]) == CLAIMS
    refused(token, KeySet([ECKey.generate_key("P-256", {"kid": "ed"})]), algorithms=[alg])


@row("KEY-1")
@pytest.mark.parametrize("typ", [None, "", "JWT", "at+jwt ", "logout+jwt", 1, ["at+jwt"]])
def test_another_type_of_token_is_refused(typ):
    refused(with_header(typ=typ))


def test_any_type_is_taken_where_none_is_asked_for():
    assert verified(with_header(typ="anything"), typ=None) == CLAIMS


@row("KEY-1")
@pytest.mark.parametrize("name", ["iss", "aud", "exp", "iat", "sub"])
@pytest.mark.parametrize("blank", [None, "", []])
def test_an_essential_claim_that_is_missing_or_empty_is_refused(name, blank):
    refused(without(name))
    refused(with_claims(**{name: blank}))


def test_what_is_essential_is_the_callers_choice():
    assert "sub" not in verified(without("sub"), essential=["exp"])
    refused(with_claims(), essential=["exp", "jti"])


@row("KEY-1")
@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
@pytest.mark.parametrize("value", [True, False, "1", str(NOW + 60), [NOW + 60], {}, "inf"])
def test_an_instant_of_another_type_is_refused(name, value):
    refused(with_claims(**{name: value}))


@row("KEY-1")
@pytest.mark.parametrize("name", ["exp", "iat", "nbf", "other"])
@pytest.mark.parametrize("literal", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999"])
def test_a_number_that_is_not_finite_is_refused(name, literal):
    claims = {key: value for key, value in CLAIMS.items() if key != name}
    payload = json.dumps(claims).encode()[:-1] + b', "' + name.encode() + b'": ' + literal + b"}"
    if name == "other" and b"e" in literal:
        assert verified(with_payload(payload))["sub"] == "lea"
    else:
        refused(with_payload(payload))


@row("KEY-1")
@pytest.mark.parametrize(
    "claims",
    [
        {"iss": 1},
        {"iss": ["https://idp"]},
        {"sub": 7},
        {"sub": {"a": 1}},
        {"jti": 1},
        {"jti": None},
        {"aud": 1},
        {"aud": {"portal": 1}},
        {"aud": ["portal", 1]},
        {"aud": [["portal"]]},
    ],
)
def test_a_claim_of_another_type_is_refused(claims):
    refused(with_claims(**claims))


def test_an_audience_may_be_a_list():
    assert verified(with_claims(aud=["portal", "firm"]))["aud"] == ["portal", "firm"]


@row("KEY-1")
def test_a_token_dies_at_its_second_and_leeway_is_the_callers():
    end = NOON + timedelta(seconds=600)
    assert verified(with_claims(), now=end - timedelta(milliseconds=1))
    refused(with_claims(), now=end)
    assert verified(with_claims(), now=end + timedelta(seconds=4), leeway=5)
    refused(with_claims(), now=end + timedelta(seconds=5), leeway=5)
    assert verified(with_claims(), now=end + timedelta(days=30), expired_ok=True)
    refused(without("exp"), expired_ok=True)


@pytest.mark.parametrize("name", ["iat", "nbf"])
def test_a_peer_may_be_ten_seconds_ahead_and_no_more(name):
    assert verified(with_claims(**{name: NOW + 10}))
    refused(with_claims(**{name: NOW + 11}))
    assert verified(with_claims(**{name: NOW + 60}), leeway=60)


@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
def test_an_instant_beyond_all_calendars_or_null_is_none(name):
    for value in (10**400, -(10**400), 1e300, 253402300800, None):
        refused(with_claims(**{name: value}), essential=("iss",))
    assert verified(with_claims(exp=253402300799))


def test_the_half_hash_is_that_of_the_specification():
    # OpenID Connect Core, appendix A.3
    assert jose.half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", "RS256") == "77QmUPtjPfzWtF2AnpK9RQ"


def test_the_half_hash_follows_the_algorithm():
    assert len({jose.half_hash("token", alg) for alg in ("RS256", "PS256", "ES256")}) == 1
    assert len(jose.half_hash("token", "Ed25519")) == 43
    assert jose.half_hash("token", "EdDSA") == jose.half_hash("token", "Ed25519")
    with pytest.raises(KeyError):
        jose.half_hash("token", "none")


def test_a_signature_found_good_is_not_computed_again_and_all_else_is_asked_again():
    token, proven = jose.sign(ES, CLAIMS, typ="at+jwt"), jose.Proven()
    for _ in range(2):
        assert verified(token, proven=proven) == CLAIMS
    assert proven.holds(token, ES.public)
    refused(token, proven=proven, now=NOON + timedelta(days=1))
    refused(token, proven=proven, typ="JWT")
    refused(token, proven=proven, algorithms=["RS256"])
    refused(token, proven=proven, essential=["nobody"])


@row("KEY-1")
def test_a_key_that_is_gone_or_another_of_its_name_proves_nothing_however_often_it_did():
    token, proven = jose.sign(ES, CLAIMS, typ="at+jwt"), jose.Proven()
    assert verified(token, proven=proven) == CLAIMS
    refused(token, KeySet([RS.public]), proven=proven)
    refused(token, KeySet([ECKey.generate_key("P-256", {"kid": ES.kid})]), proven=proven)


@row("KEY-1")
def test_what_was_refused_or_differs_by_a_letter_was_not_proven():
    token, proven = jose.sign(ES, CLAIMS, typ="at+jwt"), jose.Proven()
    forged = token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")
    for _ in range(2):
        refused(forged, proven=proven)
    assert verified(token, proven=proven) == CLAIMS
    refused(forged, proven=proven)


def test_what_is_remembered_of_signatures_is_bounded():
    proven = jose.Proven(most=2)
    for number in range(5):
        proven.remember(f"token {number}", ES.public)
    assert sum(proven.holds(f"token {number}", ES.public) for number in range(5)) <= 2
