"""The pages of the help."""

from collections.abc import Callable
from functools import partial

from playwright.sync_api import Page

from idp.accounts.views.help import TOPICS
from tests.screens.site import Site


def index(site: Site, page: Page) -> None:
    page.goto(f"{site.home}/aide")


def topic(site: Site, page: Page, name: str) -> None:
    page.goto(f"{site.home}/aide/{name}")


SCREENS: dict[str, Callable[[Site, Page], None]] = {"help": index} | {
    f"help_{one.template}": partial(topic, name=name) for name, one in TOPICS.items()
}
