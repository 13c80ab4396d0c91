"""The settings: each is explained, and production does not start on unsafe ones."""

import re
from pathlib import Path
from typing import Any

import pytest

from app import create_app
from idp import settings
from idp.errors import SettingsRefused
from idp.ops import configuration
from idp.settings import Settings
from keys.vault import create_master_key
from tests.rows import row

ROOT = Path(__file__).parent.parent
PRODUCTION: dict[str, Any] = {
    "issuer": "https://id.example.org",
    "database_url": "postgresql+psycopg://web:hidden@db/idp",
    "shortlived_url": "rediss://:hidden@store/0",
    "breached_passwords": "/var/lib/idp/breached",
}


def refusal(**changed: Any) -> str:
    """Why these settings are refused, as the operator reads it."""
    with pytest.raises(ValueError, match="IDP_") as caught:
        Settings(_env_file=None, **changed)
    return str(caught.value)


def test_the_example_names_every_setting():
    named = re.findall(r"^# (IDP_\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert named == [f"IDP_{name.upper()}" for name in Settings.model_fields]


def test_the_written_pages_are_up_to_date():
    """`make docs` writes them."""
    assert (ROOT / ".env.example").read_text() == configuration.example()
    assert (ROOT / "docs" / "configuration.md").read_text() == configuration.markdown()


def test_the_example_as_it_stands_is_the_default(tmp_path: Path):
    given = tmp_path / ".env"
    given.write_text(re.sub(r"^# (IDP_\w+=.+)$", r"\1", (ROOT / ".env.example").read_text(), flags=re.MULTILINE))
    assert Settings(_env_file=given) == Settings(_env_file=None)


@pytest.mark.parametrize(
    "issuer", ["http://localhost:8000", "http://127.0.0.1", "http://[::1]:8000", "https://localhost"]
)
def test_development_is_a_loopback_issuer(issuer: str):
    assert not Settings(_env_file=None, issuer=issuer).is_production


@pytest.mark.parametrize(
    "issuer", ["https://id.example.org", "https://localhost.example.org", "https://192.0.2.1", "https://0.0.0.0"]
)
def test_any_other_issuer_is_production(issuer: str):
    assert Settings(_env_file=None, **PRODUCTION | {"issuer": issuer}).is_production


@row("KEY-3", "PWD-2")
@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"issuer": "http://id.example.org"}, "IDP_ISSUER"),
        ({"database_url": "sqlite:///var/idp.db"}, "IDP_DATABASE_URL"),
        ({"shortlived_url": "sqlite:///var/shortlived.db"}, "IDP_SHORTLIVED_URL"),
        ({"cheap_hashes": True}, "IDP_CHEAP_HASHES"),
        ({"breached_passwords": None}, "IDP_BREACHED_PASSWORDS"),
    ],
)
def test_production_refuses_what_is_for_development(changed: dict[str, Any], named: str):
    assert named in refusal(**PRODUCTION | changed)


def test_every_reason_is_told_at_once():
    told = refusal(issuer="http://id.example.org", cheap_hashes=True)
    assert all(f"IDP_{name}" in told for name in ("ISSUER", "DATABASE_URL", "SHORTLIVED_URL", "CHEAP_HASHES"))


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"issuer": "localhost:8000"}, "IDP_ISSUER"),
        ({"issuer": "http://localhost:8000/"}, "IDP_ISSUER"),
        ({"issuer": "http://localhost:8000/?a=b"}, "IDP_ISSUER"),
        ({"issuer": "http://user@localhost:8000"}, "IDP_ISSUER"),
        ({"database_url": "mysql://db/idp"}, "IDP_DATABASE_URL"),
        ({"shortlived_url": "memcached://store"}, "IDP_SHORTLIVED_URL"),
        ({"session_idle_lifetime": "PT13H"}, "IDP_SESSION_IDLE_LIFETIME"),
    ],
)
def test_settings_that_contradict_each_other_are_refused_anywhere(changed: dict[str, Any], named: str):
    assert named in refusal(**changed)


def test_a_value_of_the_wrong_kind_is_refused_by_the_name_of_its_variable(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("IDP_THREADS", "many")
    with pytest.raises(SettingsRefused, match="IDP_THREADS"):
        settings.load()


def test_a_refusal_shows_no_value(monkeypatch: pytest.MonkeyPatch):
    for name, value in (PRODUCTION | {"issuer": "http://id.example.org"}).items():
        monkeypatch.setenv(f"IDP_{name.upper()}", value)
    with pytest.raises(SettingsRefused) as caught:
        settings.load()
    assert "hidden" not in str(caught.value)


@row("KEY-3")
@pytest.mark.parametrize("issuer", ["http://localhost:8000", "https://id.example.org"])
def test_no_program_starts_on_a_key_file_others_may_read(tmp_path: Path, issuer: str):
    key_file = tmp_path / "master.key"
    create_master_key(key_file)
    key_file.chmod(0o640)
    with pytest.raises(SettingsRefused, match="IDP_MASTER_KEY_FILE"):
        create_app(Settings(_env_file=None, **PRODUCTION | {"issuer": issuer, "master_key_file": key_file}))


@row("KEY-3")
def test_production_makes_no_master_key_of_its_own(tmp_path: Path):
    missing = tmp_path / "master.key"
    with pytest.raises(SettingsRefused, match="IDP_MASTER_KEY_FILE"):
        create_app(Settings(_env_file=None, **PRODUCTION | {"master_key_file": missing}))
    assert not missing.exists()


@row("KEY-3")
@pytest.mark.parametrize("content", ["", "1:", "1:AAAA\n", f"1:{'A' * 43}=\n", "1:secret\n", "not a key\n"])
def test_no_program_starts_on_a_key_that_was_never_random(tmp_path: Path, content: str):
    weak = tmp_path / "master.key"
    weak.write_text(content)
    weak.chmod(0o600)
    with pytest.raises(SettingsRefused, match="IDP_MASTER_KEY_FILE"):
        create_app(Settings(_env_file=None, master_key_file=weak))
