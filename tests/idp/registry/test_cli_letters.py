"""The commands of the letters, as an operator types them."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from idp import clock
from idp.db import db
from idp.registry import cli
from idp.registry.models import EnrolmentCode, Fund, Organization
from tests import worlds
from tests.idp.registry.letters.conftest import a_fund_with, asks
from tests.printers import a_printer
from tests.rows import row


@pytest.fixture
def fund(app: Flask) -> str:
    with app.app_context():
        return a_fund_with(4).code


def idp(app: Flask, *words: str, **options: Any) -> Result:
    return app.test_cli_runner().invoke(cli.members, [*words, "--operator", "lea"], **options)


def test_a_batch_is_made_and_told_file_by_file(app: Flask, fund: str, tmp_path: Path):
    done = idp(app, "letters", "--batch", "2026-11", "--out", str(tmp_path / "l"), "--per-file", "3")
    assert done.exit_code == 0, done.output
    assert done.stdout == f"{fund}\t4 letters\twelcome: 2 files, code: 2 files\n"
    assert done.stderr.splitlines()[0] == f"{fund}_2026-11_welcome-001.pdf: 3 letters"
    again = idp(app, "letters", "--batch", "2026-11", "--out", str(tmp_path / "l"))
    assert again.stdout == f"{fund}\t2026-11 was made before: 4 letters\n"
    nobody = idp(app, "letters", "--batch", "2026-12", "--out", str(tmp_path / "l"))
    assert nobody.stdout == f"{fund}\t0 letters\tnobody is to be written to\n"


def test_programs_read_json_and_no_code_is_printed(app: Flask, fund: str, tmp_path: Path):
    done = idp(app, "letters", "--batch", "a", "--fund", fund, "--out", str(tmp_path / "l"), "--json", "--kind", "code")
    (told,) = json.loads(done.stdout)
    assert (told["fund"], told["letters"], told["without_address"], told["made_before"]) == (fund, 4, [], False)
    assert [file["letters"] for file in told["files"]["code"]] == [4]
    assert done.stderr == ""


@pytest.mark.parametrize("name", ["Vague 1", "a/b", "../a", "", "a_b", "é"])
def test_a_batch_has_a_plain_name(app: Flask, fund: str, tmp_path: Path, name: str):
    done = idp(app, "letters", "--batch", name, "--out", str(tmp_path / "l"))
    assert done.exit_code == 2
    assert not (tmp_path / "l").exists()


def test_an_unknown_fund_is_refused(app: Flask, tmp_path: Path):
    done = idp(app, "letters", "--batch", "a", "--fund", "nowhere", "--out", str(tmp_path / "l"))
    assert (done.exit_code, done.stderr) == (1, "refused: 'nowhere' is no fund here\n")


@row("OPN-3")
def test_production_makes_no_letter_that_anybody_could_read(postgres_template, tmp_path: Path):
    app = postgres_template.copy(tmp_path)
    with app.app_context():
        a_fund_with(1)
        app.extensions["settings"] = app.extensions["settings"].model_copy(update={"issuer": "https://id.example.org"})
        refused = idp(app, "letters", "--batch", "a", "--out", str(tmp_path / "l"))
        assert (refused.exit_code, "IDP_LETTERS_CERTIFICATE" in refused.stderr) == (1, True)
        assert not (tmp_path / "l").exists()
        printer = a_printer(tmp_path, clock.now())
        sealed = {"letters_certificate": printer.certificate}
        app.extensions["settings"] = app.extensions["settings"].model_copy(update=sealed)
        assert idp(app, "letters", "--batch", "a", "--out", str(tmp_path / "l")).exit_code == 0
        assert {path.suffix for path in (tmp_path / "l").iterdir()} == {".p7m", ".json", ""}
        fonts = app.extensions["settings"].model_copy(update={"letters_fonts": tmp_path})
        app.extensions["settings"] = fonts
        assert "IDP_LETTERS_FONTS" in idp(app, "letters", "--batch", "b", "--out", str(tmp_path / "l")).stderr
    worlds.close(app)


def test_a_certificate_that_cannot_be_used_is_refused(template, tmp_path: Path):
    app = template.sqlite(tmp_path, letters_certificate=tmp_path / "none.pem")
    done = idp(app, "letters", "--batch", "a", "--out", str(tmp_path / "l"))
    assert (done.exit_code, done.stderr.startswith("refused: IDP_LETTERS_CERTIFICATE: ")) == (1, True)


def test_letters_are_sent_again_all_or_none(app: Flask, fund: str):
    refused = idp(app, "reissue", "--fund", fund, "N001", "N009")
    assert (refused.exit_code, refused.stderr) == (1, f"refused: N009: no such number in {fund}\n")
    assert _waiting(app, fund, "N001") == 0
    done = idp(app, "reissue", "--fund", fund, "N001", "N002")
    assert done.stdout == "2 organizations: their letters leave with the next batch\n"
    assert _waiting(app, fund, "N001") == 1
    again = idp(app, "reissue", "--fund", fund, "N001")
    assert again.stderr == "refused: N001: its letters leave with the next batch\n"


@row("OPN-3")
def test_returned_letters_are_told_by_their_references(app: Flask, fund: str, tmp_path: Path):
    idp(app, "letters", "--batch", "a", "--out", str(tmp_path / "l"))
    file = tmp_path / "returned.txt"
    file.write_text(f"\ufeff{fund}/a/1\r\n\r\n{fund}/a/3\r\n", encoding="utf-8")
    assert idp(app, "returned", str(file)).stdout == "2 codes killed, 0 known already or used\n"
    assert idp(app, "returned", str(file)).stdout == "0 codes killed, 2 known already or used\n"
    refused = idp(app, "returned", "-", input="nobody\n")
    assert (refused.exit_code, refused.stderr) == (1, "refused: line 1: 'nobody' is the reference of no letter\n")


@row("OPN-3")
def test_a_letter_about_a_mandate_that_came_back_is_told_and_sent_again(app: Flask, fund: str, tmp_path: Path):
    with app.app_context():
        known = Fund.by_code(fund)
        organization = known and Organization.by_number(known.id, "N002")
        assert organization is not None
        asks(organization)
    idp(app, "letters", "--batch", "a", "--out", str(tmp_path / "l"))
    told = idp(app, "returned", "-", input=f"{fund}/a/5\n{fund}/a/1\n")
    assert told.stdout == "1 codes killed, 0 known already or used, 1 letters about mandates\n"
    idp(app, "reissue", "--fund", fund, "N002")
    again = idp(app, "letters", "--batch", "b", "--out", str(tmp_path / "l"), "--kind", "mandate")
    assert again.stdout.endswith("\tmandate: 1 files\n")


def _waiting(app: Flask, fund: str, number: str) -> int:
    with app.app_context():
        known = Fund.by_code(fund)
        organization = known and Organization.by_number(known.id, number)
        try:
            return len(EnrolmentCode.of(organization.id)) if organization else -1
        finally:
            db.session.rollback()
