"""The commands of who runs the house: `idp serve` and `idp settings`."""

import click
from flask.cli import with_appcontext

from idp.ops import configuration, serving
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


COMMANDS = (serve, show_settings)
