"""Nothing we hand out passes for anything else: each kind of token at each door, which opens to its own kind only."""

from urllib.parse import urlencode

import pytest

from idp.oidc.logout import telling
from tests.browser import Browser, request_of
from tests.builders import SIGNED_OUT, a_client, a_program, an_api
from tests.relying_party import RelyingParty, claims_of
from tests.rows import row

SCOPE = "openid profile invoices:read"
KINDS = (
    "id token",
    "access token",
    "for an API",
    "a program's own",
    "refresh token",
    "code",
    "logout token",
    "introspection",
)
SIGNED = "application/token-introspection+jwt"


class House:
    """A portal and what it was given, one of each kind."""

    def __init__(self, app, lea):
        with app.app_context():
            api = an_api()
            changes = {"resources": (api,), "scopes": tuple(SCOPE.split())}
            self.party = RelyingParty(
                app, a_client(**changes, backchannel_logout_uri="https://portal.example.org/told")
            )
            program = RelyingParty(app, a_program(api))
        self.browser = Browser(app)
        tokens, theirs = self.party.tokens_of(lea, self.browser, scope=SCOPE), {"Accept": SIGNED}
        answer = self.party.posts("/introspect", {"token": tokens["access_token"]}, headers=theirs)
        self.given = {
            "id token": tokens["id_token"],
            "access token": tokens["access_token"],
            "for an API": self.party.tokens_of(lea, self.browser, scope=SCOPE, resource=api)["access_token"],
            "a program's own": program.asks_token(grant_type="client_credentials")["access_token"],
            "refresh token": tokens["refresh_token"],
            "code": self.party.code_of(lea, self.browser, scope=SCOPE),
            "logout token": self._logout_token(app, lea),
            "introspection": answer.response.get_data(as_text=True),
        }

    def _logout_token(self, app, lea):
        """Of a grant that has ended, beside those that go on."""
        ended = self.party.tokens_of(lea, self.browser, scope=SCOPE)
        self.party.revokes(ended["refresh_token"])
        grant_id = claims_of(ended["access_token"])["grant"]
        with app.app_context():
            return telling.logout_token({"grant_id": grant_id, "jti": "jti"}).fields["logout_token"]


def userinfo(house, token):
    return house.party.userinfo(token).ok


def refresh(house, token):
    return house.party.refreshes(token).ok


def code(house, token):
    return house.party.redeems(token).ok


def introspection(house, token):
    return house.party.introspects(token)["active"]


def hint_at_authorize(house, token):
    query = urlencode(request_of(house.party.portal, scope="openid", prompt="none", id_token_hint=token))
    return "code" in house.browser.get(f"/authorize?{query}").answer


def hint_at_sign_out(house, token):
    """With a good hint it goes on by itself."""
    query = urlencode({"id_token_hint": token, "post_logout_redirect_uri": SIGNED_OUT})
    return (house.browser.get(f"/end_session?{query}").location or "").startswith(SIGNED_OUT)


def assertion(house, token):
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    values = {"grant_type": "authorization_code", "client_assertion": token, "client_assertion_type": kind}
    return house.party.posts("/token", values, auth=None).error != "invalid_client"


OPENS = {
    userinfo: {"access token"},
    refresh: {"refresh token"},
    code: {"code"},
    introspection: {"access token", "for an API", "refresh token"},
    hint_at_authorize: {"id token"},
    hint_at_sign_out: {"id token"},
    assertion: set(),
}


@row("OID-12")
@pytest.mark.parametrize("door", OPENS, ids=lambda door: door.__name__)
def test_each_door_opens_to_its_own_kind_only(app, lea, door):
    house = House(app, lea)
    opened = {kind for kind in KINDS if kind not in OPENS[door] and door(house, house.given[kind])}
    assert opened == set()
    for kind in OPENS[door]:
        assert door(house, house.given[kind]), kind
