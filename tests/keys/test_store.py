"""The store of signing keys, in memory."""

from datetime import UTC, datetime, timedelta

from keys import signing
from keys.store import MemoryKeyStore

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def test_a_key_is_kept_retired_and_forgotten():
    store = MemoryKeyStore()
    key = signing.generate("ES256", NOON, timedelta())
    store.add(key)
    assert store.load() == [key]
    store.retire(key.kid, NOON, NOON + timedelta(hours=1))
    assert [(kept.retires_at, kept.verifies_until) for kept in store.load()] == [(NOON, NOON + timedelta(hours=1))]
    store.remove(key.kid)
    store.remove(key.kid)
    assert store.load() == []
