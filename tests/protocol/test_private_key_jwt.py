"""private_key_jwt (RFC 7523 3, RFC 7521 4.2, OpenID Connect Core 9; FAPI 2.0 Security Profile 5.3.2.1)."""

import base64
import json
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey

from idp import clock, extensions
from idp.db import unit_of_work
from idp.oidc.clients import registration
from idp.oidc.models import registered
from idp.oidc.models.client import Client
from tests.browser import ISSUER
from tests.relying_party import RelyingParty
from tests.rows import row
from tests.signers import JWKS, KEYS, TYPE, Signer

TOKEN = f"{ISSUER}/token"
LONG_AGO = timedelta(days=1)


@pytest.fixture(autouse=True)
def _an_old_store(app):
    """The store began before the test: see test_after_a_flush."""
    begin_again(app, -LONG_AGO)


def begin_again(app, when=timedelta()):
    """Flush the store, which begins anew at that instant."""
    with app.app_context(), clock.travel(when):
        extensions.store.clear()
        extensions.store.epoch()


@pytest.fixture
def signer(app) -> Signer:
    return Signer.register(app)


def of_profile(app, profile: str) -> Signer:
    signer = Signer.register(app)
    with app.app_context(), unit_of_work():
        Client.by_client_id(signer.portal.client_id).profile = profile
        registered.forget()
    return signer


def test_it_redeems_a_code_and_refreshes(app, signer, lea):
    """… and the client has no secret."""
    assert signer.portal.secret is None
    party = RelyingParty(app, signer.portal)
    proof = {"client_assertion_type": TYPE, "client_id": None}
    code = party.code_of(lea)
    tokens = signer.asks(
        signer.assertion(),
        grant_type="authorization_code",
        code=code,
        redirect_uri=signer.portal.redirect_uri,
        code_verifier="dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    )
    assert tokens.ok, (tokens.body, proof)
    assert signer.asks(signer.assertion(), refresh_token=tokens["refresh_token"]).ok
    assert signer.asks(signer.assertion(), "/revoke", token=tokens["access_token"]).status == 200


@row("OID-7")
@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"])
def test_each_algorithm_that_is_offered_is_taken(app, signer, alg):
    assert signer.is_known(signer.assertion(alg))
    chosen = Signer.register(app, token_endpoint_auth_signing_alg=alg)
    assert chosen.is_known(chosen.assertion(alg))


@row("OID-7")
def test_a_client_signs_with_the_algorithm_it_registered(app):
    signer = Signer.register(app, token_endpoint_auth_signing_alg="ES256")
    assert signer.is_known(signer.assertion("ES256"))
    assert not signer.is_known(signer.assertion("RS256"))


@row("OID-7")
def test_the_fapi_profile_takes_no_rs256(app):
    signer = of_profile(app, "fapi2")
    assert signer.is_known(signer.assertion("PS256"))
    assert signer.is_known(signer.assertion("ES256"))
    assert not signer.is_known(signer.assertion("RS256"))


AUDIENCES = [ISSUER, TOKEN, [ISSUER], [TOKEN], [ISSUER, TOKEN], [ISSUER, "https://other.example.org"], f"{ISSUER}/"]
AUDIENCES += [f"{ISSUER}/par", f"{ISSUER}/revoke", "https://other.example.org", [], "", None]


@row("OID-7")
@pytest.mark.parametrize("aud", AUDIENCES, ids=str)
def test_an_assertion_is_for_us_and_for_nobody_else(app, signer, aud):
    """Core 9: the token endpoint; FAPI 2.0 5.3.2.1: the issuer as a string, alone."""
    assert signer.is_known(signer.assertion(aud=aud)) == (aud in [ISSUER, TOKEN, [ISSUER], [TOKEN]])
    strict = of_profile(app, "fapi2")
    assert strict.is_known(strict.assertion("ES256", aud=aud)) == (aud == ISSUER)


@row("OID-7")
@pytest.mark.parametrize("claim", ["iss", "sub", "aud", "exp", "jti"])
def test_no_claim_may_be_missing(signer, claim):
    """RFC 7523 3."""
    assert not signer.is_known(signer.assertion(**{claim: None}))


@row("OID-7")
@pytest.mark.parametrize(
    "changes",
    [{"iss": "other"}, {"sub": "other"}, {"iss": 1}, {"sub": ["x"]}, {"jti": 7}, {"jti": ""}, {"exp": "soon"}],
    ids=str,
)
def test_it_names_the_client_and_nobody_else(signer, changes):
    assert not signer.is_known(signer.assertion(**changes))


@row("OID-7")
def test_a_client_speaks_for_itself_alone(app, signer):
    """… with its own key and another's name, or with another's key and its own name."""
    other_key = RSAKey.generate_key(2048, {"kid": "theirs"})
    other = Signer.register(app, jwks={"keys": [other_key.as_dict(private=False)]})
    theirs = {"iss": other.portal.client_id, "sub": other.portal.client_id}
    assert not signer.is_known(signer.assertion(**theirs))
    assert not signer.is_known(signer.assertion(key=other_key))
    assert not signer.is_known(signer.assertion(), client_id=other.portal.client_id)
    assert signer.is_known(signer.assertion(), client_id=signer.portal.client_id)
    assert other.is_known(other.assertion(key=other_key))


@row("OID-7", "KEY-1")
def test_what_is_not_signed_by_the_clients_own_key_is_refused(signer):
    header, claims, signature = signer.assertion().split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","kid":"rsa"}').rstrip(b"=").decode()
    shared = OctKey.import_key(json.dumps(JWKS["keys"][0]).encode(), {"kid": "rsa"})
    stranger = RSAKey.generate_key(2048, {"kid": "rsa"})
    jwk = ECKey.generate_key("P-256", {"kid": "ec"})
    forged = [
        f"{none}.{claims}.",
        f"{none}.{claims}.{signature}",
        f"{header}.{claims}.",
        f"{header}.{claims}.{signature[:-4]}AAAA",
        f"{header}.{base64.urlsafe_b64encode(b'{}').decode()}.{signature}",
        signer.assertion("HS256", shared),
        signer.assertion("RS256", stranger),
        signer.assertion("ES256", jwk, {"jwk": jwk.as_dict(private=False)}),
        signer.assertion(header={"kid": None}),
        signer.assertion(header={"kid": "unknown"}),
        signer.assertion(header={"jku": "https://evil.example.org/keys"}),
        signer.assertion(header={"typ": "dpop+jwt"}),
        signer.assertion(header={"typ": "oauth-authz-req+jwt"}),
        *("", "x", "a.b.c", "é", '"\\', "[" * 4000, f"{header}.{claims}"),
    ]
    assert [text for text in forged if signer.is_known(text)] == []
    assert signer.is_known(signer.assertion(header={"typ": "client-authentication+jwt"}))


@row("OID-7")
@pytest.mark.parametrize(
    ("iat", "exp", "is_good"),
    [
        (0, 60, True),
        (0, 300, True),
        (None, 300, True),
        (9, 69, True),
        (-9, -9, True),
        (-300, -11, False),
        (None, -11, False),
        (0, 320, False),
        (None, 320, False),
        (-3600, 60, False),
        (61, 120, False),
        (0, 10**12, False),
        (0, 1e308, False),
        (-1e308, 60, False),
    ],
)
def test_it_lives_five_minutes_at_most_and_clocks_may_differ_by_ten_seconds(signer, iat, exp, is_good):
    now = int(clock.now().timestamp())
    times = {"exp": now + exp, "iat": None if iat is None else now + iat}
    assert signer.is_known(signer.assertion(**times)) is is_good


@row("OID-7")
@pytest.mark.parametrize(("ahead", "is_good"), [(8, True), (61, False)])
def test_a_start_a_little_ahead_is_taken(signer, ahead, is_good):
    assert signer.is_known(signer.assertion(nbf=int(clock.now().timestamp()) + ahead)) is is_good


@row("OID-7")
def test_an_assertion_is_used_once(signer):
    """… whatever endpoint it is shown to, also after it expired, as long as clocks that differ would take it."""
    assertion = signer.assertion()
    assert signer.is_known(assertion)
    assert not signer.is_known(assertion)
    assert signer.asks(assertion, "/revoke", token="x").error == "invalid_client"
    for seconds in (58, 61, 69, 71, 3600):
        with clock.travel(timedelta(seconds=seconds)):
            assert not signer.is_known(assertion)


@row("OID-7")
def test_another_assertion_with_the_same_jti_is_refused_and_another_clients_is_not(app, signer):
    assert signer.is_known(signer.assertion(jti="same"))
    assert not signer.is_known(signer.assertion(jti="same"))
    other = Signer.register(app)
    assert other.is_known(other.assertion(jti="same"))


@row("OID-7")
def test_a_refused_assertion_spends_nothing(signer):
    assert not signer.is_known(signer.assertion(jti="kept", aud="https://other.example.org"))
    assert signer.is_known(signer.assertion(jti="kept"))


@row("OID-7")
def test_of_eight_at_once_one_is_taken(signer):
    assertion, ready = signer.assertion(), Barrier(8)
    taken: list[bool] = []

    def show() -> None:
        ready.wait()
        taken.append(signer.is_known(assertion))

    threads = [Thread(target=show) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [False] * 7 + [True]


@row("OID-7")
def test_after_a_flush_what_was_issued_before_is_refused(app, signer):
    """… the store forgot which `jti` it knew. A clock that is ahead gains nothing."""
    used = signer.assertion(exp=int(clock.now().timestamp()) + 250)
    assert signer.is_known(used)
    with clock.travel(timedelta(seconds=100)):
        begin_again(app)
        assert not signer.is_known(used)
        assert not signer.is_known(signer.assertion(iat=int(clock.now().timestamp()) + 9))
        assert not signer.is_known(signer.assertion(iat=None))
    with clock.travel(timedelta(seconds=115)):
        assert not signer.is_known(used)
        assert signer.is_known(signer.assertion())


def test_without_its_type_or_with_another_proof_it_proves_nothing(signer, portal):
    """RFC 7521 4.2, RFC 6749 2.3: one method in a request."""
    assert not signer.is_known(signer.assertion(), client_assertion_type="")
    assert not signer.is_known(signer.assertion(), client_assertion_type="urn:ietf:params:oauth:grant-type:jwt-bearer")
    assert signer.asks(signer.assertion(), client_secret="x").error == "invalid_request"
    data = {"client_assertion": signer.assertion(), "client_assertion_type": TYPE}
    both = signer.app.test_client().post("/token", data=data, auth=(portal.client_id, portal.secret), base_url=ISSUER)
    assert both.get_json()["error"] == "invalid_request"


def test_a_client_of_another_method_does_not_prove_itself_by_one(app, signer, portal):
    names = {"iss": portal.client_id, "sub": portal.client_id}
    assert not signer.is_known(signer.assertion(**names))
    reply = app.test_client().post("/token", data={"client_id": signer.portal.client_id}, base_url=ISSUER)
    assert reply.status_code in (400, 401)


def test_a_disabled_client_proves_nothing(app, signer):
    with app.app_context(), unit_of_work():
        registration.disable(Client.by_client_id(signer.portal.client_id))
    assert not signer.is_known(signer.assertion())


def test_the_metadata_name_it(app):
    said = app.test_client().get("/.well-known/openid-configuration", base_url=ISSUER).get_json()
    assert "private_key_jwt" in said["token_endpoint_auth_methods_supported"]
    assert said["token_endpoint_auth_signing_alg_values_supported"] == ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"]


def test_every_key_is_one_of_ours(signer):
    assert {key.kid for key in KEYS.values()} == {one["kid"] for one in JWKS["keys"]}
