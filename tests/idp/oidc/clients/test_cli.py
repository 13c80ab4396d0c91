"""`idp clients apply | check` and `idp resources`, as an operator or a program uses them."""

import json
import re
import stat

import pytest
import sqlalchemy as sa
import yaml

from idp.audit.models import AuditEvent
from idp.db import db
from idp.oidc import cli
from idp.oidc.models import registered
from idp.oidc.models.client import Client
from tests.commands import ROOT
from tests.rows import row

API = "https://api.example/invoices"
APIS = {"resources": [{"identifier": API, "name": "Factures", "scopes": {"invoices:read": "Vos factures"}}]}
PORTAL = {"client_id": "portal", "name": "Portail", "redirect_uris": ["https://portal.example/callback"]}
PROGRAM = {
    "client_id": "program",
    "name": "Logiciel",
    "grant_types": ["client_credentials"],
    "response_types": [],
    "resources": [API],
    "scopes": ["invoices:read"],
}
FILES = re.compile(
    r"```yaml\n# (\S+): idp (clients|resources) apply \S+ --operator lea( --secrets-to \S+)?\n(.*?)```", re.DOTALL
)
BOTH = {"clients": [PORTAL, PROGRAM]}


@pytest.fixture
def run(any_app, tmp_path):
    """Run a command as Léa, an operator; a dict among its words is a file."""
    groups = {str(group.name): group for group in cli.COMMANDS}

    def invoke(group, *words, operator="lea"):
        for number, word in enumerate(words):
            if isinstance(word, dict):
                (tmp_path / f"{number}.yaml").write_text(yaml.safe_dump(word, allow_unicode=True))
        words = [str(tmp_path / f"{n}.yaml") if isinstance(word, dict) else str(word) for n, word in enumerate(words)]
        return any_app.test_cli_runner().invoke(groups[group], words, env={"IDP_OPERATOR": operator})

    return invoke


@pytest.fixture
def secrets(tmp_path):
    return tmp_path / "secrets.json"


@pytest.fixture
def audited(any_app):
    """The events written so far, with their operator."""

    def read():
        with any_app.app_context():
            events = db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id))
            return [(event.event, event.operator) for event in events]

    return read


def told(done):
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_clients_and_apis_are_applied_and_again_nothing_changes(run, secrets, audited):
    assert told(run("resources", "apply", APIS, "--json"))["applied"][0]["outcome"] == "added"
    first = told(run("clients", "apply", BOTH, "--secrets-to", secrets, "--json"))
    assert [(one["name"], one["outcome"]) for one in first["applied"]] == [("portal", "added"), ("program", "added")]
    before = audited()
    for again in (run("clients", "apply", BOTH, "--json"), run("resources", "apply", APIS, "--json")):
        assert {one["outcome"] for one in told(again)["applied"]} == {"unchanged"}
    assert audited() == before


@row("ADM-1")
def test_each_change_is_audited_with_its_operator(run, secrets, audited):
    run("resources", "apply", APIS)
    run("clients", "apply", BOTH, "--secrets-to", secrets)
    run("clients", "apply", {"clients": [PORTAL | {"name": "Espace"}]})
    run("resources", "disable", API)
    names = ("resource:added", "client:added", "client:added", "client:changed", "resource:disabled")
    assert audited() == [(f"oidc:{name}", "lea") for name in names]


@row("ADM-1")
def test_secrets_are_written_once_to_a_file_that_only_its_owner_reads_and_nowhere_else(run, any_app, secrets):
    run("resources", "apply", APIS)
    done = run("clients", "apply", BOTH, "--secrets-to", secrets)
    written = json.loads(secrets.read_text())
    assert written.keys() == {"portal", "program"}
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    with any_app.app_context():
        for client_id, secret in written.items():
            assert secret not in done.output
            registered.forget()
            assert registered.find(client_id).check_client_secret(secret)


@row("ADM-1")
def test_without_a_place_for_secrets_nothing_is_made(run, any_app, secrets):
    run("resources", "apply", APIS)
    refused = run("clients", "apply", BOTH)
    assert refused.exit_code == 1
    assert "--secrets-to" in refused.stderr
    secrets.write_text("what stood there")
    taken = run("clients", "apply", BOTH, "--secrets-to", secrets)
    assert (taken.exit_code, secrets.read_text()) == (1, "what stood there")
    with any_app.app_context():
        assert Client.all() == []


def test_the_files_of_the_documentation_are_applied_in_their_order(run, any_app, tmp_path):
    text = (ROOT / "docs" / "apis.md").read_text(encoding="utf-8")
    files = FILES.findall(text)
    assert [name for name, *_ in files] == ["server.yaml", "apis.yaml", "callers.yaml"]
    for name, group, secrets, described in files:
        words = ("--secrets-to", tmp_path / f"{name}.json") if secrets else ()
        assert run(group, "apply", yaml.safe_load(described), *words).exit_code == 0
    with any_app.app_context():
        assert [client.client_id for client in Client.all()] == ["invoices-server", "nightly", "paie"]
        assert Client.by_client_id("paie").sector == "paie.example.org"


def test_a_dry_run_tells_all_and_changes_nothing(run, any_app, secrets, audited):
    assert "dry run" in run("resources", "apply", APIS, "--dry-run").stdout
    run("resources", "apply", APIS)
    before = audited()
    done = run("clients", "apply", BOTH, "--dry-run", "--secrets-to", secrets)
    assert "portal\tadded" in done.stdout
    assert "+ https://portal.example/callback" in done.stdout
    assert not secrets.exists()
    assert audited() == before


def test_a_person_reads_what_changes(run, secrets):
    run("clients", "apply", {"clients": [PORTAL]}, "--secrets-to", secrets)
    moved = PORTAL | {"redirect_uris": ["https://portal.example/new"]}
    lines = run("clients", "apply", {"clients": [moved]}).stdout.splitlines()
    assert lines == [
        "portal\tchanged",
        "    redirect_uris",
        "      - https://portal.example/callback",
        "      + https://portal.example/new",
    ]


def test_what_is_refused_changes_nothing_and_every_reason_is_told(run, any_app, secrets):
    bad = {"clients": [PORTAL, PROGRAM | {"name": ""}]}  # its API is not registered either
    done = run("clients", "apply", bad, "--secrets-to", secrets)
    assert done.exit_code == 1
    assert done.stderr.count("refused: program:") >= 2
    assert "nothing was changed" in done.stderr
    assert run("resources", "apply", {"resources": [{"identifier": "x", "name": "y"}]}).exit_code == 1
    with any_app.app_context():
        assert Client.all() == []
    assert not secrets.exists()


def test_a_sector_that_cannot_be_read_is_refused(run, secrets):
    lost = PORTAL | {"subject_type": "pairwise", "sector_identifier_uri": "http://127.0.0.1:1/sector.json"}
    done = run("clients", "apply", {"clients": [lost]}, "--secrets-to", secrets)
    assert done.exit_code == 1
    assert "portal: sector_identifier_uri" in done.stderr


@pytest.mark.parametrize(
    "words", [("clients", "apply", BOTH), ("resources", "apply", APIS), ("resources", "disable", API)]
)
def test_nothing_changes_without_an_operator(run, audited, words):
    done = run(*words, operator="")
    assert done.exit_code == 2
    assert "--operator" in done.stderr
    assert audited() == []


def test_apis_are_listed_shown_and_disabled(run):
    run("resources", "apply", APIS)
    assert run("resources", "list").stdout == f"{API}\tFactures\tinvoices:read\n"
    assert told(run("resources", "show", API, "--json"))["scopes"] == {"invoices:read": "Vos factures"}
    assert "invoices:read" in run("resources", "show", API).stdout
    assert "disabled_at" in run("resources", "disable", API).stdout
    assert "disabled" in run("resources", "list").stdout
    assert [one["identifier"] for one in told(run("resources", "list", "--json"))] == [API]
    for command in ("show", "disable"):
        assert run("resources", command, "https://api.example/none").exit_code == 1


def test_the_check_tells_what_to_do_and_fails_only_on_faults(run, secrets):
    assert (run("clients", "check").exit_code, run("clients", "check").stdout) == (0, "nothing to say\n")
    run("clients", "apply", {"clients": [PORTAL]}, "--secrets-to", secrets)
    advice = run("clients", "check", "portal")
    assert advice.exit_code == 0
    assert "portal\tadvice\tbackchannel_logout_uri: none\n    people stay signed in there" in advice.stdout
    run("clients", "apply", {"clients": [PORTAL | {"require_pkce": False}]})
    unsafe = run("clients", "check", "--json")
    assert unsafe.exit_code == 1
    assert json.loads(unsafe.stdout)["clients"]["portal"][0]["level"] == "unsafe"
    assert run("clients", "check", "nobody").exit_code == 1
