"""The invented fund of the examples."""

import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import create_app
from examples import invented, seed
from examples.portal.config import Config
from idp import clock
from idp.accounts.models import RIGHTS, Account, Membership
from idp.audit.models import AuditEvent
from idp.db import db
from idp.extensions import passwords
from idp.oidc.models.client import Client
from idp.registry import directory
from idp.registry.models import Fund
from idp.settings import Settings, settings
from keys.vault import create_master_key
from tests import stolen

PORTAL = "http://localhost:8001"


@pytest.fixture
def sow(any_app: Flask, tmp_path: Path) -> Callable[..., Config]:
    """Seed, and read what the portal was told."""
    return lambda portal=PORTAL: Config.read(seed.seed(any_app, portal, tmp_path))


def test_every_persona_has_an_account_with_its_organizations(any_app: Flask, sow: Callable[..., Config]):
    sow()
    with any_app.app_context():
        for persona in invented.PERSONAS:
            account = Account.by_email(persona.person.email)
            assert account is not None
            with passwords.place():
                assert passwords.verify(account.password_hash, invented.PASSWORD)
            linked = {one.organization_id: one for one in Membership.of(account.id, clock.now())}
            assert linked.keys() == {directory.find(invented.FUND, number).id for number in persona.numbers}
            assert {tuple(one.rights) for one in linked.values()} == {persona.rights or RIGHTS}


def test_only_the_persona_of_the_renewal_has_an_address_that_is_due(any_app: Flask, sow: Callable[..., Config]):
    sow()
    with any_app.app_context():
        late = clock.now() - settings.email_certified_for - settings.email_certification_grace
        opened = {persona.person: Account.by_email(persona.person.email) for persona in invented.PERSONAS}
        assert [person for person, account in opened.items() if account.email.certified_at < late] == [invented.YANIS]


def test_seeded_again_nothing_changes(any_app: Flask, sow: Callable[..., Config]):
    def count() -> list[int | None]:
        with any_app.app_context():
            return [
                db.session.scalar(select(func.count()).select_from(one)) for one in (Account, Membership, AuditEvent)
            ]

    first, counted = sow(), count()
    assert sow() == first
    assert count() == counted


def test_the_portal_is_registered_with_its_exact_addresses(any_app: Flask, sow: Callable[..., Config]):
    config = sow()
    with any_app.app_context():
        client = Client.by_client_id(config.client_id)
        assert (client.redirect_uris, client.post_logout_redirect_uris) == (
            [f"{PORTAL}/callback"],
            [f"{PORTAL}/signed-out"],
        )
        assert client.initiate_login_uri == f"{PORTAL}/login"
        assert Fund.by_code(invented.FUND).home_client_id == config.client_id


def test_on_another_port_the_portal_is_another_client(any_app: Flask, sow: Callable[..., Config]):
    first, other = sow(), sow("http://localhost:9001")
    assert first.client_id != other.client_id
    with any_app.app_context():
        assert Client.by_client_id(other.client_id).redirect_uris == ["http://localhost:9001/callback"]
        assert Fund.by_code(invented.FUND).home_client_id == other.client_id


def test_a_portal_that_lost_its_secret_gets_a_new_one(sow: Callable[..., Config], tmp_path: Path):
    first = sow()
    (tmp_path / f"{first.client_id}.json").unlink()
    assert sow().client_secret != first.client_secret


def test_only_its_owner_reads_the_secret(any_app: Flask, tmp_path: Path):
    path = seed.seed(any_app, PORTAL, tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_each_change_has_an_operator(any_app: Flask, sow: Callable[..., Config]):
    sow()
    with any_app.app_context():
        made = select(AuditEvent.operator).where(AuditEvent.event.in_(["oidc:client:added", "registry:fund:applied"]))
        assert set(db.session.scalars(made)) == {seed.OPERATOR}


def test_a_provider_that_others_can_reach_is_not_seeded(tmp_path: Path):
    create_master_key(tmp_path / "master.key")
    stores = {"database_url": "postgresql+psycopg://nowhere/idp", "shortlived_url": "redis://localhost:1"}
    issuer = {"issuer": "https://id.example.org", "master_key_file": tmp_path / "master.key"}
    app = create_app(Settings(_env_file=None, **stores, **issuer, breached_passwords=stolen.a_list(tmp_path)))
    with pytest.raises(RuntimeError, match="this machine only"):
        seed.seed(app, PORTAL, tmp_path)


def test_everyone_is_invented():
    for one in (*invented.PERSONAS, *invented.NEWCOMERS):
        person = one.person
        assert person.email.endswith(".example.org")
        assert re.fullmatch(r"\+26263998[0-9]{4}", person.mobile or "+262639980000")
        assert re.fullmatch(r"\+3319900[0-9]{4}", person.fixed or "+33199000000")
    assert all(entry.siret.startswith("999 000 0") for entry in invented.REGISTER)
