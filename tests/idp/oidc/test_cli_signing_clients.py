"""`idp clients` for clients that sign instead of holding a secret."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from idp.oidc import cli
from tests.signers import JWKS

PORTAL = ("--name", "Portail", "--client-id", "portal", "--redirect-uri", "https://portal.example/cb", "--json")


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(cli.clients, words, env={"IDP_OPERATOR": "lea"})


@pytest.fixture
def jwks(tmp_path: Path) -> str:
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps(JWKS))
    return str(path)


@pytest.mark.parametrize("by", ["jwks", "jwks_uri"])
def test_a_client_that_signs_has_no_secret(app: Flask, jwks: str, by: str):
    options = ("--jwks", jwks) if by == "jwks" else ("--jwks-uri", "https://portal.example/keys")
    done = run(app, "add", *PORTAL, *options)
    assert done.exit_code == 0, done.output
    added = json.loads(done.stdout)
    assert added["token_endpoint_auth_method"] == "private_key_jwt"
    assert "client_secret" not in added
    assert added[by] == (JWKS if by == "jwks" else "https://portal.example/keys")
    refused = run(app, "rotate-secret", "portal")
    assert (refused.exit_code, "has no secret" in refused.output) == (1, True)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--jwks-uri", "http://portal.example/keys"), "jwks_uri"),
        (("--jwks-uri", "https://127.0.0.1/keys"), "jwks_uri"),
        (("--jwks-uri", "https://portal.example/keys", "--auth-method", "client_secret_post"), "--auth-method"),
        (("--jwks", "/dev/null"), "not JSON"),
    ],
)
def test_what_would_not_work_is_refused(app: Flask, options: tuple[str, ...], why: str):
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"issuer": "https://id.example.org"})
    done = run(app, "add", *PORTAL, *options)
    assert done.exit_code != 0
    assert why in done.output


def test_keys_by_value_and_by_reference_do_not_go_together(app: Flask, jwks: str):
    done = run(app, "add", *PORTAL, "--jwks", jwks, "--jwks-uri", "https://portal.example/keys")
    assert (done.exit_code, "one of the two" in done.output) == (1, True)
