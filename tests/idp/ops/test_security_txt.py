"""Whoever finds a weakness is told whom to write to (RFC 9116)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient

from idp import clock

PATH = "/.well-known/security.txt"


def test_the_file_says_whom_to_write_to_until_when_and_where_it_is(visitor: FlaskClient):
    """RFC 9116 2.3: plain text in UTF-8, one field a line. 2.5.2, 2.5.3, 2.5.5, 2.5.7: the fields."""
    with clock.travel(datetime(2026, 3, 3, 10, 30, tzinfo=UTC)):
        response = visitor.get(PATH)
    assert response.content_type == "text/plain; charset=utf-8"
    assert response.text.splitlines() == [
        "Contact: mailto:contact@example.org",
        "Expires: 2026-06-01T00:00:00Z",
        "Preferred-Languages: fr, en",
        f"Canonical: http://localhost:8000{PATH}",
    ]


def test_operators_choose_who_is_told_the_first_first(make_site: Callable[..., Flask]):
    """RFC 9116 2.5.3: several contacts stand in order of preference."""
    site = make_site(security_contacts="https://caisse.example.org/signaler, cert@caisse.example.org")
    told = [line for line in site.test_client().get(PATH).text.splitlines() if line.startswith("Contact")]
    assert told == ["Contact: https://caisse.example.org/signaler", "Contact: mailto:cert@caisse.example.org"]


def test_the_file_never_lapses_and_promises_less_than_a_year(visitor: FlaskClient):
    """RFC 9116 2.5.5: a date under a year away."""
    for later in (timedelta(), timedelta(days=400)):
        with clock.travel(later):
            (said,) = [line for line in visitor.get(PATH).text.splitlines() if line.startswith("Expires: ")]
            until = datetime.fromisoformat(said.removeprefix("Expires: "))
            assert timedelta(days=30) < until - clock.now() < timedelta(days=365)
