"""A fund with members to write to, and letters read back from their PDF files."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from pypdf import PdfReader

from idp.db import db, new_id, unit_of_work
from idp.extensions import postal
from idp.registry import enrolment
from idp.registry.letters import notices
from idp.registry.letters.batch import Press
from idp.registry.letters.drawing import Typeface
from idp.registry.letters.words import Told
from idp.registry.models import EnrolmentCode, Fund, Organization
from idp.settings import settings
from tests.builders import a_fund, an_organization

ADDRESS = ["12 RUE DES ÉRABLES", "00000 EXEMPLE"]


@dataclass(frozen=True)
class Read:
    """What a letter says, page by page."""

    reference: str
    text: str
    pages: int

    @property
    def code(self) -> str | None:
        """The provisional code it carries."""
        found = re.search(r"^([0-9A-Z]{4}) ([0-9A-Z]{4})$", self.text, re.MULTILINE)
        return found and found[1] + found[2]


@pytest.fixture
def house(any_app: Flask) -> Iterator[Flask]:
    """An application on each database, at hand."""
    with any_app.app_context():
        yield any_app
        db.session.rollback()


@pytest.fixture
def press(tmp_path: Path) -> Callable[..., Press]:
    """Files of three letters, in a folder of its own, as anybody may read them."""

    def make(**changed: object) -> Press:
        values = {"folder": tmp_path / "letters", "recipient": None, "per_file": 3}
        with_fonts = {"typeface": Typeface(settings.letters_fonts)}
        return Press(**(values | with_fonts | changed))

    return make


def a_fund_with(members: int, notices: int = 0) -> Fund:
    """A fund whose members have an address; so many of them are to be told of a mandate too."""
    fund = a_fund()
    for number in range(members):
        organization = an_organization(fund, number=f"N{number:03}", address=ADDRESS)
        if number < notices:
            asks(organization)
    return fund


def asks(organization: Organization, **changed: object) -> UUID:
    """Let a letter about a mandate wait for the next batch; the id of what it is about."""
    about_id = new_id()
    with unit_of_work():
        notices.ask(organization, about_id, replace(TOLD, **changed))
    return about_id


TOLD = Told(
    "Un cabinet peut agir", "Elle est enregistrée.", "Ce qui est signé", ["Cabinet <Œuvre> & Fils"], "Appelez-nous."
)


def read(content: bytes) -> list[Read]:
    """The letters of a PDF file; a page without a reference is the back of the one before."""
    letters: list[Read] = []
    for page in PdfReader(io.BytesIO(content)).pages:
        text = page.extract_text().replace("\u00a0", " ")
        found = re.search(r"Référence : (\S+)", text)
        if found:
            letters.append(Read(found[1], text, 1))
        else:
            former = letters.pop()
            letters.append(Read(former.reference, f"{former.text}\n{text}", former.pages + 1))
    return letters


def read_all(folder: Path, kind: str) -> list[Read]:
    """Every letter of a kind in a folder, in the order of its files."""
    return [letter for path in sorted(folder.glob(f"*_{kind}-*.pdf")) for letter in read(path.read_bytes())]


def opens(letter: Read) -> Organization | None:
    """The organization whose code a letter carries, if it is the one on its reference."""
    fund, batch, position = letter.reference.split("/")
    with unit_of_work(writes=False):
        code = EnrolmentCode.by_reference(fund, batch, int(position))
        organization = code and Organization.by_id(code.organization_id)
        among = enrolment.live(db.session(), organization and organization.id)
        with postal.place():
            found = enrolment.check(among, letter.code or "")
        return organization if code and found == code.id else None
