"""What is unsafe, inconsistent or useless in a client is found, with what to do."""

from datetime import timedelta

import pytest

from idp.db import unit_of_work
from idp.oidc.clients import checking, registration
from idp.oidc.clients.checking import Level
from idp.oidc.models.client import Client
from tests.builders import a_client, a_fund, a_program, an_api
from tests.relying_party import RelyingParty
from tests.rows import row

SCOPES = ("openid", "profile", "email", "organization", "offline_access")
TOLD = "https://portal.example.org/told"


@pytest.fixture
def found(app):
    """What is found in a client, as {what it is about: level}."""

    def look(portal, development=False, **changes):
        with app.app_context():
            with unit_of_work():
                client = Client.by_client_id(portal.client_id)
                for name, value in changes.items():
                    setattr(client, name, value)
            findings = checking.findings(client, development=development, apis=registration.apis())
            assert all(finding.advice for finding in findings)
            return {finding.what.partition(":")[0]: finding.level for finding in findings}

    return look


@pytest.fixture
def party(app, lea):
    """A portal without a fault, in use."""
    with app.app_context():
        portal = a_client(fund=a_fund().code, backchannel_logout_uri=TOLD, scopes=SCOPES)
    party = RelyingParty(app, portal)
    party.tokens_of(lea, scope=" ".join(SCOPES))
    return party


def test_nothing_is_found_in_a_client_without_a_fault(party, found):
    assert found(party.portal) == {}


@row("OID-2")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("redirect_uris", ["http://portal.example.org/callback"]),
        ("redirect_uris", ["http://localhost:8001/callback"]),
        ("redirect_uris", ["https://portal.example.org/*"]),
        ("post_logout_redirect_uris", ["http://portal.example.org/"]),
        ("initiate_login_uri", "http://127.0.0.1:8001/login"),
        ("backchannel_logout_uri", "http://portal.example.org/told"),
        ("origins", ["http://portal.example.org"]),
    ],
)
def test_an_address_that_could_not_be_registered_here_is_unsafe(party, found, field, value):
    assert found(party.portal, **{field: value}) == {field.removesuffix("s"): Level.UNSAFE}


def test_localhost_is_for_development(party, found):
    local = {"redirect_uris": ["http://localhost:8001/callback"]}
    assert found(party.portal, development=True, **local) == {}


@row("OID-4")
def test_a_client_that_waives_pkce_is_named(party, found):
    assert found(party.portal, require_pkce=False) == {"require_pkce": Level.UNSAFE}


def test_what_contradicts_itself_is_told(party, found):
    assert found(party.portal, resources=["https://api.example.org/gone"]) == {"resource": Level.INCONSISTENT}
    assert found(party.portal, resources=[], subject_type="pairwise") == {"sector": Level.INCONSISTENT}


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"backchannel_logout_uri": None}, "backchannel_logout_uri"),
        ({"post_logout_redirect_uris": []}, "post_logout_redirect_uris"),
        ({"token_endpoint_auth_method": "none"}, "token_endpoint_auth_method"),
        ({"offline": True}, "offline"),
        ({"initiate_login_uri": None, "fund_id": None}, "initiate_login_uri"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_could_be_better_is_advice(party, found, changes, what):
    assert found(party.portal, **changes) == {what: Level.ADVICE}


def test_a_third_party_had_better_sign_say_what_it_does_and_know_nobody_by_a_name_that_others_know(party, found):
    told = found(party.portal, first_party=False)
    assert told == dict.fromkeys(("token_endpoint_auth_method", "policy_uri", "subject_type"), Level.ADVICE)


def test_a_former_secret_that_still_lives_is_told(app, party, found):
    with app.app_context(), unit_of_work():
        registration.rotate_secret(Client.by_client_id(party.portal.client_id), timedelta(hours=1))
    assert found(party.portal) == {"client_secret": Level.ADVICE}


def test_scopes_that_nobody_asks_for_are_told_and_a_client_that_nobody_uses(app, lea, found):
    with app.app_context():
        portal = a_client(backchannel_logout_uri=TOLD)
    assert found(portal) == {"it was never used": Level.ADVICE}
    RelyingParty(app, portal).tokens_of(lea, scope="openid profile")
    assert found(portal) == {"scopes": Level.ADVICE}


def test_a_program_without_people_needs_no_page_and_no_sign_out(app, found):
    with app.app_context():
        program = a_program(an_api())
    assert found(program, first_party=True) == {}


def test_a_disabled_client_is_not_judged(app, party, found):
    with app.app_context(), unit_of_work():
        registration.disable(Client.by_client_id(party.portal.client_id))
    assert found(party.portal, require_pkce=False) == {}


def test_who_may_introspect_and_is_gone_is_told(app):
    with app.app_context():
        server = a_client()
        an_api(introspection_clients=[server.client_id])
        clients = {client.client_id: client for client in Client.all()}
        assert checking.orphans(clients) == []
        with unit_of_work():
            registration.disable(Client.by_client_id(server.client_id))
        (finding,) = checking.orphans({client.client_id: client for client in Client.all()})
        assert finding.level == Level.INCONSISTENT
        assert checking.orphans({}) == [finding]
