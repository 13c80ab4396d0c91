"""Start provider, portal, firm and postbox: `make run`, or `python -m examples.run`. Ctrl-C ends them all."""

import contextlib
import http.client
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from app import create_app
from examples import invented, seed
from idp.accounts.people import Person
from idp.db import db

READY_WITHIN = 60
STOPPED_WITHIN = 25
"""Seconds: the provider finishes its answers first, then what its courier is sending."""
Child = subprocess.Popen[bytes]


class Places(NamedTuple):
    """Where each program answers."""

    provider: str
    portal: str
    firm: str
    postbox: str


class Failed(Exception):
    """The examples cannot run; the message says what to do."""


def main() -> None:
    """Prepare, start, tell, and wait for Ctrl-C, or for a child that ends by itself."""
    provider, portal, firm = _port("IDP_PORT", 8000), _port("PORTAL_PORT", 8001), _port("FIRM_PORT", 8002)
    postbox = _port("POSTBOX_PORT", 8025)
    smtp = _port("POSTBOX_SMTP_PORT", postbox + 1)
    places = Places(*(f"http://localhost:{port}" for port in (provider, portal, firm, postbox)))
    os.environ |= {"IDP_PORT": str(provider), "IDP_ISSUER": places.provider} | leading_to(postbox, smtp)
    os.environ.setdefault("IDP_LOG_LEVEL", "WARNING")
    names = ("IDP", "PORTAL", "FIRM", "POSTBOX", "POSTBOX_SMTP")
    for port, name in zip((provider, portal, firm, postbox, smtp), names, strict=True):
        _refuse_taken(port, f"{name}_PORT")
    signal.signal(signal.SIGTERM, _interrupt)
    print("Preparing data in var/ …", flush=True)
    portal_config, firm_config = prepare(places, Path("var"))
    commands = {
        f"{places.postbox}/": [sys.executable, "-m", "examples.postbox", "var"],
        f"{places.provider}/readyz": [sys.executable, "-m", "app", "serve"],
        f"{places.portal}/": [sys.executable, "-m", "examples.portal", str(portal_config)],
        f"{places.firm}/": [sys.executable, "-m", "examples.firm", str(firm_config)],
    }
    with contextlib.ExitStack() as stack:
        children = {address: stack.enter_context(_running(command)) for address, command in commands.items()}
        stack.callback(_tell_to_end, list(children.values())[1:])  # the postbox last: mails may be under way
        for address, child in children.items():
            _wait_for(address, child)
        print(welcome(places), flush=True)
        while all(child.poll() is None for child in children.values()):
            time.sleep(0.2)
        raise Failed("A program ended by itself: see what it said above.")


def prepare(places: Places, folder: Path) -> tuple[Path, Path]:
    """Tables and data, made or kept; the configurations of the portal and of the firm."""
    folder.mkdir(exist_ok=True)
    app = create_app()
    seed.command(app, "db", "upgrade")
    configs = seed.seed(app, places.portal, folder), seed.seed_firm(app, places.firm, folder)
    with app.app_context():
        db.engine.dispose()
    return configs


def leading_to(postbox: int, smtp: int) -> dict[str, str]:
    """The settings of a provider whose mails and SMS reach the postbox, and nobody else."""
    return {
        "POSTBOX_PORT": str(postbox),
        "POSTBOX_SMTP_PORT": str(smtp),
        "IDP_SMTP_HOST": "127.0.0.1",
        "IDP_SMTP_PORT": str(smtp),
        "IDP_SMTP_TLS": "none",
        "IDP_SMTP_USER": "",
        "IDP_SMS_URL": f"http://127.0.0.1:{postbox}/sms",
        "IDP_SMS_AUTHORIZATION": f"Bearer {secrets.token_urlsafe(16)}",
    }


def welcome(places: Places) -> str:
    """Where to click, and as whom."""
    personas = [(one.person.email, _name(one.person), one.story) for one in invented.PERSONAS]
    newcomers = [(one.number, _name(one.person), one.story) for one in invented.NEWCOMERS]
    return "\n".join(
        (
            "",
            f"  Portal     {places.portal}      <- start here",
            f"  Postbox    {places.postbox}      every letter, mail and SMS arrives here",
            f"  Firm       {places.firm}      a partner's application, which asks for consent",
            f"  Provider   {places.provider}/.well-known/openid-configuration",
            "",
            "  Play a member who opens an account: two letters wait in the postbox for each of these.",
            "  Then, on the portal: « Je crée mon espace sécurisé ».",
            "",
            *_table(newcomers),
            "",
            f"  Or sign in, « Me connecter », with the password  {invented.PASSWORD}  as one of these;",
            "  or try « Mot de passe oublié ? ».",
            "",
            *_table(personas),
            "",
            "  Ctrl-C ends everything. `make run` again keeps the data, `make clean` forgets it.",
            "",
        )
    )


def _name(person: Person) -> str:
    return f"{person.given_names} {person.family_name}"


def _table(rows: list[tuple[str, str, str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return (f"  {first:{widths[0]}}   {name:{widths[1]}}   {story}" for first, name, story in rows)


@contextlib.contextmanager
def _running(command: list[str]) -> Iterator[Child]:
    # A session of its own: Ctrl-C reaches this program only, which then stops its children in order. And they die with
    # it, should it be killed.
    setpriv = shutil.which("setpriv")
    tied = [setpriv, "--pdeathsig", "TERM"] if setpriv else []
    child = subprocess.Popen([*tied, *command], start_new_session=True, stdin=subprocess.DEVNULL)
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def _tell_to_end(children: list[Child]) -> None:
    """All at once; then each is waited for."""
    for child in children:
        child.terminate()


def _wait_for(address: str, child: Child) -> None:
    limit = time.monotonic() + READY_WITHIN
    while child.poll() is None and time.monotonic() < limit:
        if _answers(address):
            return
        time.sleep(0.05)
    raise Failed(f"{address} does not answer: see what was said above.")


def _answers(address: str) -> bool:
    host, _, path = address.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host, timeout=2)
    try:
        connection.request("GET", f"/{path}")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _port(name: str, default: int) -> int:
    text = os.environ.get(name, str(default))
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise Failed(f"{name}={text} is no port.")
    return int(text)


def _refuse_taken(port: int, name: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Failed(f"Port {port} is taken. Choose another: make run {name}={port + 100}") from error


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        main()
    except Failed as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        print("\nEverything has ended.")
