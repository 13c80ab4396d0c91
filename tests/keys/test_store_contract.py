"""What every store of signing keys promises; an adapter gives its fixture `store`, empty, and inherits the tests."""

from datetime import UTC, datetime, timedelta

import pytest

from keys import signing
from keys.store import MemoryKeyStore

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class KeyStoreContract:
    """Inherited by one test class for each adapter."""

    @pytest.mark.parametrize("alg", ["RS256", "ES256"])
    def test_a_key_comes_back_as_it_was_kept_and_still_signs(self, store, alg):
        key = signing.generate(alg, NOON, HOUR)
        store.add(key)
        (read,) = store.load()
        assert read == key
        assert read.to_pem() == key.to_pem()

    def test_a_retired_key_keeps_its_dates_and_leaves_the_others_alone(self, store):
        former, current = (signing.generate("ES256", NOON, HOUR) for _ in range(2))
        store.add(former)
        store.add(current)
        store.retire(former.kid, NOON, NOON + HOUR)
        dates = {key.kid: (key.retires_at, key.verifies_until) for key in store.load()}
        assert dates == {former.kid: (NOON, NOON + HOUR), current.kid: (None, None)}

    def test_a_removed_key_is_gone_and_removing_it_again_is_no_error(self, store):
        key = signing.generate("ES256", NOON, HOUR)
        store.add(key)
        store.remove(key.kid)
        store.remove(key.kid)
        assert store.load() == []


class TestMemory(KeyStoreContract):
    """The store that lives as long as the process."""

    @pytest.fixture
    def store(self):
        return MemoryKeyStore()
