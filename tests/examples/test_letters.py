"""The letters of the invented members, as they are read in the postbox."""

import re
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from examples import invented, seed
from examples.postbox.letters import Letters
from idp import extensions
from idp.db import db
from idp.registry import directory, enrolment
from tests import worlds
from tests.postboxes import Postbox, letters, postbox

PORTAL = "http://localhost:8001"
ELISE = "Élise Lefort"


@pytest.fixture(scope="module")
def sown(template: worlds.Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, Path]]:
    """A provider and the folder of its examples, seeded."""
    app, folder = template.sqlite(tmp_path_factory.mktemp("provider")), tmp_path_factory.mktemp("var")
    seed.seed(app, PORTAL, folder)
    yield app, folder
    worlds.close(app)


@pytest.fixture
def box(sown: tuple[Flask, Path]) -> Iterator[Postbox]:
    with postbox(sown[1]) as running:
        yield running


def read(address: str) -> httpx.Response:
    return httpx.get(address, trust_env=False)


def test_two_letters_wait_for_each_newcomer_and_their_code_opens_what_their_identifier_names(
    sown: tuple[Flask, Path], box: Postbox
):
    for newcomer in invented.NEWCOMERS:
        person = newcomer.person
        got = letters(box.url, f"{person.given_names} {person.family_name}")
        assert got.identifier == newcomer.number
        with sown[0].app_context(), extensions.postal.place():
            organization = directory.find(invented.FUND, got.identifier)
            assert organization.siret == got.siret.replace(" ", "")
            assert enrolment.check(enrolment.live(db.session(), organization.id), got.code) is not None


def test_nobody_else_was_written_to(box: Postbox):
    told = read(f"{box.url}/messages.json").json()
    assert len(told["messages"]) == 2 * len(invented.NEWCOMERS)
    assert len(told["people"]) == len(invented.NEWCOMERS) + len(invented.PERSONAS)


def test_overseas_the_code_lives_twice_as_long(sown: tuple[Flask, Path]):
    until = {one.address[0]: one.until for one in Letters(sown[1] / "letters").all() if one.kind == "code"}
    assert until["Toitures du Lagon"] != until["Carrelages Lefort"] == until["Roussel Maçonnerie"]


def test_seeded_again_no_letter_is_made_until_someone_asks(sown: tuple[Flask, Path]):
    app, folder = sown
    before = sorted((folder / "letters").iterdir())
    seed.seed(app, PORTAL, folder)
    assert sorted((folder / "letters").iterdir()) == before


def test_letters_said_lost_are_there_after_the_next_start(any_app: Flask, tmp_path: Path):
    seed.seed(any_app, PORTAL, tmp_path)
    seed.command(any_app, "members", "reissue", "--fund", invented.FUND, "VE-3001")
    seed.seed(any_app, PORTAL, tmp_path)
    codes = [one for one in Letters(tmp_path / "letters").all() if one.kind == "code" and "Roussel" in one.address[0]]
    assert [one.reference.rpartition(" ")[2] for one in codes] == ["val-exemple/exemple-1/1", "val-exemple/exemple-2/1"]


def test_without_dejavu_the_letters_are_read_just_as_well(template: worlds.Template, tmp_path: Path):
    app = template.sqlite(tmp_path, letters_fonts=tmp_path / "nothing")
    seed.seed(app, PORTAL, tmp_path)
    worlds.close(app)
    assert {one.number for one in Letters(tmp_path / "letters").all() if one.kind == "welcome"} == {
        one.number for one in invented.NEWCOMERS
    }


def test_a_file_of_many_letters_is_read_letter_by_letter(any_app: Flask, tmp_path: Path):
    seed.seed(any_app, PORTAL, tmp_path)
    folder, numbers = tmp_path / "many", [one.number for one in invented.NEWCOMERS]
    seed.command(any_app, "members", "reissue", "--fund", invented.FUND, *numbers)
    seed.command(any_app, "members", "letters", "--batch", "many", "--out", str(folder))
    found = Letters(folder).all()
    assert [(one.number, one.page) for one in found if one.kind == "welcome"] == [*zip(numbers, (1, 3, 5), strict=True)]
    assert [one.page for one in found if one.kind == "code"] == [1, 2, 3]
    assert {path.name.partition("_many_")[2] for path in folder.glob("*.pdf")} == {"welcome-001.pdf", "code-001.pdf"}


def test_a_letter_is_read_on_its_page_and_the_other_is_in_another_envelope(box: Postbox, page: Page):
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text))
    page.goto(box.url)
    page.get_by_role("navigation").get_by_role("link", name=ELISE).click()
    expect(page.get_by_role("listitem")).to_have_count(2)
    page.get_by_role("link", name=re.compile("Bienvenue : votre identifiant")).click()
    expect(page.get_by_role("article")).to_contain_text("Votre caisse vous ouvre un espace sécurisé")
    expect(page.get_by_role("article")).to_contain_text("Vos données personnelles")
    got = letters(box.url, ELISE)
    expect(page.locator("body")).not_to_contain_text(got.code)
    page.get_by_role("link", name=re.compile("Ouvrir l’autre enveloppe")).click()
    expect(page.get_by_role("article")).to_contain_text(got.code)
    expect(page.get_by_role("article")).to_contain_text("Élise Lefort")
    expect(page.get_by_role("article")).not_to_contain_text(got.identifier)
    assert refused == []


@pytest.mark.parametrize("number", ["code", "siret"])
def test_what_is_to_be_typed_is_copied_by_a_button(box: Postbox, page: Page, number: str):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    wanted = getattr(letters(box.url, ELISE), number)
    code = next(one for one in read(f"{box.url}/messages.json?to={ELISE}").json()["messages"] if one["kind"] == "code")
    page.goto(f"{box.url}/letters/{code['id']}")
    page.locator(".copied", has_text=wanted).get_by_role("button", name="Copier").click()
    expect(page.get_by_role("button", name="Copié")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == wanted


def test_the_pdf_is_the_very_file_of_the_printer(sown: tuple[Flask, Path], box: Postbox):
    for told in read(f"{box.url}/messages.json").json()["messages"]:
        answer = read(told["pdf"])
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.content in {path.read_bytes() for path in (sown[1] / "letters").glob("*.pdf")}


@pytest.mark.parametrize("path", ["letters/nothing-1", "letters/nothing-1/pdf", "letters/..%2Fpeople.json/pdf"])
def test_what_is_no_letter_is_not_found(box: Postbox, path: str):
    assert read(f"{box.url}/{path}").status_code == 404


def test_emptied_of_mails_the_box_keeps_its_letters(box: Postbox, page: Page):
    box.keep("mail", "elise@lefort.example.org", "Bonjour")
    page.goto(f"{box.url}/?to={ELISE}")
    expect(page.get_by_role("listitem")).to_have_count(3)
    page.get_by_role("button", name="Effacer les mails et les SMS").click()
    expect(page.get_by_role("button", name="Effacer les mails et les SMS")).to_have_count(0)
    assert letters(box.url, ELISE).identifier == "VE-3003"


def test_only_its_owner_reads_what_the_people_know(sown: tuple[Flask, Path]):
    assert stat.S_IMODE((sown[1] / "people.json").stat().st_mode) == 0o600


def test_the_pages_fit_a_small_phone(box: Postbox, page: Page):
    page.set_viewport_size({"width": 360, "height": 640})
    shown = read(f"{box.url}/messages.json").json()["messages"]
    for path in ("/", f"/?to={ELISE}", *(f"/letters/{one['id']}" for one in shown)):
        page.goto(f"{box.url}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") == 360
