"""What ends is refused at once, at every door that asks what a token stands on (OID-13)."""

import pytest

from idp import clock, extensions
from idp.accounts.models import Membership
from idp.db import unit_of_work
from idp.oidc.clients import registration
from idp.oidc.models.client import Client
from idp.registry.models import Organization
from idp.sessions import lifecycle
from tests.browser import Browser
from tests.builders import the_account
from tests.rows import row


class Scene:
    """A person at a portal, with tokens in its hands and a code in flight."""

    def __init__(self, app, party, lea):
        self.app, self.party, self.lea = app, party, lea
        browser = Browser(app)
        self.tokens, self.code = party.tokens_of(lea, browser), party.code_of(lea, browser)


def account_suspended(scene):
    the_account(scene.lea).suspended_at = clock.now()


def account_closed(scene):
    the_account(scene.lea).closed_at = clock.now()


def password_changed(scene):
    extensions.house.ended("credential", scene.lea.id)


def session_ended(scene):
    lifecycle.end_all(scene.lea.id)


def everyone_ended(scene):
    lifecycle.end_everyone()


def client_disabled(scene):
    registration.disable(Client.by_client_id(scene.party.portal.client_id))


def membership_ended(scene):
    for link in Membership.of(scene.lea.id, clock.now()):
        link.ended_at = clock.now()


def organization_closed(scene):
    Organization.by_id(scene.lea.organization_id).closed_at = clock.now()


def code(scene):
    return scene.party.redeems(scene.code).ok


def refresh(scene):
    return scene.party.refreshes(scene.tokens["refresh_token"]).ok


def userinfo(scene):
    return scene.party.userinfo(scene.tokens["access_token"]).ok


def introspection(scene):
    """By the portal, and of a token of either kind; a disabled portal cannot ask."""
    replies = [scene.party.introspects(scene.tokens[kind]) for kind in ("access_token", "refresh_token")]
    return any(reply.body.get("active") for reply in replies)


ENDS = (
    *(account_suspended, account_closed, password_changed, session_ended, everyone_ended),
    *(client_disabled, membership_ended, organization_closed),
)


@pytest.fixture
def scene(app, party, lea):
    return Scene(app, party, lea)


@row("OID-13")
@pytest.mark.parametrize("door", [code, refresh, userinfo, introspection], ids=lambda door: door.__name__)
@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
def test_nothing_opens_any_more(scene, end, door):
    with scene.app.app_context(), unit_of_work():
        end(scene)
    assert not door(scene)


@pytest.mark.parametrize("door", [code, refresh, userinfo, introspection], ids=lambda door: door.__name__)
def test_everything_opens_before(scene, door):
    assert door(scene)
