"""What people type, whatever it is: understood, or refused with the one error that is declared; and read back alike."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import strategies as st

from idp import clock
from idp.accounts import logins, names, phones
from idp.registry import siret as sirets
from idp.web import filters
from keys import postal
from keys.errors import KeysError
from keys.signed import Signed
from tests.fuzzing import fuzzed, json_of, sendable, text
from tests.registers import a_siret
from tests.rows import row

digits = st.text("0123456789", max_size=20)
nearly = st.text("0123456789+ .-()/\u00a0\u202a\u200b٣３²oO,eE", max_size=24)
parts = st.text(st.sampled_from("aZé.+-_@\"' \tＫKſıßⓔ\u0301\u200d"), max_size=12)
plain = st.text(st.sampled_from("aA+Kkſ"), min_size=1, max_size=2)
domains = st.sampled_from(["example.org", "EXAMPLE.org", "ⓔxample.org", "exämple.fr", "xn--exmple-cua.fr", "[::1]"])
addresses = st.builds("{}@{}".format, parts | plain, domains)


@row("INP-3")
@fuzzed(text | nearly | digits)
def test_a_text_is_a_siret_or_not_one(typed):
    with suppress(sirets.NotASiret):
        read = sirets.parse(typed)
        assert len(read) == 14
        assert read.isascii()
        assert sirets.parse(filters.siret(read)) == sirets.parse(read) == read


@fuzzed(st.integers(1, 99999), st.integers(0, 9999), st.sampled_from([" ", "\u00a0", "-", ".", "\u200b", ""]))
def test_a_siret_is_read_however_it_is_written(company, place, between):
    made = a_siret(company, place)
    assert sirets.parse(between.join((made[:3], made[3:6], made[6:9], made[9:]))) == made


@row("INP-3")
@fuzzed(text | nearly | digits)
def test_a_text_is_a_telephone_or_not_one(typed):
    with suppress(phones.NotAPhone):
        phone = phones.parse(typed)
        assert phone.number.removeprefix("+").isdecimal()
        assert phones.parse(phone.number) == phones.parse(phones.shown(phone.number)) == phone


@fuzzed(st.sampled_from(["6", "7", "1", "9", "639", "692", "690", "694", "696", "70935"]), st.integers(0, 10**9))
def test_a_national_number_is_read_as_it_is_shown(beginning, rest):
    typed = ("0" + beginning + f"{rest:09}")[:10]
    with suppress(phones.NotAPhone):
        phone = phones.parse(typed)
        assert phones.parse(phones.shown(phone.number)) == phone


@row("INP-1", "INP-2")
@fuzzed(addresses | text)
def test_an_address_has_one_canonical_form_or_none(typed):
    found = logins.canonical(typed)
    assert logins.throttled_as(typed) == logins.throttled_as(f" {typed}\t")
    if found is not None:
        assert found.isascii()
        assert found == found.lower() == logins.canonical(found) == logins.canonical(logins.shown(typed))


@row("INP-1")
@fuzzed(addresses, addresses)
def test_two_addresses_that_are_one_have_the_same_mailbox(one, other):
    found = logins.canonical(one)
    if found is not None and found == logins.canonical(other):
        assert one.strip().rpartition("@")[0].lower() == other.strip().rpartition("@")[0].lower()


@fuzzed(st.tuples(text, text), st.tuples(text, text))
def test_names_are_compared_both_ways_alike(one, other):
    assert names.are_one_person(one, other) == names.are_one_person(other, one)


@row("INP-3")
@fuzzed(text | st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZilo -\u200b", max_size=16))
def test_a_text_is_a_code_of_a_letter_or_not_one(typed):
    read = postal.read(typed)
    assert read is None or postal.read(read) == read


SIGNED = Signed([b"k" * 32], "a purpose", clock=clock.now)


@row("KEY-4", "INP-3")
@fuzzed(text, st.none() | st.just(timedelta(minutes=1)))
def test_what_a_browser_gives_back_is_ours_or_refused(given_back, max_age):
    with pytest.raises(KeysError):
        SIGNED.read(given_back, max_age)


@row("KEY-4")
@fuzzed(json_of(sendable).filter(lambda value: "nan" not in repr(value)), st.integers(0, 200), st.characters())
def test_what_was_signed_is_read_back_and_nothing_else(value, place, other):
    signed = SIGNED.sign(value)
    assert SIGNED.read(signed, timedelta(minutes=1)) == value
    with suppress(KeysError):
        assert SIGNED.read(signed[:place] + other + signed[place + 1 :], None) == value
