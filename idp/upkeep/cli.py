"""`idp upkeep`: what the nights are for."""

import json

import click
from flask.cli import with_appcontext

from idp.upkeep import purging
from idp.web.commands import changes


@click.command("upkeep")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@changes
@with_appcontext
def upkeep(as_json: bool) -> None:
    """Delete what is of no use any more, or may be kept no longer, and say how much.

    Run it every night. Killed, it is simply run again. IDP_TRACES_KEPT_FOR and IDP_REMAINS_KEPT_FOR say how long.

    \b
    idp upkeep --operator timer
    """
    counts = purging.purge()
    click.echo(json.dumps(counts) if as_json else "  ".join(f"{what}: {count}" for what, count in counts.items()))


COMMANDS = (upkeep,)
