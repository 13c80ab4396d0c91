"""What a sign-out request proves, and what it only claims; over HTTP in tests/protocol/test_rp_logout.py."""

import pytest

from idp.oidc.logout import asking
from tests.builders import SIGNED_OUT
from tests.relying_party import RelyingParty


@pytest.fixture
def hint(app, portal, lea):
    return RelyingParty(app, portal).tokens_of(lea)["id_token"]


def test_a_good_hint_proves_its_client_and_its_address(app, portal, hint):
    with app.app_context():
        asked = asking.read({"id_token_hint": hint, "post_logout_redirect_uri": SIGNED_OUT, "state": "s"})
    assert (asked.client.client_id, asked.return_uri, asked.state) == (portal.client_id, SIGNED_OUT, "s")
    assert asked.hint["aud"] == portal.client_id


@pytest.mark.parametrize(
    "changes",
    [{"id_token_hint": "x"}, {"post_logout_redirect_uri": "https://evil.example.org"}, {"client_id": "other"}],
)
def test_a_doubt_proves_nothing(app, hint, changes):
    asked = {"id_token_hint": hint, "post_logout_redirect_uri": SIGNED_OUT, "state": "s"} | changes
    with app.app_context():
        read = asking.read(asked)
    assert (read.hint, read.return_uri, read.state) == (None, None, None)


def test_a_client_may_be_claimed_for_the_face_of_the_page(app, portal):
    with app.app_context():
        assert asking.read({"client_id": portal.client_id}).client.id == portal.id
        assert asking.read({}) == asking.LogoutRequest()
