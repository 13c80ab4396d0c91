"""`idp passwords`: the operator's list of stolen passwords, and the settings that demand it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app import cli
from idp.errors import SettingsRefused
from keys.breached import Breached
from tests import builders, worlds
from tests.idp.accounts.resets import NEW, asks, chooses, link_to
from tests.rows import row
from tests.stolen import a_list, listed
from tests.worlds import Template

STOLEN = [f"Trois-Grues-{number}" for number in range(50)]
LIST = b"".join(listed(*STOLEN))
COMMAND = ("passwords", "import-breached")


def run(*words: str, given: bytes | None = None, **environment: str) -> Result:
    return CliRunner().invoke(cli, [*COMMAND, *words], input=given, env=environment)


@pytest.fixture
def source(tmp_path: Path) -> str:
    (tmp_path / "list.txt").write_bytes(LIST)
    return str(tmp_path / "list.txt")


@row("PWD-2")
def test_a_published_list_becomes_the_file_that_the_settings_name(tmp_path: Path, source: str):
    made = tmp_path / "var" / "breached"
    done = run(source, IDP_BREACHED_PASSWORDS=str(made))
    assert (done.exit_code, "50 passwords of 50 lines" in done.output) == (0, True)
    assert all(password in Breached(made) for password in STOLEN)
    assert [path.name for path in made.parent.iterdir()] == ["breached"]


def test_programs_read_json_and_write_to_standard_input(tmp_path: Path):
    done = run("-", "--to", str(tmp_path / "b"), "--json", given=LIST)
    assert json.loads(done.stdout) == {"file": str(tmp_path / "b"), "read": 50, "kept": 50}


def test_what_was_seen_too_rarely_may_be_left_out(tmp_path: Path, source: str):
    done = run(source, "--to", str(tmp_path / "b"), "--at-least", "4")
    assert (done.exit_code, "no hash" in done.output) == (1, True)


@row("PWD-2")
def test_a_bad_list_leaves_the_former_file_as_it_was(tmp_path: Path, source: str):
    made = tmp_path / "breached"
    run(source, "--to", str(made))
    before = made.read_bytes()
    done = run("-", "--to", str(made), given=LIST + b"password\n")
    assert (done.exit_code, "line 51" in done.output, "nothing was changed" in done.output) == (1, True, True)
    assert made.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"breached", "list.txt"}


def test_a_former_file_goes_on_serving_who_opened_it(tmp_path: Path, source: str):
    made = tmp_path / "breached"
    run(source, "--to", str(made))
    opened = Breached(made)
    run("-", "--to", str(made), given=b"".join(listed("Autre-Grue-Rouge-5")))
    assert STOLEN[0] in opened
    assert STOLEN[0] not in Breached(made)


def test_a_file_that_cannot_be_written_is_said(source: str):
    done = run(source, "--to", "/proc/breached")
    assert (done.exit_code, "nothing was changed" in done.output) == (1, True)


@row("PWD-2")
@pytest.mark.parametrize("content", [None, b"", b"another file"], ids=["missing", "empty", "another"])
def test_nothing_starts_with_a_list_that_cannot_be_read(template: Template, tmp_path: Path, content: bytes | None):
    path = tmp_path / "breached"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsRefused, match="IDP_BREACHED_PASSWORDS"):
        template.sqlite(tmp_path, breached_passwords=path)


@row("PWD-2")
def test_a_stolen_password_is_refused_on_the_page_and_the_link_stays_good(template: Template, tmp_path: Path):
    app = template.sqlite(tmp_path, breached_passwords=a_list(tmp_path, NEW))
    with app.app_context():
        lea = builders.an_account()
    asks(app, lea.email)
    page = chooses(app, link_to(app, lea.email))
    assert (page.status, "a été volé sur un autre site" in page.text) == (422, True)
    assert "est changé" in chooses(app, link_to(app, lea.email), "Autre-Grue-Rouge-5").text
    worlds.close(app)
