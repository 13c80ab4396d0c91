"""`idp clients` and `idp keys`, as an operator or a program uses them."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from idp import clock, extensions
from idp.audit.models import AuditEvent
from idp.db import db
from idp.oidc import cli
from idp.oidc.models import registered
from idp.oidc.models.client import Client
from tests.rows import row

Run = Callable[..., Result]

PORTAL = ("clients", "add", "--name", "Portail", "--client-id", "portal", "--redirect-uri", "https://portal.example/cb")


@pytest.fixture
def run(any_app: Flask) -> Run:
    """Run a command as Léa, an operator."""
    groups = {str(group.name): group for group in cli.COMMANDS}

    def invoke(group: str, *arguments: str, operator: str = "lea") -> Result:
        runner = any_app.test_cli_runner()
        return runner.invoke(groups[group], arguments, env={"IDP_OPERATOR": operator})

    return invoke


@pytest.fixture
def audited(any_app: Flask) -> Callable[[], list[tuple[str, str | None]]]:
    """The events of clients and keys written so far, with their operator."""

    def read() -> list[tuple[str, str | None]]:
        with any_app.app_context():
            ours = sa.or_(AuditEvent.event.like("oidc:client:%"), AuditEvent.event.like("oidc:keys:%"))
            events = db.session.scalars(sa.select(AuditEvent).where(ours).order_by(AuditEvent.id))
            return [(event.event, event.operator) for event in events]

    return read


def read(done: Result) -> Any:
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def found(app: Flask, client_id: str) -> registered.RegisteredClient | None:
    with app.app_context():
        registered.forget()
        return registered.find(client_id)


def test_a_client_is_added_with_a_secret_shown_once(run: Run, any_app: Flask):
    added = read(run(*PORTAL, "--scope", "openid profile", "--first-party", "--json"))
    client = found(any_app, "portal")
    assert client is not None
    assert client.check_client_secret(added["client_secret"])
    assert (client.scopes, client.first_party, client.require_pkce) == (["openid", "profile"], True, True)
    for later in (
        run("clients", "show", "portal"),
        run("clients", "show", "portal", "--json"),
        run("clients", "list", "--json"),
    ):
        assert later.exit_code == 0
        assert added["client_secret"] not in later.output
        assert "secret_digest" not in later.output


def test_every_option_reaches_the_client(run: Run):
    added = read(
        run(
            *(*PORTAL, "--redirect-uri", "https://portal.example/other", "--post-logout-redirect-uri"),
            *(
                "https://portal.example/bye",
                "--initiate-login-uri",
                "https://portal.example/login",
                "--scope",
                "openid",
            ),
            *("--scope", "email offline_access", "--auth-method", "client_secret_post", "--no-pkce", "--pairwise"),
            *("--first-party", "--offline", "--id-token-alg", "ES256", "--userinfo-alg", "RS256"),
            *("--access-token-alg", "RS256"),
            *("--origin", "https://portal.example", "--json"),
        )
    )
    assert added["redirect_uris"] == ["https://portal.example/cb", "https://portal.example/other"]
    assert added["post_logout_redirect_uris"] == ["https://portal.example/bye"]
    assert added["initiate_login_uri"] == "https://portal.example/login"
    assert added["scopes"] == ["openid", "email", "offline_access"]
    assert added["token_endpoint_auth_method"] == "client_secret_post"
    assert (added["require_pkce"], added["offline"], added["first_party"]) == (False, True, True)
    assert (added["subject_type"], added["sector"]) == ("pairwise", "portal.example")
    assert (added["id_token_signed_response_alg"], added["userinfo_signed_response_alg"]) == ("ES256", "RS256")
    assert added["origins"] == ["https://portal.example"]
    assert added["access_token_signing_alg"] == "RS256"


def test_an_identifier_is_made_where_none_is_given(run: Run):
    added = read(run("clients", "add", "--name", "A", "--redirect-uri", "https://a.example/cb", "--json"))
    assert UUID(added["client_id"])


@pytest.mark.parametrize("kind", ["--public", "--native"])
def test_a_public_or_native_client_has_no_secret(run: Run, any_app: Flask, kind: str):
    added = read(run(*PORTAL, kind, "--json"))
    assert "client_secret" not in added
    assert added["token_endpoint_auth_method"] == "none"
    client = found(any_app, "portal")
    assert client is not None
    assert not client.check_client_secret("")


@row("OID-2")
def test_a_refused_client_is_not_stored_and_every_reason_is_told(
    run: Run, any_app: Flask, audited: Callable[[], list[Any]]
):
    done = run(*PORTAL, "--redirect-uri", "JavaScript:alert(1)", "--scope", "openid root", "--fund", "nowhere")
    assert done.exit_code == 1
    assert [line.split(":")[1].strip() for line in done.stderr.splitlines()] == ["scope", "redirect_uri", "fund"]
    assert found(any_app, "portal") is None
    assert audited() == []


def test_an_identifier_is_given_once(run: Run):
    assert run(*PORTAL).exit_code == 0
    done = run(*PORTAL)
    assert done.exit_code == 1
    assert "taken" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("clients", "add", "--redirect-uri", "https://portal.example/cb"),
        (*PORTAL, "--auth-method", "none"),
        (*PORTAL, "--native", "--auth-method", "client_secret_post"),
        (*PORTAL, "--id-token-alg", "HS256"),
        ("clients", "rotate-secret"),
        ("keys", "rotate", "--alg", "none"),
        ("keys", "turn"),
    ],
)
def test_wrong_usage_exits_with_2(run: Run, arguments: tuple[str, ...]):
    assert run(*arguments).exit_code == 2


@pytest.mark.parametrize(
    "arguments", [PORTAL, ("clients", "rotate-secret", "portal"), ("clients", "disable", "portal"), ("keys", "rotate")]
)
def test_nothing_changes_without_an_operator(run: Run, arguments: tuple[str, ...], audited: Callable[[], list[Any]]):
    done = run(*arguments, operator="")
    assert done.exit_code == 2
    assert "--operator" in done.stderr
    assert audited() == []


@row("AUD-1")
def test_each_change_is_audited_with_its_operator(run: Run, audited: Callable[[], list[Any]]):
    for arguments in (
        PORTAL,
        ("clients", "rotate-secret", "portal"),
        ("clients", "disable", "portal"),
        ("keys", "rotate"),
    ):
        assert run(*arguments).exit_code == 0
    names = ("oidc:client:added", "oidc:client:secret_rotated", "oidc:client:disabled", "oidc:keys:rotated")
    assert audited() == [(name, "lea") for name in names]


def test_a_new_secret_replaces_the_former_one_after_a_while(run: Run, any_app: Flask):
    former = read(run(*PORTAL, "--json"))["client_secret"]
    latter = read(run("clients", "rotate-secret", "portal", "--keep-former", "2", "--json"))["client_secret"]
    client = found(any_app, "portal")
    assert client is not None
    with any_app.app_context():
        assert client.check_client_secret(former)
        assert client.check_client_secret(latter)
        with clock.travel(timedelta(hours=2)):
            assert not client.check_client_secret(former)
            assert client.check_client_secret(latter)


def test_a_leaked_secret_dies_at_once(run: Run, any_app: Flask):
    former = read(run(*PORTAL, "--json"))["client_secret"]
    assert run("clients", "rotate-secret", "portal", "--keep-former", "0").exit_code == 0
    client = found(any_app, "portal")
    assert client is not None
    with any_app.app_context():
        assert not client.check_client_secret(former)


def test_a_public_client_has_no_secret_to_rotate(run: Run):
    assert run(*PORTAL, "--public").exit_code == 0
    assert run("clients", "rotate-secret", "portal").exit_code == 1


def test_a_disabled_client_is_refused_and_its_grants_end(run: Run, any_app: Flask):
    ended: list[tuple[str, UUID]] = []
    any_app.extensions["idp_house"] = extensions.House(endings=(lambda kind, ended_id: ended.append((kind, ended_id)),))
    assert run(*PORTAL).exit_code == 0
    for _ in range(2):
        assert run("clients", "disable", "portal").exit_code == 0
    assert found(any_app, "portal") is None
    with any_app.app_context():
        client = Client.by_client_id("portal")
        assert client is not None
        assert ended == [("client", client.id)]
    assert "disabled" in run("clients", "list").stdout


@pytest.mark.parametrize("command", ["show", "rotate-secret", "disable"])
def test_a_client_that_is_not_there_is_refused(run: Run, command: str):
    done = run("clients", command, "nobody")
    assert done.exit_code == 1
    assert "nobody" in done.stderr


@row("KEY-2")
def test_the_next_key_is_published_before_it_signs(run: Run):
    before = read(run("keys", "list", "--json"))
    assert {key["state"] for key in before} == {"signs"}
    made = read(run("keys", "rotate", "--alg", "ES256", "--json"))
    assert [key["state"] for key in made] == ["waits"]
    after = {key["kid"]: key["state"] for key in read(run("keys", "list", "--json"))}
    assert after == {key["kid"]: "signs" for key in before} | {made[0]["kid"]: "waits"}
    with clock.travel(timedelta(hours=2)):
        later = {key["kid"]: key["state"] for key in read(run("keys", "list", "--json"))}
    former = next(key["kid"] for key in before if key["alg"] == "ES256")
    assert (later[made[0]["kid"]], later[former]) == ("signs", "verifies")


def test_keys_of_every_algorithm_turn_at_once(run: Run):
    made = read(run("keys", "rotate", "--now", "--json"))
    assert sorted(key["alg"] for key in made) == ["ES256", "RS256"]
    with clock.travel(timedelta(minutes=1)):
        signing = {key["kid"] for key in read(run("keys", "list", "--json")) if key["state"] == "signs"}
    assert signing == {key["kid"] for key in made}


def test_a_person_reads_lines(run: Run):
    assert "The secret is shown this once" in run(*PORTAL).stderr
    assert run("clients", "list").stdout == "portal\tweb\tPortail\n"
    assert "https://portal.example/cb" in run("clients", "show", "portal").stdout
    assert "\tsigns\t" in run("keys", "list").stdout
    assert "signs ES256 from" in run("keys", "rotate", "--alg", "ES256").stdout


@pytest.mark.parametrize(
    ("group", "command"), [(str(group.name), name) for group in cli.COMMANDS for name in group.commands]
)
def test_each_command_teaches_by_an_example(run: Run, group: str, command: str):
    told = run(group, command, "--help").stdout
    assert f"idp {group} {command}" in told
    assert "IDP_OPERATOR" in told or command in ("list", "show", "check", "explain")
