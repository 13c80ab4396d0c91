"""What a client may be: the metadata is consistent, and nothing unsafe can be asked for."""

from typing import Any

import pytest

from idp.oidc.clients import metadata
from idp.oidc.clients.metadata import Metadata
from tests.rows import row

CALLBACK = "https://portal.example/callback"
API = "https://api.example/invoices"
APIS = {API: ("invoices:read", "organization"), "https://api.example/other": ("other:read",)}


def problems(development: bool = False, **asked: Any) -> list[str]:
    return metadata.problems(
        Metadata(**{"name": "Portail", "redirect_uris": (CALLBACK,)} | asked), development=development, apis=APIS
    )


PUBLIC: dict[str, Any] = {"token_endpoint_auth_method": "none"}
NATIVE: dict[str, Any] = PUBLIC | {"application_type": "native"}

PAIRWISE: dict[str, Any] = {"subject_type": "pairwise"}
SEVERAL = (CALLBACK, "https://other.example/callback")

CONSISTENT: list[dict[str, Any]] = [
    {},
    {"client_id": "portal-1.test_~x"},
    {"token_endpoint_auth_method": "client_secret_post"},
    {"require_pkce": False},
    PUBLIC,
    NATIVE | {"redirect_uris": ("http://127.0.0.1/cb", "http://[::1]/cb", CALLBACK)},
    {"scopes": metadata.SCOPES},
    {"offline": True, "first_party": True},
    {"grant_types": ("authorization_code",)},
    {"resources": (API,), "scopes": ("openid", "invoices:read")},
    {"grant_types": (), "response_types": (), "redirect_uris": (), "scopes": ()},  # it only introspects
    PAIRWISE | {"sector_identifier_uri": "https://sector.example/uris.json", "redirect_uris": SEVERAL},
    {
        "grant_types": ("client_credentials",),
        "response_types": (),
        "redirect_uris": (),
        "resources": (API,),
        "scopes": ("invoices:read",),
    },
    {"id_token_signed_response_alg": "ES256", "userinfo_signed_response_alg": "RS256"},
    {
        "post_logout_redirect_uris": ("https://portal.example/bye",),
        "initiate_login_uri": "https://portal.example/login",
    },
    {"origins": ("https://portal.example",)},
    {"subject_type": "pairwise", "redirect_uris": (CALLBACK, "https://portal.example:8443/other")},
]

UNSAFE: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name"),
    ({"name": "x" * 201}, "name"),
    ({"name": "Por\x1b[2Jtail"}, "name"),
    ({"name": "Por\u202etail"}, "name"),
    ({"client_id": "a b"}, "client_id"),
    ({"client_id": "https://portal.example"}, "client_id"),
    ({"client_id": "a:b"}, "client_id"),
    ({"client_id": "é"}, "client_id"),
    ({"client_id": "a" * 256}, "client_id"),
    ({"application_type": "spa"}, "application_type"),
    ({"token_endpoint_auth_method": "client_secret_jwt"}, "token_endpoint_auth_method"),
    ({"token_endpoint_auth_method": "private_key_jwt"}, "jwks, jwks_uri"),
    (NATIVE | {"token_endpoint_auth_method": "client_secret_basic"}, "token_endpoint_auth_method"),
    (PUBLIC | {"require_pkce": False}, "require_pkce"),
    (NATIVE | {"require_pkce": False}, "require_pkce"),
    ({"grant_types": ("authorization_code", "implicit")}, "grant_types"),
    ({"grant_types": ("authorization_code", "password")}, "grant_types"),
    ({"grant_types": ("refresh_token",)}, "grant_types"),
    ({"grant_types": ()}, "response_types"),
    ({"response_types": ("code", "token")}, "response_types"),
    ({"response_types": ("code id_token",)}, "response_types"),
    ({"response_types": ()}, "response_types"),
    ({"grant_types": ("authorization_code",), "scopes": ("openid", "offline_access")}, "grant_types"),
    ({"grant_types": ("authorization_code",), "offline": True, "first_party": True}, "grant_types"),
    ({"offline": True}, "offline"),
    ({"scopes": ()}, "scope"),
    ({"scopes": ("openid", "invoices:read")}, "scope"),
    ({"resources": (API,), "scopes": ("openid", "other:read")}, "scope"),
    ({"resources": ("https://api.example/unheard-of",)}, "resource"),
    ({"resources": (API, API)}, "resource"),
    ({"grant_types": ("authorization_code", "client_credentials")}, "resource"),
    (PUBLIC | {"grant_types": ("authorization_code", "client_credentials"), "resources": (API,)}, "grant_types"),
    (PUBLIC | {"grant_types": (), "response_types": (), "redirect_uris": ()}, "grant_types"),
    ({"sector_identifier_uri": "https://sector.example/uris.json"}, "sector_identifier_uri"),
    (PAIRWISE | {"sector_identifier_uri": "http://sector.example/uris.json"}, "sector_identifier_uri"),
    (PAIRWISE | {"sector_identifier_uri": ""}, "sector_identifier_uri"),
    ({"scopes": ("openid", "admin")}, "scope"),
    ({"id_token_signed_response_alg": "none"}, "id_token_signed_response_alg"),
    ({"id_token_signed_response_alg": "HS256"}, "id_token_signed_response_alg"),
    ({"access_token_signing_alg": "none"}, "access_token_signing_alg"),
    ({"introspection_signed_response_alg": "none"}, "introspection_signed_response_alg"),
    ({"userinfo_signed_response_alg": "none"}, "userinfo_signed_response_alg"),
    ({"redirect_uris": ()}, "redirect_uri"),
    ({"redirect_uris": (CALLBACK, CALLBACK)}, "redirect_uri"),
    ({"redirect_uris": (CALLBACK, "javascript:alert(1)")}, "redirect_uri"),
    ({"redirect_uris": ("http://127.0.0.1/cb",)}, "redirect_uri"),
    ({"post_logout_redirect_uris": ("https://portal.example/*",)}, "post_logout_redirect_uri"),
    ({"initiate_login_uri": "http://portal.example/login"}, "initiate_login_uri"),
    (NATIVE | {"initiate_login_uri": "http://127.0.0.1/login"}, "initiate_login_uri"),
    ({"initiate_login_uri": ""}, "initiate_login_uri"),
    ({"origins": ("*",)}, "origin"),
    ({"subject_type": "ephemeral"}, "subject_type"),
    ({"subject_type": "pairwise", "redirect_uris": (CALLBACK, "https://other.example/cb")}, "redirect_uri"),
]


@pytest.mark.parametrize("asked", CONSISTENT)
def test_consistent_metadata_has_no_problem(asked: dict[str, Any]):
    assert problems(**asked) == []


@row("OID-2")
@pytest.mark.parametrize(("asked", "field"), UNSAFE)
def test_unsafe_metadata_is_refused_and_the_field_is_named(asked: dict[str, Any], field: str):
    assert field in {reason.partition(":")[0] for reason in problems(**asked)}


@row("OID-2")
def test_loopback_is_registered_for_a_web_client_in_development_only():
    asked = {"redirect_uris": ("http://localhost:8001/cb",), "initiate_login_uri": "http://localhost:8001/login"}
    assert problems(development=True, **asked) == []
    assert len(problems(**asked)) == 2


def test_every_reason_is_told_at_once():
    assert len(problems(name="", scopes=("openid", "root"), redirect_uris=("data:x", "http://a.example/"))) == 4


def test_a_reason_cannot_write_on_the_terminal():
    told = "".join(problems(redirect_uris=("https://a.example/\x1b]0;x\x07\u202e",), scopes=("\x1b[2J",)))
    assert told.isprintable()
    assert told.isascii()


def test_the_sector_of_pairwise_subjects_is_the_host():
    assert metadata.sector(Metadata(name="A", redirect_uris=(CALLBACK,), subject_type="pairwise")) == "portal.example"
    assert metadata.sector(Metadata(name="A", redirect_uris=(CALLBACK,))) == ""


@row("OID-19")
def test_the_sector_is_that_of_its_own_address_where_there_is_one():
    named = Metadata(
        name="A", redirect_uris=SEVERAL, **PAIRWISE, sector_identifier_uri="https://sector.example/uris.json"
    )
    assert metadata.sector(named) == "sector.example"


@row("OID-19")
def test_a_client_whose_sector_is_fixed_may_add_other_hosts():
    asked = Metadata(name="A", redirect_uris=SEVERAL, **PAIRWISE)
    assert metadata.problems(asked, development=False, apis={}, has_sector=True) == []
    assert len(metadata.problems(asked, development=False, apis={})) == 1
