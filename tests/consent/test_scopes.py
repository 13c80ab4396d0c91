"""Scopes in words."""

from consent import scopes
from idp.oidc.token import claims


def test_every_scope_that_tells_something_has_its_words(app):
    assert set(scopes.WORDS) == {*claims.OF_SCOPE, "offline_access"}


def test_words_come_in_one_order_whatever_was_asked(app):
    with app.test_request_context():
        words = [str(word) for word in scopes.in_words(["phone", "openid", "profile"])]
    assert words == ["Votre nom et vos prénoms", "Votre numéro de téléphone"]
