"""A walk over the pages of a reset: whatever is clicked and posted, no password is set but by who holds its link."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from idp.accounts.models import Account
from idp.db import db
from tests import builders, worlds
from tests.browser import Browser
from tests.idp.accounts.resets import links_to
from tests.rows import row

PASSWORDS = ("Trois-Grues-Bleues-4", "Autre-Grue-Rouge-5")
PEOPLE, BROWSERS = st.integers(0, 1), st.integers(0, 1)
INVENTED = f"/password-reset/{'x' * 43}"
PATHS = ("/password-reset", "/password-reset/new", INVENTED, "/", "/opening", "/lost-letters")


class Walk(RuleBasedStateMachine):
    """Two people, two browsers, one mailbox each; the second browser never sees a mail."""

    template: worlds.Template

    @initialize()
    def begin(self) -> None:
        """A house of one's own."""
        self.ending = ExitStack()
        folder = Path(self.ending.enter_context(tempfile.TemporaryDirectory()))
        self.app = self.template.sqlite(folder)
        self.ending.callback(worlds.close, self.app)
        with self.app.app_context():
            self.portal = builders.a_client()
            self.people = [builders.an_account() for _ in range(2)]
        self.browsers = [Browser(self.app) for _ in range(2)]
        self.held: dict[int, int] = {}
        self.expected = [self.hash_of(who) for who in range(2)]
        self.used: set[str] = set()
        self.landed: str | None = None

    def teardown(self) -> None:
        """Close it."""
        if hasattr(self, "ending"):
            self.ending.close()

    def hash_of(self, who: int) -> str | None:
        """What is kept of a person's password."""
        with self.app.app_context():
            return db.session.scalar(select(Account.password_hash).where(Account.id == self.people[who].id))

    @rule(browser=BROWSERS, who=PEOPLE)
    def asks(self, browser: int, who: int) -> None:
        """Anyone asks for anyone."""
        self.browsers[browser].get("/password-reset")
        assert "Consultez vos mails" in self.browsers[browser].submit(email=self.people[who].email).title

    @rule(browser=BROWSERS, path=st.sampled_from(PATHS))
    def opens(self, browser: int, path: str) -> None:
        """Any page, in any order, by the back button too. A link that was invented takes the place of the one held."""
        self.browsers[browser].get(path)
        if path == INVENTED:
            self.held.pop(browser, None)

    @rule(browser=BROWSERS, password=st.sampled_from(PASSWORDS), who=PEOPLE, path=st.sampled_from(PATHS[:3]))
    def posts_what_was_invented(self, browser: int, password: str, who: int, path: str) -> None:
        """A form that no page showed, with every name that might count."""
        person, visitor = self.people[who], self.browsers[browser]
        if self.holds(browser):
            return  # that one may: see `chooses`
        token = visitor.get("/password-reset").fields().get("csrf_token", "")
        names = {"password": password, "password_again": password, "email": person.email, "account_id": str(person.id)}
        visitor.post(path, names | {"csrf_token": token, "secret": "x" * 43, "step": "new"})

    @rule(who=PEOPLE)
    def opens_their_mail(self, who: int) -> None:
        """The first browser is that of whoever reads the mail."""
        sent = links_to(self.app, self.people[who].email)
        if sent:
            self.browsers[0].get(sent[-1])
            self.held, self.landed = {0: who}, sent[-1]

    @rule(password=st.sampled_from(PASSWORDS), typed=st.sampled_from(["same", "other", "weak"]))
    def chooses(self, password: str, typed: str) -> None:
        """Who landed with a link fills the form, well or badly."""
        if not self.holds(0):
            return
        self.browsers[0].get("/password-reset/new")
        again = {"same": password, "other": password + "x", "weak": "x"}[typed]
        self.browsers[0].submit(password=password if typed != "weak" else "x", password_again=again)
        if typed == "same":
            who, former = self.held[0], self.expected
            self.expected = [self.hash_of(one) if one == who else former[one] for one in range(2)]
            assert self.expected[who] != former[who]
            self.used.add(str(self.landed))
            self.used |= set(links_to(self.app, self.people[who].email))

    def holds(self, browser: int) -> bool:
        """Whether that browser landed with a link that was not used."""
        return browser in self.held and self.landed not in self.used

    @invariant()
    def no_password_was_set_without_its_link(self) -> None:
        """What is kept is what the holder of a link chose, or what it was."""
        if hasattr(self, "expected"):
            assert [self.hash_of(who) for who in range(2)] == self.expected

    @invariant()
    def nobody_is_signed_in(self) -> None:
        """None of it opens a session."""
        if hasattr(self, "browsers"):
            assert [browser.cookie("idp_session") for browser in self.browsers] == [None, None]


@row("LNK-9")
def test_no_walk_over_the_pages_sets_a_password_without_its_link(template: worlds.Template):
    class Here(Walk):
        """On this worker's database."""

    Here.template = template
    run_state_machine_as_test(Here, settings=settings(max_examples=15, stateful_step_count=15, deadline=None))
