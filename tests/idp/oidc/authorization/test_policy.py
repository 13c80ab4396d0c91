"""prompt, max_age, claims and the rest, read as facts (OpenID Connect Core 3.1.2.1 and 5.5)."""

import pytest
from authlib.oauth2.rfc6749.errors import InvalidRequestError

from idp.oidc.authorization import policy
from tests.clients import a_registered_client


def test_prompts_are_read_in_order_and_once():
    assert policy.prompts_of("login consent login") == ["login", "consent"]
    assert policy.prompts_of(None) == []


@pytest.mark.parametrize("text", ["none login", "Login", "create2", "none none consent", "login,consent"])
def test_an_unknown_prompt_or_none_with_another_is_refused(text):
    with pytest.raises(InvalidRequestError):
        policy.prompts_of(text)


def test_max_age_is_a_number_of_seconds_zero_included():
    assert policy.max_age_of(a_registered_client(), "0") == 0
    assert policy.max_age_of(a_registered_client(), "10000") == 10000


def test_max_age_not_asked_is_the_clients_own():
    assert policy.max_age_of(a_registered_client(default_max_age=60), None) == 60


@pytest.mark.parametrize("text", ["-1", "1.5", "١٢", "abc", "1e3", " 5", "99999999999"])
def test_max_age_that_is_no_number_is_refused(text):
    with pytest.raises(InvalidRequestError):
        policy.max_age_of(a_registered_client(), text)


def test_claims_are_kept_for_their_two_places_only():
    asked = '{"userinfo": {"name": {"essential": true}}, "id_token": {"acr": null}, "elsewhere": 1}'
    assert policy.claims_of(asked) == {"userinfo": {"name": {"essential": True}}, "id_token": {"acr": None}}


@pytest.mark.parametrize("value", ["NaN", "-Infinity", "1e999", '"\\u0000"', '"\\ud800"', "[" * 300 + "]" * 300])
def test_claims_that_not_every_store_can_keep_are_refused(value):
    with pytest.raises(InvalidRequestError):
        policy.claims_of(f'{{"userinfo": {{"name": {{"value": {value}}}}}}}')


@pytest.mark.parametrize(
    "text", ["", "[]", "1", '{"userinfo": []}', '{"id_token": {"sub": "x"}}', "{", "[" * 60000, '"a"']
)
def test_claims_of_another_shape_are_refused(text):
    with pytest.raises(InvalidRequestError):
        policy.claims_of(text)


def test_an_essential_acr_names_the_values_that_will_do():
    assert policy.essential_acr({"id_token": {"acr": {"essential": True, "values": ["a", "b"]}}}) == ["a", "b"]
    assert policy.essential_acr({"id_token": {"acr": {"essential": True, "value": "a"}}}) == ["a"]


def test_an_acr_that_is_only_wished_for_binds_nobody():
    assert policy.essential_acr({"id_token": {"acr": {"values": ["a"]}}}) == []
    assert policy.essential_acr({"id_token": {"acr": None}}) == []
    assert policy.essential_acr({}) == []


@pytest.mark.parametrize("wish", [{"essential": True, "values": "a"}, {"essential": True, "values": [1]}])
def test_an_acr_asked_for_by_anything_but_strings_is_refused(wish):
    with pytest.raises(InvalidRequestError):
        policy.essential_acr({"id_token": {"acr": wish}})
