"""The key ring, on two nodes that share a store."""

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys import jose, signing
from keys.errors import BadToken, NoKey, Unreadable
from keys.ring import KeyRing
from keys.store import MemoryKeyStore
from tests.rows import row

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
VERIFY_FOR = 11 * MINUTE


class Store(MemoryKeyStore):
    """A store that can break, and counts how often it is read."""

    def __init__(self):
        super().__init__()
        self.trouble, self.loads = None, 0

    def load(self):
        self.loads += 1
        if self.trouble:
            raise self.trouble
        return super().load()


def ring_on(store):
    return KeyRing(store, verify_for=VERIFY_FOR)


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def ring(store):
    ring = ring_on(store)
    ring.prepare(["ES256"], NOON)
    return ring


def kids(ring, now):
    return [key["kid"] for key in json.loads(ring.jwks(now))["keys"]]


def token(ring, now):
    claims = {"iss": "us", "aud": "you", "sub": "lea", "iat": int(now.timestamp()), "exp": int(now.timestamp()) + 600}
    return jose.sign(ring.signing("ES256", now), claims, typ="JWT")


def accepts(ring, text, now):
    try:
        jose.verify(text, ring.verification_keys(now), algorithms=["ES256"], typ="JWT", now=now)
    except BadToken:
        return False
    return True


@row("KEY-2")
def test_the_first_key_signs_at_once_and_is_made_once(ring, store):
    first = ring.signing("ES256", NOON)
    ring.prepare(["ES256", "RS256"], NOON + MINUTE)
    assert ring.signing("ES256", NOON + MINUTE).kid == first.kid
    assert ring.signing("RS256", NOON + MINUTE).alg == "RS256"
    assert len(store.load()) == 2


@row("KEY-2")
def test_the_next_key_is_published_two_hours_before_it_signs(ring):
    first = ring.signing("ES256", NOON)
    following = ring.rotate("ES256", NOON)
    assert kids(ring, NOON) == [first.kid, following.kid]
    assert ring.signing("ES256", NOON + 2 * HOUR - SECOND).kid == first.kid
    assert ring.signing("ES256", NOON + 2 * HOUR).kid == following.kid


@row("KEY-2")
def test_the_former_key_verifies_until_nothing_it_signed_can_live(ring, store):
    first, following = ring.signing("ES256", NOON), ring.rotate("ES256", NOON)
    ends = NOON + 2 * HOUR + VERIFY_FOR + MINUTE
    last = token(ring, NOON + 2 * HOUR - SECOND)
    assert accepts(ring, last, NOON + 2 * HOUR + 9 * MINUTE)
    assert kids(ring, ends - SECOND) == [first.kid, following.kid]
    assert kids(ring, ends) == [following.kid]
    ring.retire_due(NOON + 2 * HOUR)
    assert {key.kid: (key.retires_at, key.verifies_until) for key in store.load()} == {
        first.kid: (NOON + 2 * HOUR, ends),
        following.kid: (None, None),
    }
    ring.retire_due(ends)
    assert [key.kid for key in store.load()] == [following.kid]


@row("KEY-2")
@given(st.lists(st.integers(min_value=0, max_value=4 * 3600), min_size=1, max_size=8))
def test_two_nodes_that_read_at_odd_moments_accept_each_other_all_along(moments):
    store = Store()
    here, there = ring_on(store), ring_on(store)
    here.prepare(["ES256"], NOON)
    here.signing("ES256", NOON)
    there.signing("ES256", NOON)
    here.rotate("ES256", NOON + SECOND)
    for moment in sorted(moments):
        now = NOON + MINUTE + moment * SECOND
        for one, other in ((here, there), (there, here)):
            assert accepts(other, token(one, now), now)
        if moment % 3 == 0:
            here.retire_due(now)


@row("KEY-2")
def test_a_node_that_has_not_read_again_yet_is_understood_when_the_switch_is_immediate(ring, store):
    there = ring_on(store)
    there.signing("ES256", NOON)
    new = ring.rotate("ES256", NOON + SECOND, immediately=True)
    behind = NOON + 59 * SECOND
    assert accepts(there, token(ring, behind), behind)
    after = NOON + 61 * SECOND
    assert ring.signing("ES256", after).kid == there.signing("ES256", after).kid == new.kid


def test_rotating_again_while_a_key_waits_gives_that_key(ring, store):
    following = ring.rotate("ES256", NOON)
    assert ring.rotate("ES256", NOON + HOUR).kid == following.kid
    assert len(store.load()) == 2
    assert ring.rotate("ES256", NOON + HOUR, immediately=True).kid != following.kid


@row("KEY-2")
def test_a_removed_key_is_refused_at_once_and_the_waiting_one_takes_its_place(ring, store):
    there = ring_on(store)
    stolen, text = ring.signing("ES256", NOON), token(ring, NOON)
    assert accepts(there, text, NOON)
    following = ring.rotate("ES256", NOON)
    ring.remove(stolen.kid, NOON + SECOND)
    assert ring.signing("ES256", NOON + SECOND).kid == following.kid
    assert not accepts(ring, text, NOON + SECOND)
    assert not accepts(there, text, NOON + MINUTE)
    assert there.signing("ES256", NOON + MINUTE).kid == following.kid


@row("KEY-2")
def test_removing_the_only_key_makes_another_that_signs_at_once(ring):
    stolen = ring.signing("ES256", NOON)
    ring.remove(stolen.kid, NOON)
    assert ring.signing("ES256", NOON).kid != stolen.kid
    with pytest.raises(NoKey):
        ring.remove("unknown", NOON)


@row("KEY-2")
def test_removing_a_waiting_key_gives_its_predecessor_back_its_life(ring):
    first, following = ring.signing("ES256", NOON), ring.rotate("ES256", NOON)
    ring.remove(following.kid, NOON)
    assert ring.signing("ES256", NOON + 3 * HOUR).kid == first.kid


@row("KEY-1")
def test_the_keys_of_one_algorithm_never_sign_another(ring):
    with pytest.raises(NoKey):
        ring.signing("RS256", NOON)


@row("KEY-3")
def test_what_is_published_has_no_private_member(ring):
    ring.rotate("ES256", NOON)
    for key in json.loads(ring.jwks(NOON))["keys"]:
        assert set(key) == {"kty", "crv", "x", "y", "kid", "alg", "use"}
    assert not any(key.is_private for key in ring.verification_keys(NOON))


def test_the_turn_names_the_published_set_on_every_node(ring, store):
    before, there = ring.turn(NOON), ring_on(store)
    assert there.turn(NOON + 30 * MINUTE) == before
    ring.rotate("ES256", NOON)
    during = ring.turn(NOON)
    assert during != before
    assert ring.turn(NOON + 2 * HOUR) == during
    assert len({before, during, ring.turn(NOON + 3 * HOUR)}) == 3
    assert there.turn(NOON + 3 * HOUR) == ring.turn(NOON + 3 * HOUR)


def test_the_store_is_read_once_a_minute_and_bytes_are_rendered_once(ring, store):
    jwks = ring.jwks(NOON)
    store.loads = 0
    for seconds in range(60):
        assert ring.jwks(NOON + seconds * SECOND) is jwks
    assert store.loads == 0
    assert ring.jwks(NOON + MINUTE) is jwks
    assert store.loads == 1
    ring.jwks(NOON)  # a clock that was set back
    assert store.loads == 2


@row("KEY-2")
@pytest.mark.parametrize("trouble", [OSError("gone"), Unreadable("altered"), RuntimeError("?")])
def test_a_store_that_cannot_be_read_again_leaves_the_former_keys_and_says_so(ring, store, trouble):
    text = token(ring, NOON)
    assert not ring.stale
    store.trouble = trouble
    assert accepts(ring, text, NOON + MINUTE)
    assert ring.stale
    store.trouble = None
    assert accepts(ring, text, NOON + 2 * MINUTE)
    assert not ring.stale


@row("KEY-2")
def test_a_store_found_empty_leaves_the_former_keys(ring, store):
    first = ring.signing("ES256", NOON)
    store.remove(first.kid)
    ring.forget()
    assert ring.signing("ES256", NOON).kid == first.kid
    assert ring.stale


@row("KEY-2")
def test_nothing_starts_without_a_key(store):
    with pytest.raises(NoKey):
        ring_on(store).signing("ES256", NOON)
    store.trouble = OSError("gone")
    with pytest.raises(NoKey):
        ring_on(store).jwks(NOON)
    with pytest.raises(OSError, match="gone"):
        ring_on(store).prepare(["ES256"], NOON)


def test_keys_that_are_all_past_are_no_keys(store):
    key = signing.generate("ES256", NOON, timedelta())
    store.add(key)
    store.retire(key.kid, NOON, NOON + HOUR)
    ring = ring_on(store)
    with pytest.raises(NoKey):
        ring.verification_keys(NOON + HOUR)
    ring.prepare(["ES256"], NOON + HOUR)
    assert ring.signing("ES256", NOON + HOUR).kid != key.kid


@row("KEY-2")
def test_a_key_cannot_sign_before_every_node_has_read_it(store):
    with pytest.raises(ValueError, match="twice"):
        KeyRing(store, publish_for=MINUTE, verify_for=VERIFY_FOR, cache_for=MINUTE)


class SlowStore(Store):
    """A store whose answer waits."""

    def __init__(self):
        super().__init__()
        self.asked, self.answer = threading.Event(), threading.Event()
        self.answer.set()

    def load(self):
        keys = super().load()
        self.asked.set()
        assert self.answer.wait(10)
        return keys


def test_while_one_thread_reads_again_the_others_go_on_but_see_what_was_just_changed():
    store = SlowStore()
    ring = ring_on(store)
    ring.prepare(["ES256"], NOON)
    first = ring.signing("ES256", NOON)
    store.answer.clear()
    store.asked.clear()
    slow = threading.Thread(target=ring.signing, args=("ES256", NOON + MINUTE))
    slow.start()
    assert store.asked.wait(5)
    assert ring.signing("ES256", NOON + MINUTE).kid == first.kid  # does not wait
    store.add(signing.generate("ES256", NOON, timedelta()))
    ring.forget()
    threading.Timer(0.05, store.answer.set).start()
    assert len(kids(ring, NOON + MINUTE)) == 2  # waits
    slow.join()


def test_threads_that_start_together_read_the_store_once():
    store = SlowStore()
    store.add(signing.generate("ES256", NOON, timedelta()))
    ring = ring_on(store)
    store.answer.clear()
    threads = [threading.Thread(target=ring.signing, args=("ES256", NOON)) for _ in range(16)]
    for thread in threads:
        thread.start()
    threading.Timer(0.05, store.answer.set).start()
    for thread in threads:
        thread.join()
    assert store.loads == 1
