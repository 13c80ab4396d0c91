"""Access tokens are read back strictly."""

from datetime import timedelta
from uuid import UUID

import pytest

from idp import clock
from idp.oidc.token import access_token
from keys.errors import BadToken


def test_what_was_minted_is_read(alive, client, purpose):
    now = clock.now()
    said = access_token.read(access_token.mint(alive, client, "sub", purpose, now), now)
    assert (said["sub"], said["scope"], access_token.grant_of(said)) == ("sub", "openid", alive.id)


def test_it_dies_unless_its_death_does_not_matter(alive, client, purpose):
    now = clock.now()
    token, later = access_token.mint(alive, client, "sub", purpose, now), now + timedelta(minutes=11)
    with pytest.raises(BadToken):
        access_token.read(token, later)
    assert access_token.read_any(token, later, expired_ok=True)["sub"] == "sub"


@pytest.mark.parametrize("named", ["x", 1, None, [], "1" * 33])
def test_a_grant_must_be_named_by_its_id(named):
    with pytest.raises(BadToken):
        access_token.grant_of({"grant": named})
    assert access_token.grant_of({"grant": str(UUID(int=1))}) == UUID(int=1)
