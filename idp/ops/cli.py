"""The commands of who runs the house: `idp serve`, `idp doctor` and `idp settings`."""

import json

import click
from flask.cli import with_appcontext

from idp.ops import configuration, doctor, serving
from idp.ops.checks.verdicts import Verdict
from idp.ops.doctor import Finding
from idp.settings import settings
from idp.web.commands import refuse


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
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@with_appcontext
def examine(as_json: bool) -> None:
    """Tell what is unsafe or missing in this deployment, why it matters and what to do.

    Run it with the servers' own settings, as their user. Exits with 1 where something is wrong; advice alone is no
    fault. In development it asks only what matters there.

    \b
    idp doctor
    idp doctor --json | jq -r '.[] | select(.verdict != "fine") | .do'
    """
    found = list(doctor.examine(settings))
    if as_json:
        click.echo(json.dumps([_answer(one) for one in found], indent=2, ensure_ascii=False))
    else:
        for one in found:
            _tell(one)
    if any(one.seen.verdict == Verdict.WRONG for one in found):
        raise click.exceptions.Exit(1)


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


def _answer(one: Finding) -> dict[str, str]:
    return {"check": one.check, "verdict": one.seen.verdict, "seen": one.seen.what, "why": one.why, "do": one.seen.do}


def _tell(one: Finding) -> None:
    click.echo(f"{one.seen.verdict:6}  {one.check}: {one.seen.what}")
    if one.seen.verdict != Verdict.FINE:
        click.echo(f"        why: {one.why}\n        do:  {one.seen.do}")


COMMANDS = (serve, examine, show_settings)
