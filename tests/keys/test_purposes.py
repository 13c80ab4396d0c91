"""Purpose keys."""

from keys.purposes import PurposeKeys
from keys.vault import Vault
from tests.rows import row

OLD, NEW = bytes(range(32)), bytes(range(100, 132))


@row("KEY-3")
def test_a_digest_for_one_purpose_is_not_that_for_another():
    keys = PurposeKeys(Vault({1: OLD}))
    assert keys.mac("throttle", "lea@example.org") != keys.mac("postal", "lea@example.org")
    assert keys.mac("throttle", "lea@example.org") != keys.mac("throttle", "leo@example.org")
    assert len(keys.mac("throttle", "")) == 32


@row("KEY-3")
def test_while_the_master_key_turns_what_the_old_one_protected_is_still_found():
    before = PurposeKeys(Vault({1: OLD})).mac("throttle", "lea")
    during = PurposeKeys(Vault({1: OLD, 2: NEW}))
    assert during.macs("throttle", "lea") == [during.mac("throttle", "lea"), before]
    assert PurposeKeys(Vault({2: NEW})).macs("throttle", "lea") == [during.mac("throttle", "lea")]


def test_the_key_of_a_purpose_is_no_key_of_the_vault_itself():
    assert Vault({1: OLD}).derive("throttle") != Vault({1: OLD}).derive("mac:throttle")


def test_any_text_has_a_digest():
    assert PurposeKeys(Vault({1: OLD})).mac("throttle", "\ud800")


def test_a_digest_matches_its_purpose_and_value_under_any_key_we_hold():
    mac = PurposeKeys(Vault({1: OLD})).mac("code", "123456")
    during = PurposeKeys(Vault({1: OLD, 2: NEW}))
    assert during.matches("code", "123456", mac)
    assert not during.matches("code", "123457", mac)
    assert not during.matches("number", "123456", mac)
    assert not during.matches("code", "123456", b"")
    assert not PurposeKeys(Vault({2: NEW})).matches("code", "123456", mac)
