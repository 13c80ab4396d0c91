"""The commands of who runs the house: `idp serve`, `doctor`, `master-key`, `backup`, `restore` and `settings`."""

import json
from dataclasses import asdict
from pathlib import Path

import click
from flask.cli import with_appcontext

from idp.audit import log
from idp.audit.events import Event
from idp.db import unit_of_work
from idp.ops import backup, configuration, doctor, restore, serving
from idp.ops.backup import BackupFailed, Manifest
from idp.ops.checks import sending
from idp.ops.checks.verdicts import Verdict
from idp.ops.doctor import Finding
from idp.settings import settings
from idp.web.commands import changes, refuse
from keys.errors import KeysError
from keys.vault import add_master_key

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


@click.command("serve")
@with_appcontext
def serve() -> None:
    """Serve the provider until Ctrl-C, by the settings (IDP_HOST, IDP_PORT, IDP_WORKERS, IDP_THREADS).

    It does not start on unsafe settings, a database that was not migrated, or clocks that disagree. In development it
    makes the master key and the tables by itself.

    \b
    idp serve
    IDP_ISSUER=http://localhost:9000 IDP_PORT=9000 idp serve
    """
    serving.give_memory_back()
    obstacles = serving.obstacles(settings)
    if obstacles:
        refuse(*obstacles)
    serving.run(settings)


@click.command("doctor")
@click.option("--mail", "recipient", metavar="ADDRESS", help="Only send a mail there, at once, and tell how it went.")
@AS_JSON
@with_appcontext
def examine(recipient: str | None, as_json: bool) -> None:
    """Tell what is unsafe or missing in this deployment, why it matters and what to do.

    Run it with the servers' own settings, as their user. Exits with 1 where something is wrong; advice alone is no
    fault. In development it asks only what matters there.

    \b
    idp doctor
    idp doctor --mail lea@example.org
    idp doctor --json | jq -r '.[] | select(.verdict != "fine") | .do'
    """
    try:
        checks = doctor.CHECKS if recipient is None else (sending.trial(recipient),)
    except ValueError as error:
        refuse(str(error))
    found = list(doctor.examine(settings, checks))
    if as_json:
        click.echo(json.dumps([_answer(one) for one in found], indent=2, ensure_ascii=False))
    else:
        for one in found:
            _tell(one)
    if any(one.seen.verdict == Verdict.WRONG for one in found):
        raise click.exceptions.Exit(1)


@click.command("master-key")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def add_key(file: Path) -> None:
    """Make FILE with a first master key, or add the next version to it, which seals from the next start on.

    Keep a copy where neither the database nor its backups are: what is sealed opens with nothing else.

    \b
    idp master-key /etc/idp/master.key
    """
    try:
        version = add_master_key(file)
    except KeysError as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"{error.filename}: {error.strerror}")
    click.echo(f"{file}: version {version} was added; it is shown nowhere")


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@AS_JSON
@changes
@with_appcontext
def make_backup(file: Path, as_json: bool) -> None:
    """Write the database as it stands now into FILE, a new one that only you can read, while servers go on.

    The master key is not in it, and nothing sealed opens without it: keep it elsewhere. Names and addresses are in it
    in the clear. Run it as the owner of the tables.

    \b
    idp backup /srv/backups/idp-$(date +%F).tar --operator nightly
    """
    try:
        manifest = backup.make(file)
    except BackupFailed as error:
        refuse(str(error))
    with unit_of_work():
        log.record(Event.BACKUP_MADE, details={"sha256": manifest.sha256})
    _tell_backup(file, manifest, as_json)


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@AS_JSON
@changes
@with_appcontext
def put_back(file: Path, as_json: bool) -> None:
    """Put the backup FILE back into an empty database, that of IDP_DATABASE_URL, while no server runs.

    Accounts, passwords and the register are as they were. Everyone signs in again: sessions, tokens, codes and mail
    links of before are dead, mails that were waiting do not leave, and new keys sign.

    \b
    idp restore /srv/backups/idp-2026-03-02.tar --operator lea
    """
    try:
        manifest = restore.restore(file)
    except BackupFailed as error:
        refuse(str(error))
    _tell_backup(file, manifest, as_json)


@click.command("settings")
@click.option("--env", "as_environment", is_flag=True, help="Print the file .env.example.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print the page docs/configuration.md.")
def show_settings(as_environment: bool, as_markdown: bool) -> None:
    """Explain every setting: its variable, type, default and meaning.

    \b
    idp settings
    idp settings --env > .env
    """
    if as_environment:
        click.echo(configuration.example(), nl=False)
    elif as_markdown:
        click.echo(configuration.markdown(), nl=False)
    else:
        for one in configuration.described():
            click.echo(f"{one.variable}={one.default}\n    {one.meaning}")


def _tell_backup(file: Path, manifest: Manifest, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"file": str(file)} | asdict(manifest), indent=2))
        return
    keys = ", ".join(manifest.master_keys)
    click.echo(f"{file}: made at {manifest.made_at}, tables of {manifest.revision}, master keys {keys}")


def _answer(one: Finding) -> dict[str, str]:
    return {"check": one.check, "verdict": one.seen.verdict, "seen": one.seen.what, "why": one.why, "do": one.seen.do}


def _tell(one: Finding) -> None:
    click.echo(f"{one.seen.verdict:6}  {one.check}: {one.seen.what}")
    if one.seen.verdict != Verdict.FINE:
        click.echo(f"        why: {one.why}\n        do:  {one.seen.do}")


COMMANDS = (serve, examine, add_key, make_backup, put_back, show_settings)
