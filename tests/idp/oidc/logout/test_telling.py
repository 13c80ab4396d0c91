"""Which grants are told, and when a message is moot; tests/protocol/test_backchannel_logout.py has the rest."""

import pytest
from sqlalchemy import select

from idp import clock
from idp.db import db, new_id
from idp.delivery.models import OutgoingMessage
from idp.oidc.logout import telling
from idp.oidc.models.client import Client
from idp.oidc.models.grant import Grant
from tests.builders import a_client, a_member
from tests.relying_party import claims_of

URI = "https://portal.example.org/told"


@pytest.fixture
def world(app):
    """A client that is told, and a person."""
    with app.app_context():
        yield a_client(backchannel_logout_uri=URI), a_member()
        db.session.rollback()


def a_grant(world, **changes):
    portal, lea = world
    now = clock.now()
    values = {"account_id": lea.id, "client_id": portal.id, "scopes": ["openid"], "auth_time": now, "acr": "a"}
    values |= {"amr": ["pwd"], "sid": "s-1", "created_at": now, "redeemed_at": now, "ended_at": now}
    made = Grant(**(values | changes))
    db.session.add(made)
    db.session.flush()
    return made


def messages():
    return list(db.session.scalars(select(OutgoingMessage)))


def test_the_message_names_the_grant_and_goes_to_its_client(world):
    grant = a_grant(world)
    telling.tell([grant.id])
    (message,) = messages()
    assert (message.channel, message.kind, message.destination) == ("http", "logout_token", world[0].id)
    assert message.facts["grant_id"] == str(grant.id)


@pytest.mark.parametrize("changes", [{"redeemed_at": None}, {"ended_at": None}], ids=["unknown to it", "living"])
def test_a_grant_that_its_client_never_had_or_still_has_is_not_told(world, changes):
    telling.tell([a_grant(world, **changes).id, new_id()])
    assert messages() == []


@pytest.mark.parametrize("column", ["backchannel_logout_uri", "disabled_at"])
def test_a_message_is_moot_where_its_client_no_longer_listens(world, column):
    facts = {"grant_id": str(a_grant(world).id), "jti": "j"}
    post = telling.logout_token(facts)
    assert post is not None
    assert post.url == URI
    said = claims_of(post.fields["logout_token"])
    assert (said["jti"], said["sid"]) == ("j", "s-1")
    assert "sub" not in said  # none was ever told to this client
    setattr(Client.by_client_id(world[0].client_id), column, None if column != "disabled_at" else clock.now())
    assert telling.logout_token(facts) is None
    assert telling.logout_token({"grant_id": str(new_id()), "jti": "j"}) is None
