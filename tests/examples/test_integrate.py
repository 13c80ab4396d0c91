"""Each sample of docs/integrate.md does what the page says, against the provider of `make run`, in a real browser."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from examples import invented
from tests.examples.integrating import COMMANDS, Sample, idp, running
from tests.examples.running import Examples, free_ports, started

SLOW = 20_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("integrate")


@pytest.fixture(scope="module")
def examples(folder: Path) -> Iterator[Examples]:
    """The provider, seeded, for all samples."""
    with started(folder, free_ports()) as ready:
        ready.until_ready()
        yield ready


@pytest.fixture(scope="module", params=COMMANDS)
def sample(request: pytest.FixtureRequest, examples: Examples, folder: Path) -> Iterator[Sample]:
    """The sample in each language."""
    with running(request.param, examples, folder) as one:
        yield one


@pytest.fixture(autouse=True)
def _patience(page: Page) -> None:
    page.context.set_default_timeout(SLOW)


def says(page: Page, url: str) -> dict[str, Any]:
    """What the sample answers there, in this browser."""
    page.goto(url)
    return dict(json.loads(page.locator("pre").inner_text()))


def sign_in(page: Page, sample: Sample) -> dict[str, Any]:
    """Sign in as Léa; what the sample knows then."""
    page.goto(f"{sample.url}/login")
    page.locator("[name=email]").fill(invented.LEA.email)
    page.locator("[name=password]").fill(invented.PASSWORD)
    page.locator("main form button.button").last.click()
    page.wait_for_url(f"{sample.url}/")
    return dict(json.loads(page.locator("pre").inner_text()))


def test_a_person_signs_in_and_the_sample_knows_for_which_company(page: Page, sample: Sample):
    assert says(page, sample.url) == {"signed_in": False}
    known = sign_in(page, sample)
    assert known == {"signed_in": True, "name": "Léa Martin", "organization": "Maçonnerie Martin"}


def test_a_token_is_worth_the_same_offline_and_by_introspection(page: Page, sample: Sample):
    sign_in(page, sample)
    judged = says(page, f"{sample.url}/check")
    assert judged["offline"] == judged["online"]["client_id"] == sample.client_id
    assert judged["online"]["active"] is True


def test_tokens_are_refreshed_again_and_again(page: Page, sample: Sample):
    sign_in(page, sample)
    assert [says(page, f"{sample.url}/refresh")["expires_in"] > 0 for _ in range(3)] == [True, True, True]


def test_prompt_create_leads_to_the_opening_of_an_account(page: Page, sample: Sample, examples: Examples):
    page.goto(f"{sample.url}/login?prompt=create")
    assert page.url.startswith(f"{examples.provider}/opening")


def test_an_error_is_answered_as_such(page: Page, sample: Sample):
    assert says(page, f"{sample.url}/login?prompt=none") == {"error": "login_required"}


def test_signing_out_of_the_sample_signs_out_of_the_provider(page: Page, sample: Sample):
    sign_in(page, sample)
    page.goto(f"{sample.url}/logout")
    page.wait_for_url(f"{sample.url}/")
    assert says(page, sample.url) == {"signed_in": False}
    page.goto(f"{sample.url}/login")
    expect(page.locator("[name=password]")).to_be_visible()


def test_whoever_is_signed_out_elsewhere_is_signed_out_of_the_sample(
    page: Page, sample: Sample, examples: Examples, folder: Path
):
    sign_in(page, sample)
    account = json.loads(idp(examples, folder, "accounts", "show", invented.LEA.email, "--json"))["id"]
    idp(examples, folder, "sessions", "end", "--account", account)
    limit = time.monotonic() + 20
    while says(page, sample.url)["signed_in"]:
        assert time.monotonic() < limit, "no logout token came"
        time.sleep(0.2)


def test_a_forged_logout_token_signs_nobody_out(page: Page, sample: Sample):
    sign_in(page, sample)
    for forged in ("", "x", "eyJhbGciOiJub25lIn0.e30."):
        answer = httpx.post(f"{sample.url}/backchannel-logout", data={"logout_token": forged}, trust_env=False)
        assert answer.status_code == 400
    assert says(page, sample.url)["signed_in"] is True
