"""The other pages of an account's life in every state: lost letters, a forgotten password, an address to certify."""

from playwright.sync_api import Page

from idp.db import db
from tests.builders import PASSWORD, the_account
from tests.screens.site import CHOSEN, Site, choose, submit


def home(site: Site, page: Page) -> None:
    page.goto(f"{site.home}/")


def lost_letters(site: Site, page: Page) -> None:
    page.goto(f"{site.home}/lost-letters")


def lost_letters_empty(site: Site, page: Page) -> None:
    lost_letters(site, page)
    submit(page)


def lost_letters_asked(site: Site, page: Page) -> None:
    lost_letters(site, page)
    submit(page, number="VE-3001", siret="999 000 052 00012")


# A forgotten password


def reset(site: Site, page: Page) -> None:
    page.goto(f"{site.home}/password-reset")


def reset_empty(site: Site, page: Page) -> None:
    reset(site, page)
    submit(page)


def reset_sent(site: Site, page: Page) -> str:
    member = site.member()
    reset(site, page)
    submit(page, email=member.email)
    return member.email


def reset_new(site: Site, page: Page) -> None:
    page.goto(site.link(reset_sent(site, page)))


def reset_new_wrong(site: Site, page: Page) -> None:
    reset_new(site, page)
    submit(page, password="motdepasse1", password_again="autre")


def reset_done(site: Site, page: Page) -> None:
    reset_new(site, page)
    submit(page, password=CHOSEN, password_again=CHOSEN)


def reset_dead(site: Site, page: Page) -> None:
    page.goto(f"{site.home}/password-reset/new")


# An address to certify


def step(site: Site, page: Page) -> str:
    member = site.member()
    with site.app.app_context():
        address = the_account(member).email
        assert address is not None
        address.certified_at = None
        db.session.commit()
    page.goto(site.authorize())
    submit(page, email=member.email, password=PASSWORD)
    return member.email


def step_sent(site: Site, page: Page) -> str:
    email = step(site, page)
    choose(page, "send")
    return email


def step_early(site: Site, page: Page) -> None:
    step_sent(site, page)
    choose(page, "continue")


def step_enough(site: Site, page: Page) -> None:
    step_sent(site, page)
    for _ in range(3):
        choose(page, "send")


def certification(site: Site, page: Page) -> None:
    page.goto(site.link(step_sent(site, page)))


def certification_reopened(site: Site, page: Page) -> None:
    page.goto(f"{site.home}/email-certification")


def certified(site: Site, page: Page) -> None:
    certification(site, page)
    submit(page)


def certified_before(site: Site, page: Page) -> None:
    certified(site, page)
    page.goto(f"{site.home}/email-certification")
    submit(page)


def certification_dead(site: Site, page: Page) -> None:
    page.goto(f"{site.home}/email-certification/{'x' * 43}")
    submit(page)


# Signing in


def sign_in(site: Site, page: Page) -> None:
    page.goto(site.authorize())


def sign_in_refused(site: Site, page: Page) -> None:
    sign_in(site, page)
    submit(page, email="personne@example.org", password="Pas-Le-Bon-1")
