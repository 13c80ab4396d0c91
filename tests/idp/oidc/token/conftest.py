"""A grant that lives, as the token endpoint finds it."""

from collections.abc import Iterator

import pytest
from flask import Flask

from idp import clock
from idp.accounts.models import Membership
from idp.alive import LiveGrant, grant_alive
from idp.db import db
from idp.oidc.clients import resources
from idp.oidc.models import registered
from idp.oidc.models.grant import Grant
from idp.oidc.token import access_token
from idp.settings import settings
from tests.builders import Member, Portal

SCOPES = ["openid", "profile", "organization", "offline_access"]


@pytest.fixture
def alive(app: Flask, portal: Portal, lea: Member) -> Iterator[LiveGrant]:
    """Léa's offline grant to the portal, for her company; the application's context stays open."""
    with app.app_context():
        now = clock.now()
        (membership,) = Membership.of(lea.id, now)
        given = Grant(
            account_id=lea.id,
            client_id=portal.id,
            organization_id=lea.organization_id,
            membership_id=membership.id,
            scopes=SCOPES,
            auth_time=now,
            acr="http://localhost:8000/acr/1",
            amr=["pwd"],
            sid="sid",
            offline=True,
            created_at=now,
        )
        db.session.add(given)
        db.session.commit()
        found = grant_alive(given.id, clock.now())
        assert found is not None
        yield found
        db.session.rollback()


@pytest.fixture
def client(alive: LiveGrant, portal: Portal) -> registered.RegisteredClient:
    """The portal, as requests see it."""
    found = registered.find(portal.client_id)
    assert found is not None
    return found


@pytest.fixture
def purpose(client: registered.RegisteredClient) -> access_token.Purpose:
    """What userinfo wants: our own audience, and `openid`."""
    return access_token.Purpose(resources.choose(client, None, [settings.issuer]), ["openid"])
