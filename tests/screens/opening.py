"""Opening an account, page after page, in every state: from the first step to the account that is active."""

from datetime import timedelta

from playwright.sync_api import Page

from idp import clock
from tests.screens.site import CHOSEN, NUMBERS, Site, a_mobile, an_address, choice, fill, submit

# Step 1


def opening(site: Site, page: Page) -> None:
    page.goto(f"{site.home}/opening")


def opening_empty(site: Site, page: Page) -> None:
    opening(site, page)
    submit(page)


def opening_refused(site: Site, page: Page) -> None:
    opening(site, page)
    submit(page, number="M1", siret=site.letters().siret, code="K7PF 3M9T")


def opening_from_the_portal(site: Site, page: Page) -> None:
    page.goto(site.authorize(prompt="create"))


# Step 2


def contact(site: Site, page: Page) -> None:
    opening(site, page)
    submit(page, **site.letters().typed)


def contact_empty(site: Site, page: Page) -> None:
    contact(site, page)
    submit(page)


def contact_wrong(site: Site, page: Page) -> None:
    contact(site, page)
    submit(page, email="ines@", email_again="x", password="abc", password_again="d", fixed="12", mobile="0892 12 34 56")


def contact_code(site: Site, page: Page) -> str:
    contact(site, page)
    typed, number = a_mobile()
    fill(page, mobile=typed)
    choice(page, "certify").click()
    page.locator("[name=code]").wait_for()
    return number


def contact_code_again(site: Site, page: Page) -> None:
    contact_code(site, page)
    choice(page, "certify").click()
    page.locator("#mobile-error").wait_for()


def contact_code_wrong(site: Site, page: Page) -> None:
    contact_code(site, page)
    fill(page, code="000000")
    choice(page, "verify").click()
    page.locator("#code-error").wait_for()


def contact_certified(site: Site, page: Page) -> None:
    fill(page, code=site.code(contact_code(site, page)))
    choice(page, "verify").click()
    page.locator(".badge").wait_for()


# After it


def sent(site: Site, page: Page, email: str = "") -> str:
    contact(site, page)
    email = email or an_address()
    page.locator("[name=terms]").check()
    submit(page, email=email, email_again=email, password=CHOSEN, password_again=CHOSEN)
    return email


def sent_again(site: Site, page: Page) -> None:
    sent(site, page)
    submit(page)


def sent_to_an_office(site: Site, page: Page) -> None:
    sent(site, page, f"secretariat@entreprise-{next(NUMBERS)}.example.org")


def opening_died(site: Site, page: Page) -> None:
    contact(site, page)
    with clock.travel(timedelta(minutes=31)):
        page.reload()


def opening_elsewhere(site: Site, page: Page) -> None:
    contact(site, page)
    page.context.clear_cookies()
    page.reload()


# Activation


def activation(site: Site, page: Page) -> None:
    page.goto(site.link(sent(site, page)))


def activation_elsewhere(site: Site, page: Page) -> None:
    email = sent(site, page)
    page.context.clear_cookies()
    page.goto(site.link(email))


def activation_refused(site: Site, page: Page) -> None:
    activation_elsewhere(site, page)
    submit(page, password="Pas-Le-Bon-1")


def activation_dead(site: Site, page: Page) -> None:
    page.goto(f"{site.home}/activation")


def activation_done(site: Site, page: Page) -> None:
    link = site.link(sent(site, page))
    for _ in range(2):
        page.goto(link)
        submit(page)


def activation_address_taken(site: Site, page: Page) -> None:
    email = sent(site, page)
    link = site.link(email)
    site.member(email=email)
    page.goto(link)
    submit(page)


def activated(site: Site, page: Page) -> None:
    activation(site, page)
    submit(page)
