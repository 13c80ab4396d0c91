"""Parameters of an authorization request, before anything is known of who asks."""

import pytest

from idp.errors import UntrustedRequest
from idp.oidc.authorization.request import Parameters, asker_of, pairs_of
from tests.rows import row


def test_each_parameter_is_read_once_and_empty_ones_are_left_out():
    read = Parameters.of([("a", "1"), ("b", ""), ("a", "2")])
    assert (read.get("a"), read.get("b"), read.get("c")) == ("1", None, None)
    assert read.repeated == {"a"}


@row("INP-3")
@pytest.mark.parametrize("raw", [b"a=%ff", b"a=\xc3\xa9", b"&".join([b"a=1"] * 101)])
def test_what_is_not_utf_8_or_has_no_end_is_not_read(raw):
    with pytest.raises(UntrustedRequest):
        pairs_of(raw)


def test_utf_8_is_read_as_such():
    assert pairs_of(b"a=%C3%A9+%2B&b") == [("a", "é +"), ("b", "")]


@row("OID-3")
def test_a_client_is_looked_for_before_its_address(app):
    with app.app_context(), pytest.raises(UntrustedRequest, match="client_id"):
        asker_of(Parameters.of([("redirect_uri", "https://evil.example.org")]))
