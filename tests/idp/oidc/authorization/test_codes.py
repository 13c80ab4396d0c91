"""The record of an authorization code."""

from datetime import timedelta

from idp import clock, extensions
from idp.db import new_id
from idp.oidc.authorization.codes import AuthorizationCode
from tests.rows import row


def a_code():
    return AuthorizationCode(
        new_id(), "portal", "https://portal.example.org/callback", "challenge", "nonce", clock.now()
    )


@row("OID-5")
def test_a_record_comes_back_whole_under_its_secret_alone(app):
    with app.app_context():
        code = a_code()
        secret = code.issue()
        assert AuthorizationCode.get(secret) == code
        assert AuthorizationCode.get(secret[:-1]) is None
        assert AuthorizationCode.get(secret + "A") is None


@row("OID-5")
def test_a_code_lives_sixty_seconds_and_its_record_ten_minutes(app):
    with app.app_context():
        secret = a_code().issue()
        with clock.travel(timedelta(seconds=59)):
            assert not AuthorizationCode.get(secret).has_expired
        with clock.travel(timedelta(seconds=61)):
            assert AuthorizationCode.get(secret).has_expired
        with clock.travel(timedelta(minutes=9, seconds=59)):
            assert AuthorizationCode.get(secret) is not None
        with clock.travel(timedelta(minutes=10, seconds=1)):
            assert AuthorizationCode.get(secret) is None


def test_a_code_stays_readable_after_a_look(app):
    """A replay must be recognized: reading takes nothing away."""
    with app.app_context():
        secret = a_code().issue()
        assert AuthorizationCode.get(secret) == AuthorizationCode.get(secret)
        assert extensions.store.round_trips >= 3
