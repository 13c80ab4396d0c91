"""The contract of the short-lived store: one suite, run on every adapter."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from idp import clock
from idp.errors import SettingsRefused
from idp.shortlived.store import MAX_VALUE, Sealed, open_store
from keys.vault import Vault
from tests.idp.shortlived.hands import Hands
from tests.idp.shortlived.racing import RACERS, ROUNDS, race

MINUTE = timedelta(minutes=1)
BEFORE = timedelta(seconds=59)
AFTER = timedelta(seconds=61)

Opener = Callable[[], Sealed]


def test_what_is_put_can_be_read_again_and_again(store: Sealed) -> None:
    store.put("journey:1", b"a\x00b", MINUTE)
    assert store.get("journey:1") == b"a\x00b"
    assert store.get("journey:1") == b"a\x00b"


def test_what_was_never_put_is_not_there(store: Sealed) -> None:
    assert store.get("journey:1") is None
    assert store.get_versioned("journey:1") is None
    assert store.take("journey:1") is None
    store.delete("journey:1")


def test_a_put_writes_over_and_starts_version_1_and_a_new_life(store: Sealed) -> None:
    store.put("journey:1", b"old", timedelta(seconds=30))
    assert store.swap("journey:1", 1, b"newer", timedelta(seconds=30))
    store.put("journey:1", b"new", MINUTE)
    with clock.travel(to=BEFORE):
        assert store.get_versioned("journey:1") == (1, b"new")


def test_a_value_is_taken_once(store: Sealed) -> None:
    store.put("landing:1", b"value", MINUTE)
    assert store.take("landing:1") == b"value"
    assert store.take("landing:1") is None
    assert store.get("landing:1") is None


def test_a_deleted_value_is_gone(store: Sealed) -> None:
    store.put("journey:1", b"value", MINUTE)
    store.delete("journey:1")
    assert store.get("journey:1") is None


def test_a_key_is_claimed_once(store: Sealed) -> None:
    assert [store.claim("jti:1", MINUTE) for _ in range(3)] == [True, False, False]
    assert store.claim("jti:2", MINUTE)


def test_a_refused_claim_does_not_prolong_the_first(store: Sealed) -> None:
    store.claim("jti:1", MINUTE)
    with clock.travel(to=BEFORE):
        assert not store.claim("jti:1", MINUTE)
    with clock.travel(to=AFTER):
        assert store.claim("jti:1", MINUTE)
        assert not store.claim("jti:1", MINUTE)


def test_a_count_goes_up_within_its_window(store: Sealed) -> None:
    assert [store.count("network:1", MINUTE) for _ in range(3)] == [1, 2, 3]
    assert store.count("network:2", MINUTE) == 1


def test_the_window_of_a_count_starts_at_the_first(store: Sealed) -> None:
    store.count("network:1", MINUTE)
    with clock.travel(to=BEFORE):
        assert store.count("network:1", MINUTE) == 2
    with clock.travel(to=AFTER):
        assert store.count("network:1", MINUTE) == 1
        assert store.count("network:1", MINUTE) == 2


def test_a_swap_needs_the_present_version(store: Sealed) -> None:
    store.put("journey:1", b"one", MINUTE)
    assert store.get_versioned("journey:1") == (1, b"one")
    assert store.swap("journey:1", 1, b"two", MINUTE)
    assert not store.swap("journey:1", 1, b"lost", MINUTE)
    assert store.get_versioned("journey:1") == (2, b"two")
    assert store.swap("journey:1", 2, b"three", MINUTE)
    assert store.get("journey:1") == b"three"


def test_a_swap_does_not_create(store: Sealed) -> None:
    assert not store.swap("journey:1", 0, b"value", MINUTE)
    assert not store.swap("journey:1", 1, b"value", MINUTE)
    assert store.get("journey:1") is None


def test_a_swap_gives_a_new_life_but_does_not_raise_the_dead(store: Sealed) -> None:
    store.put("journey:1", b"one", MINUTE)
    store.put("journey:2", b"one", MINUTE)
    with clock.travel(to=BEFORE):
        assert store.swap("journey:1", 1, b"two", MINUTE)
    with clock.travel(to=AFTER):
        assert store.get("journey:1") == b"two"
        assert not store.swap("journey:2", 1, b"two", MINUTE)


@pytest.mark.parametrize("read", [Sealed.get, Sealed.take, Sealed.get_versioned])
def test_a_value_dies_at_its_time_and_not_before(store: Sealed, read: Callable[[Sealed, str], object]) -> None:
    store.put("journey:1", b"value", MINUTE)
    store.put("journey:2", b"value", MINUTE)
    with clock.travel(to=BEFORE):
        assert read(store, "journey:1")
    with clock.travel(to=AFTER):
        assert read(store, "journey:2") is None


def test_the_last_moment_of_a_life_is_the_millisecond_before_its_end(url: str, vault: Vault, hands: Hands) -> None:
    store = open_store(url, vault, hands)
    store.clear()
    store.put("journey:1", b"value", MINUTE)
    store.claim("jti:1", MINUTE)
    store.count("network:1", MINUTE)
    hands.advance(MINUTE - timedelta(milliseconds=1))
    assert store.get("journey:1") == b"value"
    assert not store.claim("jti:1", MINUTE)
    assert store.count("network:1", MINUTE) == 2
    hands.advance(timedelta(milliseconds=1))
    assert store.get("journey:1") is None
    assert not store.swap("journey:1", 1, b"value", MINUTE)
    assert store.claim("jti:1", MINUTE)
    assert store.count("network:1", MINUTE) == 1


@pytest.mark.parametrize("ttl", [timedelta(), timedelta(seconds=-1), timedelta(microseconds=999)])
def test_a_life_of_no_length_is_refused(store: Sealed, ttl: timedelta) -> None:
    store.put("journey:1", b"value", MINUTE)
    verbs: list[Callable[[], object]] = [
        lambda: store.put("journey:1", b"", ttl),
        lambda: store.claim("jti:1", ttl),
        lambda: store.count("network:1", ttl),
        lambda: store.swap("journey:1", 1, b"", ttl),
    ]
    for verb in verbs:
        with pytest.raises(ValueError, match="millisecond"):
            verb()
    assert store.get("journey:1") == b"value"


@pytest.mark.parametrize("key", ["journey:é", "journey:鍵🗝", "journey:a\x00b", "journey:a b\r\nc", "k:" + "x" * 1000])
def test_a_key_may_hold_any_character(store: Sealed, key: str) -> None:
    store.put(key, b"value", MINUTE)
    assert store.get(key) == b"value"
    assert store.get(key + "x") is None
    assert store.get("journey:a") is None
    assert store.take(key) == b"value"


def test_a_value_may_have_8_kib_and_no_more(store: Sealed) -> None:
    store.put("journey:1", b"x" * MAX_VALUE, MINUTE)
    assert store.get("journey:1") == b"x" * MAX_VALUE
    with pytest.raises(ValueError, match="8193 bytes"):
        store.put("journey:1", b"x" * (MAX_VALUE + 1), MINUTE)
    with pytest.raises(ValueError, match="8193 bytes"):
        store.swap("journey:1", 1, b"x" * (MAX_VALUE + 1), MINUTE)
    assert store.get_versioned("journey:1") == (1, b"x" * MAX_VALUE)


def test_an_empty_value_is_a_value(store: Sealed) -> None:
    store.put("journey:1", b"", MINUTE)
    assert store.get_versioned("journey:1") == (1, b"")
    assert store.take("journey:1") == b""


def test_the_store_itself_cannot_read_a_value(store: Sealed) -> None:
    store.put("code:1", b"a recognizable value", MINUTE)
    assert b"recognizable" not in (store.inner.get("code:1") or b"recognizable")


def test_a_value_moved_to_another_key_or_altered_does_not_open(store: Sealed, caplog: pytest.LogCaptureFixture) -> None:
    store.put("code:secret-name", b"value", MINUTE)
    sealed = store.inner.get("code:secret-name")
    assert sealed is not None
    store.inner.put("code:other", sealed, MINUTE)
    store.inner.put("code:secret-name", sealed[:-1] + bytes([sealed[-1] ^ 1]), MINUTE)
    assert store.get("code:other") is None
    assert store.get_versioned("code:secret-name") is None
    assert store.take("code:secret-name") is None
    assert "does not open" in caplog.text
    assert "secret-name" not in caplog.text


def test_the_epoch_is_one_for_all_and_a_flushed_store_has_a_later_one(store: Sealed, open_one: Opener) -> None:
    began = store.epoch()
    assert abs(clock.now() - began) < timedelta(seconds=5)
    assert store.claim("jti:1", MINUTE)
    with clock.travel(to=MINUTE):
        assert open_one().epoch() == store.epoch() == began
        store.clear()
        assert store.epoch() > began
        assert store.epoch() == open_one().epoch()
        assert store.claim("jti:1", MINUTE)


def test_the_epoch_does_not_expire(store: Sealed) -> None:
    began = store.epoch()
    with clock.travel(to=timedelta(days=3650)):
        for number in range(200):
            store.count(f"network:{number}", MINUTE)
        assert store.epoch() == began


def test_every_verb_is_one_round_trip(store: Sealed) -> None:
    store.epoch()
    verbs: list[Callable[[], object]] = [
        lambda: store.put("journey:1", b"value", MINUTE),
        lambda: store.get("journey:1"),
        lambda: store.get_versioned("journey:1"),
        lambda: store.swap("journey:1", 1, b"value", MINUTE),
        lambda: store.take("journey:1"),
        lambda: store.claim("jti:1", MINUTE),
        lambda: store.count("network:1", MINUTE),
        lambda: store.delete("journey:1"),
        store.epoch,
        store.ping,
    ]
    for verb in verbs:
        store.round_trips = 0
        verb()
        assert store.round_trips == 1


@pytest.mark.parametrize("processes", [1, 2])
def test_of_16_takers_one_gets_the_value(store: Sealed, open_one: Opener, processes: int) -> None:
    for number in range(ROUNDS):
        store.put(f"code:{number}", b"value", MINUTE)
    for got in race(open_one, lambda own, number, _: own.take(f"code:{number}"), processes):
        assert sorted(value or b"" for value in got) == [b""] * (RACERS - 1) + [b"value"]


@pytest.mark.parametrize("processes", [1, 2])
def test_of_16_claims_one_wins(store: Sealed, open_one: Opener, processes: int) -> None:
    for got in race(open_one, lambda own, number, _: own.claim(f"jti:{number}", MINUTE), processes):
        assert got.count(True) == 1


@pytest.mark.parametrize("processes", [1, 2])
def test_of_16_swaps_of_one_version_one_wins_and_stays(store: Sealed, open_one: Opener, processes: int) -> None:
    for number in range(ROUNDS):
        store.put(f"journey:{number}", b"start", MINUTE)
    rounds = race(open_one, lambda own, number, me: own.swap(f"journey:{number}", 1, bytes([me]), MINUTE), processes)
    for number, got in enumerate(rounds):
        assert got.count(True) == 1
        assert store.get_versioned(f"journey:{number}") == (2, bytes([got.index(True)]))


@pytest.mark.parametrize("processes", [1, 2])
def test_16_counts_at_once_are_all_counted(store: Sealed, open_one: Opener, processes: int) -> None:
    for got in race(open_one, lambda own, number, _: own.count(f"network:{number}", MINUTE), processes):
        assert sorted(got) == list(range(1, RACERS + 1))


@pytest.mark.parametrize("url", ["", "memory:", "sqlite://", "http://localhost", "redis:"])
def test_another_kind_of_url_is_refused(url: str, vault: Vault) -> None:
    with pytest.raises(SettingsRefused, match="IDP_SHORTLIVED_URL"):
        open_store(url, vault, clock.now)
