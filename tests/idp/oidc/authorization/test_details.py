"""How a request names an organization: authorization_details (RFC 9396), or a plain parameter."""

import json

import pytest
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from flask import Flask

from idp.oidc.authorization.details import InvalidAuthorizationDetails, Named, named_by

ID = "01a2143f-bd9f-75c2-a7f5-548e17051362"
SIRET = "99900001100018"
OURS = "http://localhost:8000/organization"


@pytest.fixture(autouse=True)
def house(app: Flask):
    with app.app_context():
        yield


def details(**members: object) -> str:
    return json.dumps([{"type": OURS} | members])


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"organization": ID}, {"id": ID}),
        ({"organization": ID.upper()}, {"id": ID}),
        ({"organization": SIRET}, {"siret": SIRET}),
        ({"siret_hint": "999 000 011 00018"}, {"siret": SIRET}),
        ({"details": details(identifier=ID)}, {"id": ID}),
        ({"details": details(identifier=f"0009:{SIRET}")}, {"siret": SIRET}),
        ({"details": details(type="organization", identifier=ID)}, {"id": ID}),
        ({"details": details(identifier=ID), "organization": ID}, {"id": ID}),
        ({}, None),
        ({"details": details()}, None),
    ],
)
def test_an_organization_is_named_by_its_id_or_its_siret(given: dict[str, str], named: dict[str, str] | None):
    found = named_by(given.get("details"), given.get("organization"), given.get("siret_hint"))
    assert found == Named(named, None)


def test_rights_may_be_asked_for():
    asked = details(identifier=ID, privileges=["legal:read"])
    assert named_by(asked, None, None) == Named({"id": ID}, ["legal:read"])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "[1]",
        "[{}]",
        "[" * 100_000,
        json.dumps([{"type": OURS}] * 2),
        details(type="https://elsewhere.example.org/organization"),
        details(identifier=7),
        details(locations=["https://api.example.org"]),
        details(privileges=[]),
        details(privileges=["everything"]),
        details(privileges="legal:read"),
        details(privileges=[["legal:read"]]),
    ],
)
def test_what_is_not_understood_is_an_error_of_its_own(text: str):
    """RFC 9396 5."""
    with pytest.raises(InvalidAuthorizationDetails):
        named_by(text, None, None)


def test_a_name_that_is_none_and_names_that_differ_are_refused():
    for given in ({"organization": "x"}, {"siret_hint": "12345678900000"}, {"organization": ID, "siret_hint": SIRET}):
        with pytest.raises(InvalidRequestError):
            named_by(None, given.get("organization"), given.get("siret_hint"))
