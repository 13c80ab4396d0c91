"""Each endpoint for programs is asked what its description allows and what it forbids, with values nobody chose.

`FUZZ=2000 SEED=7 python -m pytest tests/protocol/test_openapi_fuzzed.py` asks more, and others; a failure tells both.
"""

import base64
import os
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import given, seed, settings
from schemathesis import Case, checks
from schemathesis.generation import GenerationMode

from tests.browser import ISSUER
from tests.protocol.described import description, operations, parameters
from tests.relying_party import RelyingParty, Reply
from tests.rows import row

EXAMPLES, SEED = int(os.environ.get("FUZZ", "25")), int(os.environ.get("SEED", "20261125"))
HELD: tuple[Any, ...] = (
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
)


NEGATIVE, POSITIVE = GenerationMode.NEGATIVE, GenerationMode.POSITIVE
READS = [(method, path) for method, path in operations() if parameters(method, path)]


def asked(app: Flask, operation: tuple[str, str], mode: GenerationMode, ask: Callable[[Case], None]) -> None:
    """Ask an operation with what is allowed, or with what is not."""
    method, path = operation
    schema = schemathesis.openapi.from_dict(description(), config=schemathesis.Config())
    schema.app = app
    print(f"FUZZ={EXAMPLES} SEED={SEED}")
    cases = schema[path][method].as_strategy(generation_mode=mode)
    seed(SEED)(settings(max_examples=EXAMPLES, database=None)(given(cases)(ask)))()


@pytest.mark.parametrize("operation", operations(), ids=" ".join)
@row("OID-15")
def test_what_is_allowed_is_answered_as_it_is_described(app: Flask, operation: tuple[str, str]):
    asked(app, operation, POSITIVE, lambda case: _validate(case, HELD))


@pytest.mark.parametrize("operation", READS, ids=" ".join)
@row("OID-15", "INP-3")
def test_what_is_forbidden_is_refused(app: Flask, operation: tuple[str, str]):
    asked(app, operation, NEGATIVE, lambda case: _validate(case, (*HELD, checks.negative_data_rejection)))


@pytest.mark.parametrize("mode", [POSITIVE, NEGATIVE], ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation", READS, ids=" ".join)
@row("OID-15", "INP-3")
def test_someone_we_know_is_answered_too(
    app: Flask, party: RelyingParty, tokens: Reply, operation: tuple[str, str], mode: GenerationMode
):
    """What comes after the client, the token or the hint is read by then."""
    portal = party.portal
    basic = base64.b64encode(f"{portal.client_id}:{portal.secret}".encode()).decode()
    shown = {"tokens": f"Basic {basic}", "bearer": f"Bearer {tokens['access_token']}"}
    known = {
        "/authorize": {"client_id": portal.client_id, "redirect_uri": portal.redirect_uri},
        "/end_session": {"id_token_hint": tokens["id_token"]},
    }

    def ask(case: Case) -> None:
        if operation[1] in known:
            case.query = {**(case.query if isinstance(case.query, dict) else {}), **known[operation[1]]}
        else:
            is_form = operation[1] in ("/token", "/revoke", "/introspect")
            case.headers = {"Authorization": shown["tokens" if is_form else "bearer"]}
        _validate(case, HELD)

    asked(app, operation, mode, ask)


def _validate(case: Case, held: Sequence[Any]) -> None:
    case.call_and_validate(base_url=ISSUER, checks=list(held))
