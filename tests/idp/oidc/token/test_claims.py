"""Each claim, from the grant."""

from idp.accounts.models import RIGHTS
from idp.oidc.token import claims


def test_scopes_name_their_claims_and_unknown_ones_none():
    assert claims.named_by(["email", "offline_access", "unheard_of"]) == {"email", "email_verified"}
    assert set(claims.ALL) == claims.named_by(claims.OF_SCOPE)


def test_only_what_is_named_is_told(alive):
    assert claims.about(alive, {"given_name", "unheard_of"}) == {"given_name": "Léa"}
    assert claims.about(alive, set()) == {}


def test_what_has_no_value_is_left_out(alive):
    bare = alive._replace(given_names="", email=None, organization_id=None)
    assert claims.about(bare, set(claims.ALL)).keys() == {"name", "family_name", "usual_name", "locale", "updated_at"}


def test_a_person_without_a_language_speaks_the_first_of_ours(alive):
    assert claims.about(alive._replace(locale=None), {"locale"}) == {"locale": "fr"}
    assert claims.about(alive._replace(locale="en"), {"locale"}) == {"locale": "en"}


def test_a_holder_may_do_everything_and_others_what_they_were_given(alive):
    assert claims.rights(alive._replace(holder=True, rights=[])) == list(RIGHTS)
    assert claims.rights(alive._replace(holder=False, rights=["legal:read"])) == ["legal:read"]
    assert claims.rights(alive._replace(holder=False, rights=None)) == []


def test_both_forms_say_the_same_of_the_organization(alive):
    said = claims.organization(alive)
    (details,) = claims.authorization_details(alive, ["organization"])
    assert details["identifier"] == said["id"]
    assert details["privileges"] == said["rights"]
    for name in ("fund", "siret", "member_number"):
        assert details[name] == said[name]


def test_no_organization_no_details(alive):
    assert claims.authorization_details(alive, ["openid"]) == []
    assert claims.authorization_details(alive._replace(organization_id=None), ["organization"]) == []


def test_a_wish_needs_a_scope_that_the_client_registered(alive, client):
    wishing = alive._replace(claims={"userinfo": {"email": None, "sub": None, "x": None}})
    assert claims.wished(wishing, client, "userinfo") == {"email"}
    assert claims.wished(wishing, client, "id_token") == set()
