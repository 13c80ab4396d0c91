"""A process that is killed while it hashes a password."""

import os
import signal
import sys

from app import create_app
from idp.settings import Settings
from keys.passwords import CHEAP, Passwords
from tests.browser import Browser, Page
from tests.builders import Portal


class Fatal(Passwords):
    """Meets the kernel's out-of-memory killer, which the memory of argon2 attracts."""

    def verify(self, kept: str | None, password: str) -> bool:
        os.kill(os.getpid(), signal.SIGKILL)
        return super().verify(kept, password)


def sign_in(settings: Settings, portal: Portal, email: str) -> Page:
    """Never returns."""
    app = create_app(settings)
    app.extensions["idp_passwords"] = Fatal(CHEAP)
    browser = Browser(app)
    browser.asks(portal)
    browser.submit(email=email, password="wrong")
    sys.exit(0)
