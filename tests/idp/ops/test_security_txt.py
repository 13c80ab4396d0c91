"""Whoever finds a weakness is told whom to write to (RFC 9116)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask

from idp import clock
from tests import worlds
from tests.browser import ISSUER

PATH = "/.well-known/security.txt"


def asked(app: Flask):
    return app.test_client().get(PATH, base_url=ISSUER)


def test_the_file_says_whom_to_write_to_until_when_and_where_it_is(app: Flask):
    """RFC 9116 2.3: plain text in UTF-8, one field a line. 2.5.2, 2.5.3, 2.5.5, 2.5.7: the fields."""
    with clock.travel(datetime(2026, 3, 3, 10, 30, tzinfo=UTC)):
        response = asked(app)
    assert response.content_type == "text/plain; charset=utf-8"
    assert response.text.splitlines() == [
        "Contact: mailto:contact@example.org",
        "Expires: 2026-06-01T00:00:00Z",
        "Preferred-Languages: fr, en",
        f"Canonical: http://localhost:8000{PATH}",
    ]


def test_operators_choose_who_is_told_the_first_first(template: worlds.Template, tmp_path: Path):
    """RFC 9116 2.5.3: several contacts stand in order of preference."""
    site = template.sqlite(tmp_path, security_contacts="https://caisse.example.org/signaler, cert@caisse.example.org")
    told = [line for line in asked(site).text.splitlines() if line.startswith("Contact")]
    assert told == ["Contact: https://caisse.example.org/signaler", "Contact: mailto:cert@caisse.example.org"]


def test_the_file_never_lapses_and_promises_less_than_a_year(app: Flask):
    """RFC 9116 2.5.5: a date under a year away."""
    for later in (timedelta(), timedelta(days=400)):
        with clock.travel(later):
            (said,) = [line for line in asked(app).text.splitlines() if line.startswith("Expires: ")]
            until = datetime.fromisoformat(said.removeprefix("Expires: "))
            assert timedelta(days=30) < until - clock.now() < timedelta(days=365)
