"""`idp keys remove`: what a leaked key signed is worth nothing any more."""

import json
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from idp.db import db
from idp.oidc import cli
from tests.browser import Browser
from tests.builders import Member, Portal
from tests.relying_party import RelyingParty
from tests.rows import row


@pytest.fixture
def keys(app: Flask) -> Callable[..., Result]:
    """Run a command of the group as Léa."""
    groups = {str(group.name): group for group in cli.COMMANDS}
    return lambda *words: app.test_cli_runner().invoke(groups["keys"], words, env={"IDP_OPERATOR": "lea"})


@row("KEY-2")
def test_what_a_removed_key_signed_is_refused_and_another_key_signs(
    app: Flask, keys: Callable[..., Result], portal: Portal, lea: Member
):
    browser, party = Browser(app), RelyingParty(app, portal)
    browser.signs_in(lea, portal)
    tokens = party.redeems(browser.page.answer["code"])
    assert party.userinfo(tokens["access_token"]).ok
    for key in json.loads(keys("list", "--json").stdout):
        assert keys("remove", key["kid"]).exit_code == 0
    assert party.userinfo(tokens["access_token"]).status == 401
    newer = party.refreshes(tokens["refresh_token"])
    assert party.userinfo(newer["access_token"]).ok
    with app.app_context():
        found = db.session.execute(sa.text("SELECT operator FROM audit_event WHERE event = 'oidc:keys:removed'"))
        assert found.scalars().all() == ["lea", "lea"]


def test_a_key_nobody_knows_is_refused(keys: Callable[..., Result]):
    done = keys("remove", "nothing")
    assert done.exit_code == 1
    assert "see `idp keys list`" in done.stderr


@pytest.mark.parametrize("kid", ["-" + "h" * 42, "--" + "o" * 41, "-h-" + "_" * 40, "-h" + "K" * 30])
def test_a_kid_that_begins_with_a_hyphen_is_no_option(keys: Callable[..., Result], kid: str):
    for words in ((kid,), (kid, "--operator", "karim"), ("--operator=karim", "--", kid)):
        done = keys("remove", *words)
        assert done.exit_code == 1
        assert f"no key is named {kid}: see `idp keys list`" in done.stderr
