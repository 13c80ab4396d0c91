"""Letters as PDF."""

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from pypdf import PdfReader, PdfWriter

from idp.registry.letters import drawing
from idp.registry.letters.drawing import Letter, Typeface
from idp.registry.letters.models import CODE, WELCOME
from idp.registry.letters.words import Letterhead
from idp.settings import settings
from tests.idp.registry.letters.conftest import read
from tests.rows import row

MM = 72 / 25.4
TODAY, LAST = date(2026, 11, 25), date(2026, 12, 25)
HEAD = Letterhead(
    name="Caisse du Bâtiment du Val d’Exemple",
    colour="#1f5c4d",
    logo=None,
    contact=("01 99 00 12 34", "contact@caisse.example.org", "caisse.example.org"),
    email="contact@caisse.example.org",
    site="connexion.reseau.example.org",
)
LINES = ("MAÇONNERIE MARTIN", "Mme Žofie Łukaszewicz-Ştefănescu", "BÂT C", "12 RUE DES ÉRABLES", "ZA", "00000 EXEMPLE")
WELCOME_LETTER = Letter("val/vague-1/7", LINES, "VE-1001", None, LAST)
CODE_LETTER = replace(WELCOME_LETTER, number=None, code="K7QF3M9T")


def draw(kind: str, *letters: Letter, head: Letterhead = HEAD, fonts: Path | None = None) -> tuple[bytes, int]:
    return drawing.draw(kind, head, TODAY, letters, Typeface(fonts or settings.letters_fonts))


def placed(content: bytes) -> dict[str, tuple[float, float]]:
    """Each text of the first page's own, with its place in millimetres from the left and the top."""
    found: dict[str, tuple[float, float]] = {}

    def visit(text: str, cm: list[float], tm: list[float], font: object, size: float) -> None:
        if text.strip():
            found[text.strip()] = ((cm[4] + tm[4]) / MM, 297 - (cm[5] + tm[5]) / MM)

    PdfReader(io.BytesIO(content)).pages[0].extract_text(visitor_text=visit)
    return found


@pytest.fixture(autouse=True)
def _context(app: Flask):
    with app.app_context():
        yield


@row("OPN-3")
def test_the_identifier_and_the_code_never_share_a_page():
    (welcome,), (code,) = (read(draw(kind, one)[0]) for kind, one in ((WELCOME, WELCOME_LETTER), (CODE, CODE_LETTER)))
    assert "VE-1001" in welcome.text
    assert welcome.code is None
    assert (code.code, "VE-1001" in code.text) == ("K7QF3M9T", False)


def test_a_code_letter_says_until_when_and_a_welcome_letter_does_not():
    assert "valable jusqu’au 25 décembre 2026 inclus" in read(draw(CODE, CODE_LETTER)[0])[0].text
    assert "2026 inclus" not in read(draw(WELCOME, WELCOME_LETTER)[0])[0].text


@pytest.mark.parametrize(("kind", "letter"), [(WELCOME, WELCOME_LETTER), (CODE, CODE_LETTER)])
def test_both_letters_lead_through_the_two_steps_at_our_one_address(kind: str, letter: Letter):
    (text,) = (" ".join(one.text.split()) for one in read(draw(kind, letter)[0]))
    for words in (
        "Madame, Monsieur,",
        "Le 25 novembre 2026",
        "Je crée mon espace sécurisé",
        "Étape 1 sur 2. Saisissez votre identifiant CIBTP, votre numéro de SIRET et votre code confidentiel provisoire",
        "Étape 2 sur 2. Saisissez deux fois votre adresse mail",
        "cliquez sur son lien",
        "Aucun message de notre part ne vous demandera votre mot de passe",
        "connexion.reseau.example.org",
        HEAD.name,
        "01 99 00 12 34",
    ):
        assert words in text
    assert "http" not in text


def test_the_welcome_letter_tells_on_its_back_what_the_law_asks():
    (letter,) = read(draw(WELCOME, WELCOME_LETTER)[0])
    text = " ".join(letter.text.split())
    for words in ("responsable du traitement", "registre des adhérents", "CNIL", "effacer", "/donnees-personnelles"):
        assert words in text
    assert letter.pages == 2


def test_pages_are_told_and_each_letter_has_its_own():
    letters = [replace(WELCOME_LETTER, reference=f"val/vague-1/{n}", number=f"N{n}") for n in range(1, 4)]
    content, pages = draw(WELCOME, *letters)
    assert (pages, len(PdfReader(io.BytesIO(content)).pages)) == (6, 6)
    assert [one.reference for one in read(content)] == ["val/vague-1/1", "val/vague-1/2", "val/vague-1/3"]
    assert draw(CODE, CODE_LETTER)[1] == 1


def test_the_address_stands_in_the_window_wherever_the_sheet_slides():
    """DL, 110 x 220 mm; its window 35 x 100 mm, 20 mm from the right and the foot; a sheet of 99 x 210 mm moves."""
    found = placed(draw(CODE, CODE_LETTER)[0])
    for line in LINES:
        left, foot = found[line]
        assert left >= 100
        assert 55 + 2.4 <= foot <= 79 - 0.7  # a capital is 2.4 mm high at most, a descender 0.7
    others = [place for text, place in found.items() if text not in LINES]
    assert not [place for place in others if 90 <= place[0] <= 200 and 44 <= place[1] <= 86]


def test_a_long_line_is_made_smaller_and_not_cut():
    line = "W" * 38
    found = placed(draw(CODE, replace(CODE_LETTER, address=(line,)))[0])
    assert line in found


def test_every_letter_of_europe_is_drawn():
    names = "Žofie Łukaszewicz Ştefănescu Çağlar Őry Þóra Ελένη Юлия"
    assert names in read(draw(CODE, replace(CODE_LETTER, address=(names,)))[0])[0].text


def test_where_a_font_has_no_sign_its_base_letter_stands(tmp_path: Path):
    typeface = Typeface(tmp_path)
    assert not typeface.is_complete
    assert typeface.drawable("Émilie Erdő œuvre") == "Émilie Erdo œuvre"
    assert typeface.drawable("中") == "?"
    assert "MAÇONNERIE" in read(draw(CODE, CODE_LETTER, fonts=tmp_path)[0])[0].text


def test_a_name_is_text_and_never_markup():
    head = replace(HEAD, name="Caisse <b>A</b> & Fils", site="a.example.org/<i>")
    assert "Caisse <b>A</b> & Fils" in read(draw(CODE, CODE_LETTER, head=head)[0])[0].text


def test_a_long_name_and_address_never_push_the_foot_off_the_page():
    head = replace(
        HEAD, name="Caisse des congés payés du bâtiment " * 4, site="a-very-long-host-name." * 5 + "example.org"
    )
    content, _ = draw(CODE, CODE_LETTER, head=head)
    assert min(297 - y for _, y in placed(content).values()) > 8


def test_the_logo_of_a_fund_is_printed_once_a_file():
    picture = io.BytesIO()
    Image.new("RGBA", (600, 150), (31, 92, 77, 255)).save(picture, "PNG")
    content, _ = draw(CODE, CODE_LETTER, CODE_LETTER, head=replace(HEAD, logo=picture.getvalue()))
    assert content.count(b"/Subtype /Image") in (1, 2)  # and its mask


def test_a_letter_holds_no_form_script_or_link():
    content, _ = draw(WELCOME, WELCOME_LETTER)
    writer = PdfWriter(clone_from=io.BytesIO(content))
    assert not any(page.get("/Annots") for page in writer.pages)
    assert not {"/OpenAction", "/AcroForm", "/Names"} & set(writer.root_object)
