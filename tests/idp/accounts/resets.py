"""A person who forgot their password, at a browser and at their mailbox."""

from flask import Flask

from idp.delivery.transports.port import Mail
from tests.browser import Browser, Page
from tests.builders import Portal
from tests.mailbox import link_in, mails_to

NEW = "Trois-Grues-Bleues-4"


def asks(app: Flask, email: str, network: str = "127.0.0.1", query: str = "") -> Page:
    """Someone asks for a new password for that address."""
    browser = Browser(app)
    page = browser.get(f"/password-reset{query}")
    data = page.fields() | {"email": email}
    return browser.post(page.url, data, environ_base={"REMOTE_ADDR": network})


def links_to(app: Flask, email: str) -> list[str]:
    """The links that were sent there."""
    return [link_in(mail) for mail in mails_to(app, email, "accounts/password_reset")]


def link_to(app: Flask, email: str) -> str:
    """The one link that was sent there."""
    (link,) = links_to(app, email)
    return link


def mails_of_change(app: Flask, email: str) -> list[Mail]:
    """The mails that say that the password was changed."""
    return mails_to(app, email, "accounts/password_changed")


def chooses(app: Flask, link: str, password: str = NEW, browser: Browser | None = None) -> Page:
    """Who holds a link chooses a password, as far as the page lets them."""
    browser = browser or Browser(app)
    page = browser.get(link)
    if "password" not in page.fields():
        return page
    return browser.submit(password=password, password_again=password)


def signs_in(app: Flask, portal: Portal, email: str, password: str) -> bool:
    """Whether that address and that password open a session."""
    browser = Browser(app)
    browser.asks(portal)
    return "code=" in (browser.submit(email=email, password=password).location or "")
