"""Password hashes and the bounded path."""

import os
import threading
import time
from datetime import timedelta

import pytest

from keys.errors import Busy, Unreadable
from keys.passwords import CHEAP, PASSWORD, POSTAL, Passwords, Profile, normalize
from keys.vault import Vault
from tests.rows import row

E_ACUTE, E_COMBINING = "\u00e9", "e\u0301"


@pytest.fixture
def passwords():
    return Passwords(CHEAP, hashing=1, waiting=2, patience=timedelta(seconds=5))


def hashed(passwords, password):
    with passwords.place():
        return passwords.hash(password)


def verified(passwords, kept, password):
    with passwords.place():
        return passwords.verify(kept, password)


@row("PWD-1")
def test_a_password_is_the_same_from_any_keyboard_and_counted_in_code_points(passwords):
    assert normalize(E_COMBINING) == E_ACUTE
    assert len(normalize(E_COMBINING * 8)) == 8
    assert verified(passwords, hashed(passwords, f"Ch{E_ACUTE}rie 12"), f"Ch{E_COMBINING}rie 12")


@row("PWD-1")
def test_a_password_is_neither_cut_nor_folded(passwords):
    kept = hashed(passwords, "A" * 127 + "b")
    assert verified(passwords, kept, "A" * 127 + "b")
    for other in ("A" * 127 + "c", "A" * 127, "A" * 127 + "B", "A" * 127 + "b ", "A" * 127 + "b\0"):
        assert not verified(passwords, kept, other)


def test_compatibility_forms_stay_apart_since_nfc_is_not_nfkc(passwords):
    assert not verified(passwords, hashed(passwords, "\ufb01n"), "fin")


@row("PWD-4")
def test_the_hash_is_argon2id_with_its_parameters_and_the_floor_is_kept():
    passwords = Passwords(PASSWORD)
    assert hashed(passwords, "Batiment 2026").startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert Profile(8192, 1, 1) == POSTAL


@row("PWD-4")
def test_a_hash_of_other_parameters_still_verifies_and_asks_to_be_made_again(passwords):
    kept = hashed(passwords, "Batiment 2026")
    stronger = Passwords(Profile(64, 2, 1))
    assert verified(stronger, kept, "Batiment 2026")
    assert stronger.needs_rehash(kept)
    assert not passwords.needs_rehash(kept)


@row("PWD-6")
def test_every_answer_costs_exactly_one_verification(passwords):
    kept = hashed(passwords, "right")
    answers = [
        verified(passwords, kept, "right"),
        verified(passwords, kept, "wrong"),
        verified(passwords, None, "right"),
    ]
    assert answers == [True, False, False]
    assert passwords.verifications == 3


@pytest.mark.parametrize("kept", ["", "not a hash", "$argon2id$broken", "$argon2id$v=19$m=8,t=1,p=1$YQ$YQ"])
def test_a_malformed_hash_is_a_refusal_with_the_same_work_and_is_logged(passwords, caplog, kept):
    assert not verified(passwords, kept, "right")
    assert passwords.verifications == 1
    assert "malformed" in caplog.text


def test_a_lone_surrogate_is_a_wrong_password_and_no_crash(passwords):
    assert not verified(passwords, hashed(passwords, "right"), "\ud800")


def test_hashing_outside_a_place_is_a_mistake_as_is_taking_two(passwords):
    with pytest.raises(AssertionError):
        passwords.hash("x")
    with pytest.raises(AssertionError):
        passwords.verify(None, "x")
    with passwords.place(), pytest.raises(AssertionError), passwords.place():
        pass
    assert not verified(passwords, None, "x")


class Crowd:
    """Threads that hold a place until they are let go."""

    def __init__(self, passwords):
        self.passwords = passwords
        self.inside, self.outcomes = threading.Semaphore(0), []
        self.leave = threading.Event()
        self.threads = []

    def comes(self):
        thread = threading.Thread(target=self._one)
        self.threads.append(thread)
        thread.start()

    def _one(self):
        try:
            with self.passwords.place():
                self.inside.release()
                self.leave.wait(10)
            self.outcomes.append("served")
        except Busy:
            self.outcomes.append("busy")

    def goes(self):
        self.leave.set()
        for thread in self.threads:
            thread.join()


@row("PWD-6")
def test_one_hashes_two_wait_and_the_next_is_turned_away_at_once(passwords):
    crowd = Crowd(passwords)
    for _ in range(3):
        crowd.comes()
    assert crowd.inside.acquire(timeout=5)
    while passwords._path._value:  # the two others are on their way to wait
        time.sleep(0.001)
    started = time.perf_counter()
    with pytest.raises(Busy), passwords.place():
        pass
    assert time.perf_counter() - started < 0.5
    assert not crowd.inside.acquire(timeout=0.05)  # one at a time
    crowd.goes()
    assert crowd.outcomes == ["served"] * 3


@row("PWD-6")
def test_who_waits_longer_than_patience_is_turned_away_and_gives_the_place_back():
    passwords = Passwords(CHEAP, hashing=1, waiting=1, patience=timedelta(milliseconds=30))
    with passwords.place():
        for _ in range(3):
            crowd = Crowd(passwords)
            crowd.comes()
            crowd.goes()
            assert crowd.outcomes == ["busy"]
    assert not verified(passwords, None, "x")


@row("PWD-6")
def test_a_failure_inside_a_place_gives_it_back(passwords):
    for _ in range(5):
        with pytest.raises(ZeroDivisionError), passwords.place():
            _ = 1 / 0
    assert not verified(passwords, None, "x")


@row("PWD-6")
def test_no_more_than_the_hashing_places_are_ever_held_at_once():
    passwords = Passwords(CHEAP, hashing=3, waiting=64, patience=timedelta(seconds=30))
    held, most, lock = 0, 0, threading.Lock()

    def work():
        nonlocal held, most
        with passwords.place():
            with lock:
                held += 1
                most = max(most, held)
            passwords.verify(None, "x")
            with lock:
                held -= 1

    threads = [threading.Thread(target=work) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most <= 3
    assert passwords.verifications == 64


@pytest.fixture
def vaults():
    """Today's vault, which knows the former key too; and one of tomorrow, which does not."""
    former, today = os.urandom(32), os.urandom(32)
    return Vault({1: former}), Vault({1: former, 2: today}), Vault({2: today})


@row("PWD-5")
def test_a_hash_is_kept_sealed_and_verified_through_the_seal(vaults):
    peppered = Passwords(CHEAP, pepper=vaults[0])
    kept = hashed(peppered, "right")
    assert "argon2" not in kept
    assert len(kept) <= 255
    assert [verified(peppered, kept, word) for word in ("right", "wrong")] == [True, False]
    assert not peppered.needs_rehash(kept)
    assert Passwords(Profile(64, 2, 1), pepper=vaults[0]).needs_rehash(kept)


@row("PWD-5")
def test_the_longest_hash_fits_its_column_sealed(vaults):
    assert len(hashed(Passwords(PASSWORD, pepper=vaults[0]), "x" * 128)) <= 255


@row("PWD-5")
def test_a_seal_turns_without_the_password(vaults):
    first, both, last = (Passwords(CHEAP, pepper=vault) for vault in vaults)
    kept = hashed(first, "right")
    assert first.resealed(kept) is None
    again = both.resealed(kept)
    assert verified(both, kept, "right")
    assert verified(last, again, "right")
    assert both.resealed(again) is None
    with pytest.raises(Unreadable):
        last.resealed(kept)


@row("PWD-5")
@pytest.mark.parametrize("kept", ["sealed:", "sealed:!", "sealed:AAAA", "foreign"])
def test_a_seal_that_cannot_be_opened_is_a_refusal_with_the_same_work_and_is_logged(vaults, caplog, kept):
    peppered = Passwords(CHEAP, pepper=vaults[0])
    foreign = hashed(Passwords(CHEAP, pepper=vaults[2]), "right")
    assert not verified(peppered, foreign if kept == "foreign" else kept, "right")
    assert peppered.verifications == 1
    assert "a kept password hash cannot be opened" in caplog.text
