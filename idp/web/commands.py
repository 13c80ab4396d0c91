"""The mark of a command that changes something: it asks who acts, and the audit writes that name down."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, NoReturn, ParamSpec, TypeVar

import click

from idp.db import UNREADABLE

P = ParamSpec("P")
R = TypeVar("R")

LONGEST_NAME = 80  # the audit's column
_HYPHENED = re.compile("-[A-Za-z0-9_-]{20,}")  # a kid that begins so, whole or cut short: no option is as long

_operator: ContextVar[str | None] = ContextVar("operator", default=None)


def operator() -> str | None:
    """Who runs the command at hand; None in a request, and in a command that only reads."""
    return _operator.get()


@contextmanager
def acting(name: str) -> Iterator[None]:
    """Act in the name of an operator."""
    former = _operator.set(name)
    try:
        yield
    finally:
        _operator.reset(former)


class Commands(click.Group):
    """The root of all commands: what is wrong with the database is said, and shows nothing of the inside."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command. A database that is away or without its tables is an error of the command line."""
        try:
            return super().invoke(ctx)
        except UNREADABLE as error:
            advice = (
                "it does not answer, or was not migrated to this version: see IDP_DATABASE_URL, or run `idp db upgrade`"
            )
            raise click.ClickException(f"the database: {advice}") from error


class OfOneKey(click.Command):
    """A command of one key: its kid may begin with a hyphen (RFC 7638: one in 64 does), and is no option then."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Options first, then kids. Raises `click.UsageError`."""
        kids = [one for one in args if _HYPHENED.fullmatch(one)]
        if kids and "--" not in args:
            args = [*(one for one in args if one not in kids), "--", *kids]
        return super().parse_args(ctx, args)


def changes(command: Callable[P, R]) -> Callable[P, R]:
    """Mark a command that changes something: it does nothing without `--operator NAME`, or IDP_OPERATOR."""

    @wraps(command)
    def named(*args: P.args, **kwargs: P.kwargs) -> R:
        with acting(str(kwargs.pop("operator"))):
            return command(*args, **kwargs)

    option = click.option(
        "--operator",
        envvar="IDP_OPERATOR",
        required=True,
        metavar="NAME",
        callback=_named,
        help="Who you are, for the audit (or IDP_OPERATOR).",
    )
    return option(named)


def refuse(*reasons: str) -> NoReturn:
    """End the command with exit code 1 and every reason, one a line; the unit of work is undone."""
    for reason in reasons:
        click.echo(f"refused: {reason}", err=True)
    raise click.exceptions.Exit(1)


def _named(context: click.Context, option: click.Parameter, name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise click.BadParameter(f"a printable name of 1 to {LONGEST_NAME} characters is needed")
    return name
