"""Token introspection (RFC 7662)."""

from datetime import timedelta

import pytest
from joserfc import jwt

from idp import clock
from idp.accounts.models import Membership
from idp.db import db, unit_of_work
from idp.oidc.models.client import Client
from idp.oidc.models.resource import Resource
from idp.sessions import lifecycle
from tests.browser import ISSUER
from tests.builders import a_client, a_program, an_api, the_account
from tests.counting import costs
from tests.relying_party import RelyingParty, claims_of
from tests.rows import row

SCOPE = "openid organization offline_access invoices:read"
DEAD = {"active": False}


@pytest.fixture
def server(app):
    """The program behind an API: it asks what tokens are worth, and gets none itself."""
    with app.app_context():
        return RelyingParty(app, a_client(redirect_uris=("https://api.example.org/callback",)))


@pytest.fixture
def api(app, server):
    with app.app_context():
        return an_api(introspection_clients=[server.portal.client_id])


@pytest.fixture
def party(app, api):
    with app.app_context():
        return RelyingParty(app, a_client(resources=(api,), scopes=tuple(SCOPE.split())))


@pytest.fixture
def tokens(party, lea, api):
    return party.tokens_of(lea, scope=SCOPE, resource=api)


@pytest.fixture
def program(app, api):
    with app.app_context():
        return RelyingParty(app, a_program(api))


def test_the_server_of_an_api_learns_what_a_token_for_it_is_worth(party, server, tokens, lea, api):
    """RFC 7662 2.2."""
    reply, claims = server.introspects(tokens["access_token"]), claims_of(tokens["access_token"])
    assert (reply.status, reply["active"], reply["token_type"]) == (200, True, "Bearer")
    for name in ("iss", "sub", "aud", "client_id", "scope", "iat", "exp", "jti", "auth_time", "acr", "amr"):
        assert reply[name] == claims[name], name
    assert reply["authorization_details"] == claims["authorization_details"]  # RFC 9396 9.2
    assert (reply["aud"], reply["client_id"]) == (api, party.portal.client_id)
    assert reply.body.keys().isdisjoint({"grant", "sid", "username", "email", "name", "organization"})


def test_the_answer_is_json_and_is_never_stored(server, tokens):
    """RFC 7662 2.2 and 4."""
    for token in (tokens["access_token"], "unknown"):
        headers = server.introspects(token).headers
        assert headers["Content-Type"] == "application/json"
        assert headers["Cache-Control"] == "no-store"


@row("OID-14")
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
@pytest.mark.parametrize("hint", [None, "refresh_token", "access_token", "unheard_of"])
def test_a_client_sees_its_own_tokens_whatever_the_hint(party, tokens, kind, hint):
    """RFC 7662 2.1: … if the server is unable to locate the token using the given hint, it MUST extend its search."""
    reply = party.introspects(tokens[kind], token_type_hint=hint)
    assert (reply["active"], reply["client_id"]) == (True, party.portal.client_id)
    assert reply["sub"] == claims_of(tokens["access_token"])["sub"]


@row("OID-14")
@pytest.mark.parametrize("kind", ["access_token", "refresh_token", "id_token"])
def test_whom_a_token_does_not_concern_learns_nothing(other, tokens, kind):
    """RFC 7662 4: the same answer as for a token that does not exist."""
    mine, unknown = other.introspects(tokens[kind]), other.introspects("unknown")
    assert (mine.status, mine.body) == (unknown.status, unknown.body) == (200, DEAD)
    assert dict(mine.headers).keys() == dict(unknown.headers).keys()


@row("OID-14")
def test_the_server_of_an_api_sees_no_refresh_token_and_no_token_for_another_audience(app, party, server, lea, tokens):
    with app.app_context():
        elsewhere = an_api()
        with unit_of_work():
            client = Client.by_client_id(party.portal.client_id)
            client.resources = [*client.resources, elsewhere]
    assert server.introspects(tokens["refresh_token"]).body == DEAD
    assert server.introspects(party.tokens_of(lea, scope="openid")["access_token"]).body == DEAD  # for the issuer
    assert server.introspects(party.tokens_of(lea, scope=SCOPE, resource=elsewhere)["access_token"]).body == DEAD


@row("OID-14")
def test_who_asks_must_prove_who_they_are(app, party, tokens):
    """RFC 7662 2.1: … MUST also require some form of authorization to access this endpoint."""
    with app.app_context():
        public = RelyingParty(app, a_client(token_endpoint_auth_method="none"))
    asked = {"token": tokens["access_token"]}
    for reply in (
        public.introspects(tokens["access_token"]),
        party.posts("/introspect", asked, auth=None),
        party.posts("/introspect", asked, auth=(party.portal.client_id, "wrong")),
        party.posts("/introspect", asked | {"client_id": party.portal.client_id}, auth=None),
    ):
        assert (reply.status, reply.error) == (401, "invalid_client")
        assert reply.headers["WWW-Authenticate"].startswith("Basic")


@row("OID-15")
def test_the_token_is_required_once_in_the_body(app, party):
    assert party.posts("/introspect", {}).error == "invalid_request"
    assert party.posts("/introspect?token=x", {"token": "x"}).error == "invalid_request"
    assert party.posts("/introspect", {"token": ["x", "y"]}).error == "invalid_request"
    assert app.test_client().get("/introspect", base_url=ISSUER).status_code == 405


@row("OID-14")
@pytest.mark.parametrize("token", ["unknown", "a.b.c", "..", "é", '"\\', "x" * 9000, "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_no_token_of_ours_is_not_active(party, token):
    reply = party.introspects(token)
    assert (reply.status, reply.body) == (200, DEAD)


@row("OID-12")
def test_an_id_token_is_no_access_token(party, tokens):
    assert party.introspects(tokens["id_token"]).body == DEAD


def test_a_token_is_active_as_long_as_it_lives(party, server, tokens):
    with clock.travel(timedelta(minutes=9, seconds=55)):
        assert server.introspects(tokens["access_token"])["active"]
    with clock.travel(timedelta(minutes=10, seconds=1)):
        assert server.introspects(tokens["access_token"]).body == DEAD
        assert party.introspects(tokens["refresh_token"])["active"]


def test_a_used_refresh_token_is_not_active(party, tokens):
    successor = party.refreshes(tokens["refresh_token"], resource=None)["refresh_token"]
    assert party.introspects(tokens["refresh_token"]).body == DEAD
    assert party.introspects(successor)["active"]


SIGNED = "application/token-introspection+jwt"


@pytest.mark.parametrize(("alg", "registered"), [("RS256", None), ("RS256", "RS256"), ("ES256", "ES256")])
def test_an_answer_is_signed_for_who_asks_it_so(app, server, tokens, alg, registered):
    """RFC 9701 4 and 5: what is told stands inside, and no `sub` or `exp` outside, so that it passes for no token."""
    with app.app_context(), unit_of_work():
        Client.by_client_id(server.portal.client_id).introspection_signed_response_alg = registered
    for token in (tokens["access_token"], "unknown"):
        reply = server.posts("/introspect", {"token": token}, headers={"Accept": SIGNED})
        assert (reply.status, reply.headers["Content-Type"], reply.headers["Cache-Control"]) == (
            200,
            SIGNED,
            "no-store",
        )
        said = jwt.decode(reply.response.get_data(as_text=True), server.published(), algorithms=[alg])
        assert said.header["typ"] == "token-introspection+jwt"
        assert said.claims.keys() == {"iss", "aud", "iat", "token_introspection"}
        assert (said.claims["iss"], said.claims["aud"]) == (ISSUER, server.portal.client_id)
        assert said.claims["token_introspection"] == server.introspects(token).body


@row("OID-12")
def test_a_signed_answer_opens_nothing(party, tokens):
    reply = party.posts("/introspect", {"token": tokens["access_token"]}, headers={"Accept": SIGNED})
    answer = reply.response.get_data(as_text=True)
    assert party.userinfo(answer).error == "invalid_token"
    assert party.introspects(answer).body == DEAD


@pytest.mark.parametrize("accept", ["*/*", "application/json", f"{SIGNED};q=0.5, application/json", "text/html"])
def test_whoever_does_not_ask_for_a_signature_gets_json(server, tokens, accept):
    reply = server.posts("/introspect", {"token": tokens["access_token"]}, headers={"Accept": accept})
    assert reply["active"]
    assert reply.headers["Content-Type"] == "application/json"


# What a token stands on


def end_grant(app, party, lea, api, tokens):
    party.revokes(tokens["refresh_token"])


def suspend(app, party, lea, api, tokens):
    with app.app_context(), unit_of_work():
        the_account(lea).suspended_at = clock.now()


def disable(app, party, lea, api, tokens):
    with app.app_context(), unit_of_work():
        Client.by_client_id(party.portal.client_id).disabled_at = clock.now()


def leave(app, party, lea, api, tokens):
    with app.app_context(), unit_of_work():
        for link in Membership.of(lea.id, clock.now()):
            link.ended_at = clock.now()


def restore(app, party, lea, api, tokens):
    """A backup was restored: nothing issued before is accepted."""
    with app.app_context(), unit_of_work():
        lifecycle.end_everyone()


def close_the_api(app, party, lea, api, tokens):
    with app.app_context(), unit_of_work():
        Resource.by_identifier(api).disabled_at = clock.now()


@row("OID-13")
@pytest.mark.parametrize(
    "end", [end_grant, suspend, disable, leave, restore, close_the_api], ids=lambda end: end.__name__
)
def test_a_token_dies_with_what_it_stands_on_at_the_next_question(app, party, server, lea, api, tokens, end):
    assert server.introspects(tokens["access_token"])["active"]
    end(app, party, lea, api, tokens)
    assert server.introspects(tokens["access_token"]).body == DEAD


@row("OID-13")
def test_rights_are_those_of_this_moment(app, server, lea, tokens):
    with app.app_context(), unit_of_work():
        (link,) = Membership.of(lea.id, clock.now())
        link.holder, link.rights = False, ["documents:read"]
    (details,) = server.introspects(tokens["access_token"])["authorization_details"]
    assert details["privileges"] == ["documents:read"]


# A program's own token


def test_a_programs_own_token_is_told_to_the_api_and_to_the_program(program, server, other):
    token = program.asks_token(grant_type="client_credentials")["access_token"]
    for asker in (program, server):
        reply = asker.introspects(token)
        assert reply["sub"] == reply["client_id"] == program.portal.client_id
        assert reply["scope"] == "invoices:read"
    assert other.introspects(token).body == DEAD


@row("OID-13")
@pytest.mark.parametrize("change", ["disabled_at", "grant_types", "resources", "epoch"])
def test_a_programs_own_token_dies_with_what_it_stands_on(app, program, server, change):
    token = program.asks_token(grant_type="client_credentials")["access_token"]
    with app.app_context(), unit_of_work():
        client = Client.by_client_id(program.portal.client_id)
        match change:
            case "disabled_at":
                client.disabled_at = clock.now()
            case "epoch":
                with clock.travel(timedelta(seconds=1)):
                    lifecycle.end_everyone()
            case _:
                setattr(client, change, [])
    assert server.introspects(token).body == DEAD


def test_a_question_that_fails_is_an_error_and_no_answer(app, server, tokens):
    """Never `active: false` because of us, nor `true`."""
    with app.app_context():
        db.session.execute(db.text('ALTER TABLE "grant" RENAME TO gone'))
        db.session.commit()
    reply = server.introspects(tokens["access_token"])
    assert reply.status >= 500
    assert "active" not in reply.response.get_data(as_text=True)


def test_it_reads_and_writes_nothing(app, server, tokens):
    with costs(app) as counted:
        assert server.introspects(tokens["access_token"])["active"]
    assert counted.commits == counted.trips == 0
