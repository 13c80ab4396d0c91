"""docs/operations.md, command by command and in its order, from an empty machine to a member who is signed in."""

import re
import time
from collections.abc import Iterator

import pytest

from examples.postbox.letters import Letters
from tests import servers
from tests.browser import Browser
from tests.builders import Portal
from tests.machine import HOST, ROOT, Machine, machine
from tests.openings import ACTIVATED, PASSWORD, SENT
from tests.proxied import Proxied

PAGE = ROOT / "docs" / "operations.md"
_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EMAIL = "elise@example.com"
PORTAL = Portal(id=None, client_id="portal", secret=None, redirect_uri="https://portal.example.com/callback")  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def empty() -> Iterator[Machine]:
    """A machine on which nothing was done."""
    with servers.short_folder("op") as home, machine(home) as made:
        yield made


def blocks() -> list[str]:
    return _BLOCK.findall(PAGE.read_text())


def letters_of(made: Machine) -> dict[str, str]:
    """What the member holds, once the printer has opened what was sealed."""
    for path in (made.home / "srv/idp/letters").rglob("*.p7m"):
        path.with_suffix("").write_bytes(made.printer.open(path.read_bytes()))
    return {letter.kind: letter.number for letter in Letters(made.home / "srv/idp/letters").all()}


def link_of(made: Machine) -> str:
    """The path of the link in the mail that the courier brought."""
    limit = time.monotonic() + 60
    while not (items := made.box.items(EMAIL)):
        assert time.monotonic() < limit, made.log()
        time.sleep(0.1)
    (link,) = re.findall(rf"^https://{HOST}(/\S*)\s*$", items[0].text, flags=re.MULTILINE)
    return str(link)


def opens_an_account(made: Machine) -> None:
    """Step 1, step 2, mail, activation."""
    held, browser = letters_of(made), Browser(Proxied(made))  # type: ignore[arg-type]
    browser.get("/opening")
    browser.submit(number=held["welcome"], siret="99900009400022", code=held["code"])
    typed = {"email": EMAIL, "email_again": EMAIL, "password": PASSWORD, "password_again": PASSWORD, "terms": "y"}
    page = browser.submit(**typed)
    assert page.title.startswith(SENT), page.title
    browser.get(link_of(made))
    assert ACTIVATED in browser.submit().title


def signs_in(made: Machine) -> bool:
    """Whether the member comes back to the portal with a code."""
    browser = Browser(Proxied(made))  # type: ignore[arg-type]
    browser.asks(PORTAL)
    page = browser.submit(email=EMAIL, password=PASSWORD)
    return bool(page.location and page.location.startswith(PORTAL.redirect_uri) and page.answer.get("code"))


def test_a_unit_leaves_its_program_little_to_harm(empty: Machine):
    """As systemd itself judges, from 0 to 10."""
    units = sorted((empty.home / "opt/idp/source/deploy").glob("*.service"))
    assert len(units) == 4
    for unit in units:
        empty.run(f"systemd-analyze security --offline=yes --threshold=20 {unit}")


def test_each_path_of_deploy_is_named_by_the_page_or_by_a_unit():
    told = PAGE.read_text() + (ROOT / "deploy/idp.service").read_text()
    for path in (ROOT / "deploy").iterdir():
        assert path.name in told or f"deploy/*{path.suffix}" in told, path


@pytest.mark.timeout(900)
def test_every_command_of_the_page_works_in_its_order(empty: Machine):
    for block in blocks():
        empty.run(block)
        if "members letters" in block:
            opens_an_account(empty)
            assert signs_in(empty)
        if "idp-as owner restore" in block:
            ready(empty)
            assert signs_in(empty)
        if "clients rotate-secret" in block or "keys remove" in block:
            assert signs_in(empty)
    ready(empty)
    assert not signs_in(empty), "without the master key, no password is known"


def ready(made: Machine) -> None:
    """Wait until the server answers again."""
    again = "--retry 60 --retry-connrefused --retry-delay 1"
    made.run(f"curl --fail --silent {again} http://127.0.0.1:8000/livez --header 'Host: {HOST}'")
