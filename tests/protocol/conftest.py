"""The program behind a portal, and a second one that must not get at the first one's."""

import pytest
from flask import Flask

from tests import builders
from tests.builders import Member, Portal
from tests.relying_party import RelyingParty, Reply


@pytest.fixture
def party(app: Flask, portal: Portal) -> RelyingParty:
    """The program behind the member portal."""
    return RelyingParty(app, portal)


@pytest.fixture
def other(app: Flask) -> RelyingParty:
    """Another program, of its own client."""
    with app.app_context():
        return RelyingParty(app, builders.a_client())


@pytest.fixture
def code(party: RelyingParty, lea: Member) -> str:
    """A code for Léa, just issued."""
    return party.code_of(lea)


@pytest.fixture
def tokens(party: RelyingParty, code: str) -> Reply:
    """What that code gives."""
    reply = party.redeems(code)
    assert reply.ok, reply.body
    return reply
