"""Every journey with marked secrets, at DEBUG, and where pages fail: none stands where it should not (AUD-4)."""

import base64
import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import cli
from idp.accounts.models import Account
from idp.accounts.opening.models import Opening
from idp.db import db
from idp.delivery.courier import Courier
from idp.delivery.transports.memory import Memory
from idp.web import logs
from tests import builders, canaries, servers, worlds
from tests.browser import ISSUER, VERIFIER, Browser, Page
from tests.builders import Member
from tests.canaries import Canaries
from tests.mailbox import link_in, mails_to, messages_to
from tests.openings import MOBILE, MOBILE_E164, two_letters
from tests.relying_party import RelyingParty, Reply
from tests.rows import row

Broken = Callable[[], AbstractContextManager[None]]
EMAIL, LOCAL = "ines.canari@toitures-boreales.example.org", "ines.canari"
CODE, WRONG_CODE = "K7PF3M9T", "ZZ7Q4W8X"
PASSWORD, NEW, WRONG = "Canari-Jaune-4271!", "Canari-Vert-8836!", "Canari-Rouge-1905!"


@dataclass
class World:
    """An application, what was noted in it, and how it breaks before each form is really sent."""

    app: Flask
    broken: Broken | None = None
    seen: Canaries = field(default_factory=Canaries)
    statuses: set[int] = field(default_factory=set)

    def browser(self) -> "Watched":
        return Watched(self.app, self)

    def fails(self, *attempts: Callable[[], int]) -> None:
        """Try this while the house is broken, if it is to be."""
        for attempt in attempts if self.broken else ():
            with self.broken():
                self.statuses.add(attempt())


@dataclass
class Watched(Browser):
    """A browser whose cookies are noted, and whose forms meet a broken house first."""

    world: World

    def post(self, url: str, data: dict[str, str], **options: Any) -> Page:
        self.world.seen.secret("form token", data.get("csrf_token"))
        with self.world.broken() if self.world.broken else nullcontext():
            response = self.client.post(url, data=data, base_url=ISSUER, **options)
        self.world.statuses.add(response.status_code)
        if response.status_code < 500:
            return self._follow(response, url)
        while (page := super().post(url, data, **options)).status == 503:  # as it says: come back in a moment
            time.sleep(1)
        return page

    def _follow(self, response: Any, url: str) -> Page:
        page = super()._follow(response, url)
        self.world.seen.secret("cookie", *(cookie.value for cookie in self.client._cookies.values()))
        return page


def opening(world: World) -> Member:
    """Two letters, a wrong code, the mobile certified, the mail, the account."""
    letters, browser, seen = two_letters(world.app, code=CODE), world.browser(), world.seen
    seen.secret("postal code", CODE, WRONG_CODE)
    seen.secret("password", PASSWORD)
    seen.person("address", EMAIL, LOCAL)
    seen.person("name", "Dubois", "Inès", "Toitures")
    seen.person("number", MOBILE, MOBILE_E164, MOBILE.replace(" ", ""))
    browser.get("/opening")
    browser.submit(**letters.typed | {"code": WRONG_CODE})
    browser.submit(**letters.typed)
    browser.submit(choice="certify", mobile=MOBILE)
    code = messages_to(world.app, MOBILE_E164)[-1].text[-6:]
    seen.secret("SMS code", code)
    browser.submit(choice="verify", mobile=MOBILE, code=code)
    twice = {"email_again": EMAIL, "password": PASSWORD, "password_again": PASSWORD}
    browser.submit(email=EMAIL, mobile=MOBILE, **twice)
    with world.app.app_context():
        seen.secret("password hash", *db.session.scalars(sa.select(Opening.password_hash)))
    follow(world, browser)
    assert "est activé" in browser.submit().text
    with world.app.app_context():
        account = db.session.scalar(sa.select(Account))
        return Member(account.id, EMAIL, PASSWORD, account.name)


def follow(world: World, browser: Browser) -> None:
    """Open the link of the newest mail."""
    link = link_in(mails_to(world.app, EMAIL)[-1])
    world.seen.secret("mail token", re.split(r"[/?]", link)[2])
    browser.get(link)


def signing_in(world: World, member: Member) -> None:
    """A wrong password, the right one, tokens, and out again."""
    with world.app.app_context():
        portal = builders.a_client()
    assert portal.secret
    party, browser, seen = RelyingParty(world.app, portal), world.browser(), world.seen
    seen.secret("client secret", portal.secret)
    seen.secret("Basic", base64.b64encode(f"{portal.client_id}:{portal.secret}".encode()).decode())
    seen.secret("verifier", VERIFIER)
    seen.secret("wrong password", WRONG)
    browser.asks(portal)
    browser.submit(email=EMAIL, password=WRONG)
    code = browser.submit(email=EMAIL, password=member.password).answer["code"]
    seen.secret("authorization code", code)
    world.fails(lambda: party.redeems(code).status)
    code = browser.asks(portal, scope="openid offline_access email phone").answer["code"]
    seen.secret("authorization code", code)
    tokens = party.redeems(code)
    for _ in range(2):
        for name in ("access_token", "refresh_token", "id_token"):
            seen.secret(name, tokens[name])
        access, refresh = tokens["access_token"], tokens["refresh_token"]
        world.fails(partial(status, party.userinfo, access), partial(status, party.refreshes, "x" * 43))
        party.userinfo(access)
        tokens = party.refreshes(refresh)
    party.revokes(tokens["refresh_token"])
    browser.get("/end_session", query_string={"id_token_hint": tokens["id_token"]})


def status(ask: Callable[[str], Reply], token: str) -> int:
    return ask(token).status


def forgetting(world: World, member: Member) -> None:
    """The password forgotten, and a new one."""
    browser = world.browser()
    world.seen.secret("new password", NEW)
    browser.get("/password-reset")
    browser.submit(email=EMAIL)
    follow(world, browser)
    assert "est changé" in browser.submit(password=NEW, password_again=NEW).text


def certifying(world: World, member: Member) -> None:
    """The address certified again, on the way to a portal."""
    with world.app.app_context():
        portal = builders.a_client()
        builders.the_account(member).email.certified_at = None
        db.session.commit()
    browser = world.browser()
    browser.asks(portal)
    browser.submit(email=EMAIL, password=NEW)
    browser.submit(choice="send")
    follow(world, world.browser())
    reader = world.browser()
    reader.get(link_in(mails_to(world.app, EMAIL)[-1]))
    assert "Merci" in reader.submit().text


def all_journeys(world: World) -> tuple[bytes, Member]:
    """One after the other: the log, and whose they were."""
    log = StringIO()
    logs.configure("DEBUG", log)
    member = opening(world)
    for journey in (signing_in, forgetting, certifying):
        journey(world, member)
    return log.getvalue().encode(), member


def deliver(app: Flask) -> list[str]:
    """All mail and SMS leave; what they said."""
    mails, texts = Memory[Any](), Memory[Any]()
    Courier(app.app_context, app.extensions["settings"], {"mail": lambda: mails, "sms": lambda: texts}).deliver_due()
    return [sent.text for sent in (*mails.sent, *texts.sent)]


def told(app: Flask, member: Member) -> bytes:
    """What an operator is shown."""
    commands = ("outbox list", f"accounts show {EMAIL}", f"sessions list --account {member.id}", "clients list")
    results = [app.test_cli_runner().invoke(cli, [*command.split(), "--json"]) for command in commands]
    assert [result.exit_code for result in results] == [0] * len(commands)
    return "\n".join(result.output for result in results).encode()


def leaks(world: World, log: bytes, member: Member) -> dict[str, set[str]]:
    """What stands where, and should not."""
    app, seen = world.app, world.seen
    store = canaries.shortlived(app)
    found = {
        "log": seen.secrets_in(log) | seen.persons_in(log),
        "database": seen.secrets_in(canaries.database(app)) - {"password hash"},
        "audit and outbox": seen.persons_in(canaries.database(app, "audit_event", "outgoing_message")),
        "short-lived store": seen.secrets_in(store) | seen.persons_in(store),
        "commands": seen.secrets_in(told(app, member)),
    }
    return {where: names for where, names in found.items() if names}


@row("AUD-4")
def test_no_journey_leaves_a_secret_anywhere(any_app: Flask):
    world = World(any_app)
    log, member = all_journeys(world)
    assert {"mail token", "SMS code"} <= world.seen.secrets_in("".join(deliver(any_app)).encode())
    assert b"web:request:answered" in log
    assert leaks(world, log, member) == {}


COLUMNS = (
    "account.family_name", "attempt.tries", "audit_event.details", "email_address.typed", "opening.fixed",
    "outgoing_message.facts", "phone_number.number", "proof.digest", "session.methods",
)  # fmt: skip
"""One in each table, which will be missing: SQLAlchemy quotes the statement, and may quote its parameters."""
TABLES = ("audit_person", "opening", "outgoing_message", "proof", "session")
"""Which will take no row: PostgreSQL quotes the row."""


@pytest.fixture
def on_postgres(postgres_template: worlds.PostgresTemplate, tmp_path: Path) -> Iterator[Flask]:
    made = postgres_template.copy(tmp_path)
    yield made
    worlds.close(made)


def broken_by(app: Flask, broken: str, mended: str) -> Broken:
    def alter(change: str) -> None:
        with app.app_context(), db.engine.begin() as connection:
            connection.execute(sa.text(f"ALTER TABLE {change}"))

    @contextmanager
    def broken_now() -> Iterator[None]:
        alter(broken)
        yield
        alter(mended)

    return broken_now


@row("AUD-4")
@pytest.mark.parametrize("column", COLUMNS)
def test_nor_does_a_page_whose_statement_is_refused(on_postgres: Flask, column: str):
    table, _, name = column.partition(".")
    renamed = f"{table} RENAME COLUMN {name} TO gone", f"{table} RENAME COLUMN gone TO {name}"
    assert what_leaks(World(on_postgres, broken_by(on_postgres, *renamed))) == {}


@row("AUD-4")
@pytest.mark.parametrize("table", TABLES)
def test_nor_does_a_page_whose_row_is_refused(on_postgres: Flask, table: str):
    full = f"{table} ADD CONSTRAINT is_full CHECK (false) NOT VALID", f"{table} DROP CONSTRAINT is_full"
    assert what_leaks(World(on_postgres, broken_by(on_postgres, *full))) == {}


def what_leaks(world: World) -> dict[str, set[str]]:
    log, member = all_journeys(world)
    deliver(world.app)
    assert 500 in world.statuses
    return leaks(world, log, member)


@row("AUD-4")
def test_nor_does_a_house_whose_database_goes_away(tmp_path: Path):
    with servers.postgres() as database, servers.redis() as store:
        (tmp_path / "template").mkdir()
        app = worlds.PostgresTemplate.make(database, store.url, tmp_path / "template").copy(tmp_path)

        @contextmanager
        def away() -> Iterator[None]:
            database.process.stop()
            yield
            database.process.start()

        world = World(app, away)
        log, member = all_journeys(world)
        deliver(app)
        assert 503 in world.statuses
        assert leaks(world, log, member) == {}
        worlds.close(app)
