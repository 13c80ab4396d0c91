"""docs/openapi.yaml says what the endpoints for programs are and read: no more, no less."""

import base64
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from flask import Flask

from app import MACHINE
from idp.db import unit_of_work
from idp.oidc.authorization.request import Parameters, asker_of, question_of
from idp.oidc.clients.authentication import authenticate
from idp.oidc.errors import Refused
from idp.oidc.kernel import Answer, ProtocolRequest, server
from idp.oidc.logout import asking
from idp.oidc.models.registered import RegisteredClient
from idp.oidc.server import GRANTS
from idp.oidc.token import introspection, revocation
from tests.browser import VERIFIER, request_of
from tests.builders import Portal, a_program, an_api
from tests.protocol.described import operations, parameters
from tests.relying_party import RelyingParty, Reply
from tests.signers import TYPE, Signer

BROWSERS = {"oidc.authorize", "oidc.end_session"}
NOT_OFFERED = {"request", "request_uri", "registration"}


class Noting(dict[str, str]):
    """Parameters that note which of them were looked for."""

    def __init__(self, values: dict[str, str]) -> None:
        super().__init__(values)
        self.sought: set[str] = set()

    def get(self, name: str, *rest: Any) -> Any:
        self.sought.add(name)
        return super().get(name, *rest)

    def __getitem__(self, name: str) -> str:
        self.sought.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.sought.add(str(name))
        return super().__contains__(name)


def test_it_names_the_routes_for_programs_and_no_others(app: Flask):
    routes = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint in MACHINE | BROWSERS
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert set(operations()) == routes


def test_each_operation_is_told_in_words_with_an_example_of_what_is_sent():
    for (method, path), operation in operations().items():
        assert operation["summary"].endswith("."), (method, path)
        assert all("description" in answer or "$ref" in answer for answer in operation["responses"].values())
        required = [one for one in operation.get("parameters", ()) if one.get("required")]
        assert all("example" in one or "const" in one["schema"] for one in required), (method, path)


def test_it_reads_of_an_authorization_request_what_it_says(app: Flask, portal):
    with app.app_context(), unit_of_work():
        noting = Noting(request_of(portal))
        read = Parameters(noting, frozenset())
        question_of(asker_of(read), read)
    at_the_edge = {"resource", "ui_locales"}
    assert noting.sought | at_the_edge == parameters("GET", "/authorize") | NOT_OFFERED


def test_it_reads_of_a_sign_out_what_it_says(app: Flask, party, tokens):
    with app.app_context(), unit_of_work():
        noting = Noting({"id_token_hint": tokens["id_token"]})
        asking.read(noting)
    assert noting.sought == parameters("GET", "/end_session")


def test_it_reads_of_a_token_request_what_it_says(app: Flask, party: RelyingParty, code: str):
    with app.app_context():
        program = a_program(an_api())
    redeem = {"grant_type": "authorization_code", "code": code, "redirect_uri": party.portal.redirect_uri}
    redeem |= {"code_verifier": VERIFIER}
    answer, sought = _answered(party.portal, app, server.token, redeem)
    refresh = {"grant_type": "refresh_token", "refresh_token": answer["refresh_token"]}
    itself = {"grant_type": "client_credentials"}
    for who, values in ((party.portal, refresh), (program, itself)):
        sought |= _answered(who, app, server.token, values)[1]
    assert sought | _of_an_assertion(app) == parameters("POST", "/token")
    assert {one.GRANT_TYPE for one in GRANTS} == {values["grant_type"] for values in (redeem, refresh, itself)}


@pytest.mark.parametrize(
    ("path", "about"),
    [("/introspect", introspection.introspect), ("/revoke", revocation.revoke)],
    ids=["introspect", "revoke"],
)
def test_it_reads_of_what_is_asked_about_a_token_what_it_says(
    app: Flask, party: RelyingParty, tokens: Reply, path: str, about: Callable[[str | None, RegisteredClient], Any]
):
    def reply(request: ProtocolRequest) -> Answer:
        about(request.form.get("token"), authenticate(request))
        return Answer(200, {})

    _, sought = _answered(party.portal, app, reply, {"token": tokens["refresh_token"]})
    assert sought | _of_an_assertion(app) | {"token_type_hint"} == parameters("POST", path)


def _answered(
    who: Portal, app: Flask, reply: Callable[[ProtocolRequest], Answer], values: dict[str, str]
) -> tuple[dict[str, Any], set[str]]:
    """The answer, and the parameters that were looked for."""
    noting, basic = Noting(values), base64.b64encode(f"{who.client_id}:{who.secret}".encode()).decode()
    with app.test_request_context(), unit_of_work():
        answer = reply(ProtocolRequest({"Authorization": f"Basic {basic}"}, noting))
    assert answer.status == 200, answer.body
    assert isinstance(answer.body, dict)
    return answer.body, noting.sought


def _of_an_assertion(app: Flask) -> set[str]:
    """What is looked for where a client signs, taken or not."""
    noting = Noting({"client_assertion": Signer.register(app).assertion(), "client_assertion_type": TYPE})
    with app.app_context(), unit_of_work(), suppress(Refused):
        authenticate(ProtocolRequest({}, noting))
    return noting.sought
