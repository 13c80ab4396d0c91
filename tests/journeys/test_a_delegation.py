"""A member lets a firm act: offered, accepted, used for another company, stopped, and refused everywhere at once."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Error, Page, expect

from examples import invented
from tests.browser import CHALLENGE, VERIFIER
from tests.examples.running import ROOT, Examples, free_ports, started
from tests.journeys.test_sign_in_to_the_portal import sign_in
from tests.rows import row

FIRM_SIRET = "999 000 045 00016"
COMPANY = "Maçonnerie Martin"
CALLBACK = "http://localhost:9/callback"
"""Nothing listens there: what was sent is read from the request."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="module")
def examples(folder: Path) -> Iterator[Examples]:
    with started(folder, free_ports()) as running:
        running.until_ready()
        yield running


@pytest.fixture
def other(page: Page) -> Iterator[Page]:
    """Another person's browser."""
    context = page.context.browser.new_context(locale="fr-FR", viewport={"width": 360, "height": 640})
    yield context.new_page()
    context.close()


class Program:
    """A client of ours beside the portal, which shows what becomes of its tokens."""

    def __init__(self, examples: Examples, folder: Path) -> None:
        self.provider = examples.provider
        added = ["clients", "add", "--json", "--first-party", "--client-id", "program", "--fund", invented.FUND]
        added += ["--name", "Programme", "--scope", "openid organization", "--redirect-uri", CALLBACK]
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "IDP_ISSUER": examples.provider}
        command = [sys.executable, "-m", "app", *added]
        done = subprocess.run(
            command, cwd=folder, env=environment | {"IDP_OPERATOR": "test"}, capture_output=True, check=True
        )
        secret = json.loads(done.stdout)["client_secret"]
        self.headers = {"Authorization": "Basic " + base64.b64encode(f"program:{secret}".encode()).decode()}

    def signs_in(self, page: Page, siret: str) -> dict[str, Any]:
        """The tokens of who is signed in, for that company."""
        asked = {"client_id": "program", "response_type": "code", "redirect_uri": CALLBACK, "organization": siret}
        asked |= {"scope": "openid organization", "code_challenge": CHALLENGE, "code_challenge_method": "S256"}
        with page.expect_request(lambda request: request.url.startswith(CALLBACK)) as back, suppress(Error):
            page.goto(f"{self.provider}/authorize?{urlencode(asked)}")
        code = parse_qs(urlsplit(back.value.url).query)["code"][0]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
        return dict(self.asks(page, "token", form))

    def asks(self, page: Page, endpoint: str, form: dict[str, str]) -> dict[str, Any]:
        """What an endpoint answers."""
        return dict(page.request.post(f"{self.provider}/{endpoint}", form=form, headers=self.headers).json())

    def userinfo(self, page: Page, tokens: dict[str, Any]) -> int:
        """The status of userinfo."""
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        return page.request.get(f"{self.provider}/userinfo", headers=bearer).status


def offers(page: Page, examples: Examples) -> None:
    page.goto(f"{examples.portal}/login")
    sign_in(page, invented.LEA.email, invented.PASSWORD)
    page.goto(f"{examples.portal}/compte")
    page.get_by_role("link", name="Cabinets comptables").click()
    page.get_by_role("link", name="Donner accès à un cabinet").click()
    page.get_by_label("SIRET du cabinet").fill(FIRM_SIRET)
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("main")).to_contain_text("Cabinet Moreau")
    page.get_by_label("Documents").select_option("act")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("heading", name="Relisez avant d’envoyer")).to_be_visible()
    page.get_by_role("button", name="Donner cet accès").click()
    expect(page.get_by_text("En attente de la réponse du cabinet")).to_be_visible()


def accepts(page: Page, examples: Examples) -> None:
    page.goto(f"{examples.portal}/login")
    sign_in(page, invented.SOFIA.email, invented.PASSWORD)
    page.goto(f"{examples.portal}/compte")
    page.get_by_role("link", name="Mes clients").click()
    page.get_by_role("link", name=f"Répondre {COMPANY}").click()
    page.get_by_role("link", name="Accepter").click()
    page.get_by_role("button", name="Oui, accepter").click()
    expect(page.get_by_role("listitem").filter(has_text=COMPANY)).to_contain_text("En cours")


@row("DLG-1", "DLG-2", "TRS-3")
def test_a_firm_acts_until_it_is_stopped_and_is_refused_at_once(
    examples: Examples, folder: Path, page: Page, other: Page
):
    program = Program(examples, folder)
    offers(page, examples)
    accepts(other, examples)

    other.goto(f"{examples.portal}/organizations")
    other.get_by_role("button", name=COMPANY).click()
    expect(other.get_by_role("banner")).to_contain_text(COMPANY)
    other.goto(f"{examples.portal}/documents")
    expect(other.get_by_role("heading", name="Documents")).to_be_visible()
    expect(other.get_by_text("Attestation de mise à jour")).to_be_visible()
    assert other.goto(f"{examples.portal}/salaries").status == 403

    tokens = program.signs_in(other, "99900001100018")
    said = program.asks(other, "introspect", {"token": tokens["access_token"]})
    (acting,) = said["authorization_details"]
    assert acting["privileges"] == ["documents:read", "documents:act"]
    assert acting["delegation"]["firm"]["name"] == "Cabinet Moreau"
    assert program.userinfo(other, tokens) == 200

    page.get_by_role("link", name="Tous les cabinets").click()
    page.get_by_role("link", name="Voir Cabinet Moreau").click()
    page.get_by_role("link", name="Arrêter").click()
    page.get_by_role("button", name="Oui, arrêter").click()
    expect(page.get_by_text("Arrêtée")).to_be_visible()

    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert program.asks(other, "token", refresh)["error"] == "invalid_grant"
    assert program.asks(other, "introspect", {"token": tokens["access_token"]}) == {"active": False}
    assert program.userinfo(other, tokens) == 401
    other.goto(f"{examples.provider}/delegations")
    expect(other.get_by_role("heading", name="Mes clients")).to_be_visible()  # she is signed in still
    expect(other.get_by_role("main")).not_to_contain_text(COMPANY)
