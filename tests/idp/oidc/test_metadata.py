"""The document about ourselves, from the settings alone."""

from pathlib import Path

from idp.oidc import metadata
from idp.settings import Settings


def test_it_follows_the_issuer_and_the_languages():
    chosen = Settings(_env_file=None, issuer="http://localhost:9000/idp", locales=("en",), master_key_file=Path("none"))
    said = metadata.describe(chosen)
    assert said["token_endpoint"] == "http://localhost:9000/idp/token"
    assert said["acr_values_supported"] == ["http://localhost:9000/idp/acr/1"]
    assert said["ui_locales_supported"] == ["en"]
