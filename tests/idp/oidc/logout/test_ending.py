"""What ends with what."""

from datetime import timedelta

import pytest

from idp import clock
from idp.db import db
from idp.oidc.logout import ending
from idp.oidc.models.grant import Grant
from idp.sessions import lifecycle
from tests.builders import a_client, a_member, membership

NAMES = ("session", "account", "credential", "client", "organization", "membership")


@pytest.fixture
def world(app):
    """Ids of everything an online grant of one person stands on, with an offline grant beside it."""
    with app.app_context():
        portal, lea = a_client(), a_member()
        session = lifecycle.start(lea.id, method="pwd", former=None)
        db.session.flush()
        ids = {"session": session.id, "account": lea.id, "credential": lea.id, "client": portal.id}
        ids |= {"organization": lea.organization_id, "membership": membership(a_member().id, lea.organization_id).id}
        yield ids
        db.session.rollback()


def a_grant(ids, offline=False):
    now = clock.now()
    made = Grant(
        account_id=ids["account"],
        client_id=ids["client"],
        session_id=None if offline else ids["session"],
        organization_id=ids["organization"],
        membership_id=ids["membership"],
        scopes=["openid"],
        auth_time=now,
        acr="a",
        amr=["pwd"],
        sid="s",
        offline=offline,
        created_at=now,
    )
    db.session.add(made)
    db.session.flush()
    return made


@pytest.mark.parametrize("kind", NAMES)
def test_a_grant_ends_with_what_it_stands_on(world, kind):
    online, offline = a_grant(world), a_grant(world, offline=True)
    ending.end_grants(kind, world[kind])
    db.session.expire_all()
    assert online.ended_at is not None
    assert (offline.ended_at is not None) == (kind != "session")


@pytest.mark.parametrize("kind", NAMES)
def test_nothing_else_ends(world, kind):
    other = a_grant(world)
    ending.end_grants(kind, other.id)  # an id of nothing
    db.session.expire_all()
    assert other.ended_at is None


def test_what_ended_before_keeps_its_date(world):
    grant = a_grant(world)
    ending.end_grants("client", world["client"])
    db.session.expire_all()
    first = grant.ended_at
    with clock.travel(timedelta(minutes=1)):
        ending.end_grants("account", world["account"])
    db.session.expire_all()
    assert grant.ended_at == first


def test_a_kind_nobody_knows_is_a_mistake(app):
    with app.app_context(), pytest.raises(KeyError):
        ending.end_grants("weather", a_member().id)
