"""Scopes in words."""

from consent import scopes
from idp.oidc.token import claims
from tests.builders import an_api


def test_every_scope_that_tells_something_has_its_words(app):
    assert set(scopes.WORDS) == {*claims.OF_SCOPE, "organizations"}  # the list is an answer of its own, not a claim


def test_words_come_in_one_order_whatever_was_asked(app):
    with app.test_request_context():
        words = [str(word) for word in scopes.in_words(["phone", "openid", "profile"])]
    assert words == ["Votre nom et vos prénoms", "Votre numéro de téléphone"]


def test_a_scope_of_an_api_is_said_in_its_own_words_and_one_without_words_by_its_name(app):
    with app.app_context():
        an_api()
    with app.test_request_context():
        words = [str(word) for word in scopes.in_words(["invoices:read", "openid", "email", "x:y", "offline_access"])]
    assert words == ["Votre adresse mail", "Vos factures", "x:y"]
