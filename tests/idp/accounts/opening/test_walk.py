"""A walk over the pages of an opening: whatever is clicked and posted, a company opens only to who holds its proofs."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from idp.accounts.models import Account, EmailAddress, Membership
from idp.db import db
from tests import worlds
from tests.browser import Browser
from tests.mailbox import link_in, mails_to
from tests.openings import PASSWORD, Letters, completes, identifies, two_letters
from tests.rows import row

MINE, THEIRS = "ines@example.org", "mallory@example.org"
THEIR_PASSWORD = "Grue-Jaune-Haute-9"
GUESSES = ("ZZZZ0000", "00000000", "", "K7PF3M9")
PATHS = ("/opening", "/activation", "/activated", "/", "/lost-letters", "/password-reset", f"/activation/{'x' * 43}")
NAMES = ("number", "siret", "code", "email", "email_again", "password", "password_again", "choice", "certified")


class Walk(RuleBasedStateMachine):
    """Inès has her letters and her mailbox; Mallory has letters of another company, her identifier and her address."""

    template: worlds.Template

    @initialize()
    def begin(self) -> None:
        """A house of one's own."""
        self.ending = ExitStack()
        folder = Path(self.ending.enter_context(tempfile.TemporaryDirectory()))
        self.app = self.template.sqlite(folder, opening_tries=1000, network_tries=1000)
        self.ending.callback(worlds.close, self.app)
        self.letters, self.others = two_letters(self.app), two_letters(self.app)
        self.ines, self.mallory = Browser(self.app), Browser(self.app)
        self.seen = ["/opening/01a2143f-bd9f-75c2-a7f5-548e17051362"]
        self.clicked = False

    def teardown(self) -> None:
        """Close it."""
        if hasattr(self, "ending"):
            self.ending.close()

    @rule(address=st.sampled_from([MINE, THEIRS]))
    def ines_opens(self, address: str) -> None:
        """With her letters, once with the address of another: her own mistake."""
        if STEP_2 in identifies(self.ines, self.letters).text:
            self.seen.append(self.ines.page.url)
            completes(self.ines, address)

    @rule(steps=st.integers(1, 2))
    def mallory_opens_their_own(self, steps: int) -> None:
        """With the letters of another company, and with the address of Inès where it serves."""
        if STEP_2 in identifies(self.mallory, self.others).text:
            self.seen.append(self.mallory.page.url)
            typed = {"password": THEIR_PASSWORD, "password_again": THEIR_PASSWORD}
            completes(self.mallory, MINE if steps == 2 else THEIRS, **typed, organization_id=self.id_of(self.letters))

    @rule(code=st.sampled_from(GUESSES))
    def mallory_guesses(self, code: str) -> None:
        """The identifier and the SIRET are no secrets."""
        identifies(self.mallory, self.letters, code=code)

    @rule(path=st.sampled_from(PATHS))
    def mallory_looks(self, path: str) -> None:
        """Any page."""
        self.mallory.get(path)

    @rule(place=st.integers(0, 99), names=st.sets(st.sampled_from(NAMES), min_size=1, max_size=6))
    def mallory_posts(self, place: int, names: set[str]) -> None:
        """Any form anywhere, on the pages of Inès too."""
        paths = [*PATHS[:2], *self.seen, *(f"{url}/sent" for url in self.seen)]
        values = {"number": self.letters.number, "siret": self.letters.siret, "code": GUESSES[0], "choice": "certify"}
        values |= {"email": THEIRS, "email_again": THEIRS, "certified": "+262639981234"}
        values |= {"password": THEIR_PASSWORD, "password_again": THEIR_PASSWORD}
        token = self.mallory.get("/opening").fields()["csrf_token"]
        self.mallory.post(paths[place % len(paths)], {name: values[name] for name in names} | {"csrf_token": token})

    @rule(password=st.sampled_from(["", THEIR_PASSWORD, "Chantier-2026!"]))
    def mallory_reads_their_mail(self, password: str) -> None:
        """What was sent to their own mailbox, be it by the mistake of Inès."""
        for mail in mails_to(self.app, THEIRS):
            self.mallory.get(link_in(mail))
            self.mallory.submit(**({"password": password} if password else {}))

    @rule()
    def ines_reads_her_mail(self) -> None:
        """The newest mail, and its button; in the browser where she began, or where Mallory's mail led her."""
        for mail in mails_to(self.app, MINE)[-1:]:
            self.ines.get(link_in(mail))
            if "Activer mon compte" in self.ines.page.text:
                self.ines.submit(password=PASSWORD)
                self.clicked = True

    def id_of(self, letters: Letters) -> str:
        """An id that a stranger may know."""
        return str(letters.organization_id)

    @invariant()
    def her_company_is_hers_once_she_clicked_and_nobodys_before(self) -> None:
        """Holders are people who showed the letters, the mailbox and the browser or its password."""
        if not hasattr(self, "letters"):
            return
        with self.app.app_context():
            held = select(EmailAddress.canonical).join(Membership, Membership.account_id == EmailAddress.account_id)
            holders = set(db.session.scalars(held.where(Membership.organization_id == self.letters.organization_id)))
        assert holders <= {MINE}
        assert self.clicked or not holders

    @invariant()
    def no_account_of_hers_has_a_password_that_she_did_not_choose(self) -> None:
        """And her address opens nothing with Mallory's."""
        if not hasattr(self, "app"):
            return
        with self.app.app_context():
            kept = db.session.scalar(
                select(Account.password_hash).join(EmailAddress).where(EmailAddress.canonical == MINE)
            )
            passwords = self.app.extensions["idp_passwords"]
            with passwords.place():
                assert not passwords.verify(kept, THEIR_PASSWORD)


STEP_2 = "Étape 2 sur 2"


@row("OPN-7", "OPN-9", "OPN-13", "LNK-9")
def test_no_walk_over_the_pages_opens_a_company_without_its_proofs(template: worlds.Template):
    class Here(Walk):
        """On this worker's database."""

    Here.template = template
    quickly = settings(max_examples=10, stateful_step_count=12, deadline=None, phases=[Phase.generate])
    run_state_machine_as_test(Here, settings=quickly)
