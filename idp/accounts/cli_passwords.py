"""`idp passwords`: what nobody may choose. No command of ours takes a password, or shows one (PWD-9)."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click
from flask.cli import AppGroup

from idp import settings
from idp.accounts import pepper
from idp.db import unit_of_work
from idp.errors import SettingsRefused
from idp.web.commands import changes, refuse
from keys import breached
from keys.errors import BadList

_TOLD_EVERY = 1_000_000
_BATCH = 1000

passwords = AppGroup("passwords", help="Say which passwords nobody may choose.")


@passwords.command("import-breached", with_appcontext=False)  # it makes what the application does not start without
@click.argument("file", type=click.File("rb"))
@click.option(
    "--to", "target", type=click.Path(dir_okay=False, path_type=Path),
    help="The file to make, instead of that of IDP_BREACHED_PASSWORDS.",
)  # fmt: skip
@click.option("--at-least", type=click.IntRange(1), default=1, metavar="N", help="Only what was seen so often.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def import_breached(file: BinaryIO, target: Path | None, at_least: int, as_json: bool) -> None:
    """Refuse the passwords of FILE, a published list of stolen ones; `-` reads standard input.

    FILE holds SHA-1 hashes, one a line, alone or as HASH:COUNT, ordered by hash. It stays where it is: what is made of
    it takes six bytes a hash, replaces the former file at once, and is read by the workers that start from then on.

    \b
    idp passwords import-breached pwned-passwords-sha1-ordered-by-hash.txt --at-least 3
    LC_ALL=C sort list.txt | idp passwords import-breached -
    """
    path = target or _named_by_settings()
    new = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with new.open("wb") as out:
            built = breached.build(_told(file), out, at_least)
            out.flush()
            os.fsync(out.fileno())
        new.replace(path)
    except BadList as error:
        refuse(str(error), "nothing was changed")
    except OSError as error:
        refuse(f"{error.filename}: {error.strerror}", "nothing was changed")
    finally:
        new.unlink(missing_ok=True)
    if as_json:
        click.echo(json.dumps({"file": str(path), "read": built.read, "kept": built.kept}))
    else:
        click.echo(f"{path}: {built.kept} passwords of {built.read} lines; restart the workers to refuse them")


@passwords.command("reseal")
@changes
def reseal() -> None:
    """Bring every password hash under the newest master key, so that a former one can leave the file.

    Add the new key to IDP_MASTER_KEY_FILE on every machine and restart the workers; run this; a week later, when every
    opening that was under way has ended, run it again: the former key may then go. People sign in all the while. Where
    the key is lost, so are the passwords: everyone chooses another by « Mot de passe oublié ? ».
    """
    last, done = None, 0
    while True:
        with unit_of_work():
            last, sealed = pepper.reseal(last, _BATCH)
        done += sealed
        if last is None:
            break
        click.echo(f"{done} sealed again", err=True)
    click.echo(f"{done} hashes sealed again; all are under the newest master key")


COMMANDS = (passwords,)


def _named_by_settings() -> Path:
    try:
        path = settings.load().breached_passwords
    except SettingsRefused as error:
        refuse(str(error))
    if path is None:
        refuse("name the file to make: IDP_BREACHED_PASSWORDS, or --to")
    return path


def _told(lines: BinaryIO) -> Iterator[bytes]:
    """Tell on stderr how far the reading is: over the same line on a terminal, on lines of their own elsewhere."""
    start, end = ("\r", "") if sys.stderr.isatty() else ("", "\n")
    for count, line in enumerate(lines, 1):
        if count % _TOLD_EVERY == 0:
            click.echo(f"{start}{count // _TOLD_EVERY} million lines read{end}", err=True, nl=False)
        yield line
