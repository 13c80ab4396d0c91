"""Clients stand as their file says, all or none of them."""

import pytest
import yaml

from idp import clock
from idp.db import unit_of_work
from idp.oidc.clients import applying, registration
from idp.oidc.clients.described import FileRefused
from idp.oidc.models.client import Client
from keys import opaque
from tests.builders import a_fund, an_organization
from tests.registers import a_siret
from tests.rows import row

CALLBACK = "https://portal.example/callback"
PORTAL = {"client_id": "portal", "name": "Portail", "redirect_uris": [CALLBACK]}


@pytest.fixture
def here(app):
    with app.app_context(), unit_of_work():
        yield app


@pytest.fixture
def stand(tmp_path):
    """Make clients stand as described; their differences and new secrets."""

    def applied(*clients):
        path = tmp_path / "clients.yaml"
        path.write_text(yaml.safe_dump({"clients": list(clients)}, allow_unicode=True))
        planned = applying.plan(applying.read(path), development=False)
        return [one.difference for one in planned], applying.apply(planned, development=False)

    return applied


def test_what_is_new_is_added_with_a_secret_and_again_nothing_changes(here, stand):
    (difference,), secrets = stand(PORTAL | {"scopes": ["openid", "profile"]})
    client = Client.by_client_id("portal")
    assert (difference.outcome, client.scopes) == ("added", ["openid", "profile"])
    assert opaque.matches(secrets["portal"], client.secret_digest)
    former = client.updated_at
    (difference,), secrets = stand(PORTAL | {"scopes": ["openid", "profile"]})
    assert (difference.outcome, secrets, client.updated_at) == ("unchanged", {}, former)


def test_only_what_differs_changes_and_the_secret_stays(here, stand):
    fund = a_fund()
    stand(PORTAL)
    digest = Client.by_client_id("portal").secret_digest
    (difference,), secrets = stand(PORTAL | {"name": "Espace", "fund": fund.code})
    client = Client.by_client_id("portal")
    assert (set(difference.changes), secrets) == ({"name", "fund"}, {})
    assert (client.name, client.fund_id, client.secret_digest) == ("Espace", fund.id, digest)
    (difference,), _ = stand(PORTAL | {"name": "Espace"})
    assert difference.changes["fund"] == (fund.code, None)
    assert client.fund_id is None


def test_a_client_that_gets_a_way_to_prove_itself_gets_a_secret_and_one_that_loses_it_loses_all(here, stand):
    public = PORTAL | {"token_endpoint_auth_method": "none"}
    assert stand(public)[1] == {}
    assert stand(PORTAL)[1].keys() == {"portal"}
    client = Client.by_client_id("portal")
    registration.rotate_secret(client, clock.now() - clock.now())
    stand(public)
    assert (client.secret_digest, client.former_secret_digest) == (None, None)


def test_nothing_is_changed_where_one_value_is_refused_and_every_reason_is_told(here, stand):
    bad = {"client_id": "other", "name": "", "redirect_uris": ["http://a.example/cb"], "fund": "nowhere"}
    with pytest.raises(FileRefused) as refused:
        stand(PORTAL, bad)
    fields = [line.split(": ")[1] for line in str(refused.value).splitlines()]
    assert fields == ["name", "redirect_uri", "fund"]
    assert Client.by_client_id("portal") is None


@pytest.mark.parametrize(
    "described",
    [
        {"client_id": "portal"},
        {"name": "Portail"},
        PORTAL | {"client_secret": "x"},
        PORTAL | {"redirect_uris": CALLBACK},
        PORTAL | {"sector": "a.example"},
    ],
    ids=["no name", "no identifier", "a secret", "no list", "a sector"],
)
def test_a_file_says_what_a_client_may_be_told_and_nothing_else(here, stand, described):
    with pytest.raises(FileRefused):
        stand(described)


def test_a_client_is_described_once(here, stand):
    with pytest.raises(FileRefused, match="twice"):
        stand(PORTAL, PORTAL)


def test_a_disabled_client_stays_disabled(here, stand):
    stand(PORTAL)
    registration.disable(Client.by_client_id("portal"))
    with pytest.raises(FileRefused, match="disabled"):
        stand(PORTAL)


@row("OID-19")
def test_the_subjects_of_a_client_never_change_with_its_file(here, stand):
    pairwise = PORTAL | {"subject_type": "pairwise"}
    stand(pairwise)
    stand(pairwise | {"redirect_uris": [CALLBACK, "https://elsewhere.example/callback"]})
    assert Client.by_client_id("portal").sector == "portal.example"
    stand(pairwise | {"redirect_uris": ["https://elsewhere.example/callback"]})
    assert Client.by_client_id("portal").sector == "portal.example"
    with pytest.raises(FileRefused, match="strangers"):
        stand(PORTAL)


def test_a_client_belongs_to_a_proven_firm_that_its_file_names_by_its_siret(here, stand):
    siret = a_siret(900)
    firm = an_organization(kind="firm", siret=siret, proven_at=clock.now())
    stand(PORTAL | {"firm": f"{siret[:9]} {siret[9:]}"})
    client = Client.by_client_id("portal")
    assert client.organization_id == firm.id
    (difference,), _ = stand(PORTAL | {"firm": siret})
    assert difference.outcome == "unchanged"
    (difference,), _ = stand(PORTAL)
    assert difference.changes["firm"] == (siret, None)
    assert client.organization_id is None
    stand(PORTAL | {"firm": siret})
    assert client.organization_id == firm.id


def test_a_firm_that_nobody_proved_has_no_client(here, stand):
    an_organization(kind="firm", siret=a_siret(901))
    stand(PORTAL)
    for described in (PORTAL | {"firm": a_siret(901)}, PORTAL | {"client_id": "new", "firm": a_siret(902)}):
        with pytest.raises(FileRefused, match="no proven firm"):
            stand(described)
