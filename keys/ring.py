"""The key ring: which key signs now, which ones verify, what is published; read from the store, kept for a while."""

import hashlib
import json
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from joserfc.jwk import KeySet

from keys import signing
from keys.errors import NoKey
from keys.signing import SigningKey
from keys.store import KeyStore


@dataclass(frozen=True)
class _Snapshot:
    """The keys as they were read, once and for all."""

    keys: tuple[SigningKey, ...]
    read_at: datetime
    generation: object


@dataclass(frozen=True)
class _Turn:
    """What is rendered once for each set of published keys."""

    kids: tuple[str, ...]
    name: str
    key_set: KeySet
    jwks: bytes


class KeyRing:
    """The signing keys of the house, safe to share between threads and between nodes.

    A key is published `publish_for` before it signs. When its time comes every node signs with it, told by the instant
    in the key and not by one another. The former key verifies for `verify_for` more (the longest life of what it
    signed, and the difference of clocks), and for `cache_for`, as long as a node may have gone on with it unaware.

    Each node reads the store again every `cache_for`. When that fails it keeps the keys it had, and `stale` says so; it
    never starts without a key. So what an emergency removes is gone everywhere after `cache_for`.
    """

    def __init__(
        self,
        store: KeyStore,
        *,
        publish_for: timedelta = timedelta(hours=2),
        verify_for: timedelta,
        cache_for: timedelta = timedelta(seconds=60),
    ) -> None:
        """Raises `ValueError` when a key would sign before every node has read it."""
        if publish_for < 2 * cache_for:
            raise ValueError("a key must be published for at least twice as long as nodes keep what they read")
        self._store = store
        self._publish_for = publish_for
        self._verify_for = verify_for
        self._cache_for = cache_for
        self._reading = threading.Lock()
        self._generation = object()
        self._snapshot: _Snapshot | None = None
        self._turn: _Turn | None = None
        self.stale = False
        """Whether the last reading of the store failed, and older keys are in use."""

    # What a request asks

    def signing(self, alg: str, now: datetime) -> SigningKey:
        """The key that signs now, the one no later key has superseded yet. Raises `NoKey` when `alg` has none.

        When the key that signed was removed, the next one takes its place before its time: it is published already.
        """
        for key in self._keys(now):  # oldest first
            if key.alg == alg and not key.is_retired(now):
                return key
        raise NoKey(f"no key signs with {alg}")

    def verification_keys(self, now: datetime) -> KeySet:
        """The public keys of every token that may live: former, current and next keys. Raises `NoKey`."""
        return self._rendered(now).key_set

    def jwks(self, now: datetime) -> bytes:
        """The JWK Set to publish (RFC 7517, JSON in UTF-8): former, current and next keys, public. Raises `NoKey`."""
        return self._rendered(now).jwks

    def turn(self, now: datetime) -> str:
        """A name for the set of published keys: another whenever that set is another, on every node. Raises `NoKey`."""
        return self._rendered(now).name

    def stands(self, name: str, now: datetime) -> bool:
        """Whether the turn of that name is the one in force, told without reading: False where the store must be."""
        snapshot, turn = self._snapshot, self._turn
        if snapshot is None or turn is None or turn.name != name or snapshot.generation is not self._generation:
            return False
        return self._is_recent(snapshot, now) and turn.kids == tuple(k.kid for k in snapshot.keys if k.verifies(now))

    def forget(self) -> None:
        """Read the store again before the next answer. What was read is kept aside, in case that fails."""
        self._generation = object()

    # What an operator asks

    def prepare(self, algs: Iterable[str], now: datetime) -> None:
        """Make a first key, signing at once, for each algorithm that has none that signs or will."""
        for alg in algs:
            if self._lacks(alg):
                self._store.add(signing.generate(alg, now, timedelta()))
        self.forget()

    def _lacks(self, alg: str) -> bool:
        return not any(key.alg == alg and key.retires_at is None for key in self._settled())

    def rotate(self, alg: str, now: datetime, immediately: bool = False) -> SigningKey:
        """The key that signs next: the one that waits already, else a new one, signing after `publish_for`.

        `immediately` makes a new one that signs as soon as every node has read it, after `cache_for`. The very first
        key of an algorithm signs at once: nobody has read another.
        """
        self.retire_due(now)
        if self._lacks(alg):
            self.prepare([alg], now)
            return self.signing(alg, now)
        if not immediately:
            waiting = [key for key in self._settled() if key.alg == alg and now < key.signs_from]
            if waiting:
                return max(waiting, key=_age)
        key = signing.generate(alg, now, self._cache_for if immediately else self._publish_for)
        self._store.add(key)
        self.forget()
        return key

    def retire_due(self, now: datetime) -> None:
        """Write down which keys a later one has superseded, and remove those of which nothing can live any more."""
        kept = {key.kid: key for key in self._store.load()}
        for key in _settle(kept.values(), self._verify_for + self._cache_for):
            if not key.verifies(now):
                self._store.remove(key.kid)
            elif key.retires_at and key.verifies_until and key.retires_at <= now and key != kept[key.kid]:
                self._store.retire(key.kid, key.retires_at, key.verifies_until)
        self.forget()

    def remove(self, kid: str, now: datetime) -> None:
        """In an emergency: what this key signed is refused, here at once and everywhere after `cache_for`.

        The next key signs from then on; where there is none, a new one is made. Raises `NoKey` when the kid is unknown.
        """
        removed = next((key for key in self._store.load() if key.kid == kid), None)
        if removed is None:
            raise NoKey(f"no key is named {kid}")
        self._store.remove(kid)
        self.prepare([removed.alg], now)

    # Reading and rendering

    def _keys(self, now: datetime) -> tuple[SigningKey, ...]:
        snapshot = self._snapshot
        if snapshot is None or snapshot.generation is not self._generation:
            self._reading.acquire()
        elif self._is_recent(snapshot, now) or not self._reading.acquire(blocking=False):
            return snapshot.keys  # one thread reads again, the others go on meanwhile
        try:
            return self._read(now)
        finally:
            self._reading.release()

    def _read(self, now: datetime) -> tuple[SigningKey, ...]:
        former, generation = self._snapshot, self._generation
        if former and former.generation is generation and self._is_recent(former, now):
            return former.keys
        try:
            keys = self._settled()
            if not keys:
                raise NoKey("the store holds no signing key")
            self.stale = False
        except Exception as error:  # whatever the store's trouble is, tokens go on with the keys we have
            if former is None:
                raise NoKey("the signing keys cannot be read") from error
            keys, self.stale = former.keys, True
        self._snapshot = _Snapshot(keys, now, generation)
        return keys

    def _is_recent(self, snapshot: _Snapshot, now: datetime) -> bool:
        return timedelta() <= now - snapshot.read_at < self._cache_for

    def _settled(self) -> tuple[SigningKey, ...]:
        return _settle(self._store.load(), self._verify_for + self._cache_for)

    def _rendered(self, now: datetime) -> _Turn:
        published = [key for key in self._keys(now) if key.verifies(now)]
        if not published:
            raise NoKey("no key is published")
        kids = tuple(key.kid for key in published)
        turn = self._turn
        if turn is None or turn.kids != kids:
            self._turn = turn = _render(published, kids)
        return turn


def _age(key: SigningKey) -> tuple[datetime, str]:
    return key.signs_from, key.kid


def _settle(keys: Iterable[SigningKey], outlives_by: timedelta) -> tuple[SigningKey, ...]:
    """The keys, oldest first; each stops signing when the next one of its algorithm starts."""
    settled: list[SigningKey] = []
    successors: dict[str, SigningKey] = {}
    for key in sorted(keys, key=_age, reverse=True):
        later = successors.get(key.alg)
        if later and key.retires_at is None:
            key = replace(key, retires_at=later.signs_from, verifies_until=later.signs_from + outlives_by)
        successors[key.alg] = key
        settled.append(key)
    return tuple(reversed(settled))


def _render(keys: Sequence[SigningKey], kids: tuple[str, ...]) -> _Turn:
    key_set = KeySet([key.public for key in keys])
    jwks = json.dumps(key_set.as_dict(), separators=(",", ":")).encode()
    return _Turn(kids, hashlib.sha256(jwks).hexdigest()[:32], key_set, jwks)
