"""A command that changes something knows who acts."""

import click
import pytest
from click.testing import CliRunner

from idp.web import commands


@click.command()
@click.argument("what")
@commands.changes
def change(what: str) -> None:
    """Change something."""
    if what == "nothing":
        commands.refuse("nothing to do", "and no reason to")
    click.echo(f"{what} by {commands.operator()}")


def test_a_change_is_made_in_the_name_of_its_operator():
    assert CliRunner().invoke(change, ["door", "--operator", "lea"]).output == "door by lea\n"


def test_the_name_may_come_from_the_environment():
    assert CliRunner().invoke(change, ["door"], env={"IDP_OPERATOR": "sam"}).output == "door by sam\n"


@pytest.mark.parametrize(
    "name", [[], ["--operator", ""], ["--operator", "  "], ["--operator", "a\nb"], ["--operator", "x" * 81]]
)
def test_nothing_changes_without_a_name(name: list[str]):
    done = CliRunner().invoke(change, ["door", *name], env={"IDP_OPERATOR": ""})
    assert done.exit_code == 2
    assert "--operator" in done.output


def test_a_refusal_tells_every_reason_and_exits_with_1():
    done = CliRunner().invoke(change, ["nothing", "--operator", "lea"])
    assert done.exit_code == 1
    assert done.stderr == "refused: nothing to do\nrefused: and no reason to\n"
    assert done.stdout == ""


def test_the_name_is_forgotten_once_the_command_has_ended():
    CliRunner().invoke(change, ["nothing", "--operator", "lea"])
    assert commands.operator() is None
