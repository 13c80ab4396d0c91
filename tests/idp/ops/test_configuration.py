"""Each setting is explained, where people look for it."""

from idp.ops import configuration
from idp.settings import Settings


def test_every_setting_is_described_once_with_its_meaning_and_section():
    described = list(configuration.described())
    assert [one.variable for one in described] == [f"IDP_{name.upper()}" for name in Settings.model_fields]
    assert all(one.meaning.endswith(".") and one.section for one in described)


def test_values_are_written_as_the_environment_would():
    defaults = {one.variable: (one.type, one.default) for one in configuration.described()}
    assert defaults["IDP_JOURNEY_LIFETIME"] == ("duration", "PT30M")
    assert defaults["IDP_LOCALES"] == ("list", "fr,en")
    assert defaults["IDP_PORT"] == ("number", "8000")
    assert defaults["IDP_CHEAP_HASHES"] == ("yes or no", "false")
    assert defaults["IDP_MASTER_KEY_FILE"] == ("path", "var/master.key")
