"""Signed values."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import BadSignature, Expired, WeakSecret
from keys.signed import Signed
from tests.rows import row

KEY, NEWER = b"k" * 32, b"n" * 32
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)


def signed(purpose="landing", keys=(KEY,), at=NOON):
    return Signed(keys, purpose, clock=lambda: at)


@given(JSON)
def test_what_is_signed_is_read_again(value):
    text = signed().sign(value)
    assert signed().read(text, timedelta(minutes=1)) == value
    assert signed(at=NOON + timedelta(days=3650)).read(text, None) == value


@row("KEY-4")
def test_a_value_signed_for_one_purpose_is_refused_by_another():
    with pytest.raises(BadSignature):
        signed("device").read(signed("landing").sign("lea"), None)


@row("KEY-4")
def test_a_value_signed_with_another_key_is_refused():
    with pytest.raises(BadSignature):
        signed(keys=[NEWER]).read(signed().sign("lea"), None)


@row("KEY-4")
@given(st.integers(min_value=0), st.characters(codec="ascii"))
def test_a_value_altered_anywhere_is_refused(place, character):
    text = signed().sign({"cursor": 12})
    place %= len(text) - 1  # the last character has two spellings of one signature
    if text[place] != character:
        with pytest.raises(BadSignature):
            signed().read(text[:place] + character + text[place + 1 :], None)


@row("KEY-4")
def test_a_value_the_client_made_up_is_refused():
    for text in ("", ".", "..", "é", "\ud800", "a.b.c", base64.b64encode(b'{"admin":true}').decode(), "x" * 100_000):
        with pytest.raises(BadSignature):
            signed().read(text, None)


@row("KEY-4")
def test_the_newest_key_signs_and_the_former_one_is_still_read():
    both = signed(keys=[NEWER, KEY])
    assert both.read(signed().sign("former"), None) == "former"
    assert signed(keys=[NEWER]).read(both.sign("new"), None) == "new"


def test_a_value_expires_to_the_second():
    text = signed().sign("lea")
    assert signed(at=NOON + timedelta(minutes=15)).read(text, timedelta(minutes=15)) == "lea"
    with pytest.raises(Expired):
        signed(at=NOON + timedelta(minutes=15, seconds=1)).read(text, timedelta(minutes=15))


def test_another_node_may_be_five_seconds_behind_and_no_more():
    text = signed().sign("lea")
    assert signed(at=NOON - timedelta(seconds=5)).read(text, timedelta(minutes=15)) == "lea"
    with pytest.raises(Expired):
        signed(at=NOON - timedelta(seconds=6)).read(text, timedelta(minutes=15))


@row("KEY-4")
@pytest.mark.parametrize(("keys", "purpose"), [([], "x"), ([b""], "x"), ([KEY, b"short"], "x"), ([KEY], "")])
def test_no_key_a_short_key_or_no_purpose_is_refused(keys, purpose):
    with pytest.raises(WeakSecret):
        signed(purpose, keys)
