"""Every address that answers POST, sent anything by anybody without a token: a 4xx, and nothing changed (SES-6)."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from app import FOREIGN_POSTS, MACHINE
from idp.audit.models import AuditEvent, AuditPerson
from idp.db import Model, db, new_id
from tests.browser import ISSUER
from tests.hostile.doors import House
from tests.rows import row

FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
PART = '--x\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n{}\r\n'
BODIES = {
    "nothing": (FORM, b""),
    "no form": (FORM, b"\0\xff\xfe=&&;=%"),
    "invalid UTF-8": (FORM, b"email=%ff%fe&password=\xff&choice=%C0%80"),
    "NUL": (FORM, b"email=a%00b&choice=%00&token=%00&csrf_token=%00"),
    "the same field a thousand times": (FORM, b"&".join([b"a=b"] * 1100)),
    "a huge field": (FORM, b"email=" + b"a" * 16_000),
    "too much": (FORM, b"a=" + b"b" * 17_000),
    "JSON": ("application/json", b'{"email": ["a"], "choice": {"a": null}}'),
    "broken JSON": ("application/json", b'{"a": NaN, ' + b"[" * 4000),
    "XML": ("application/xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
    "text": ("text/plain", b"email=a&choice=allow"),
    "no type": ("", b"email=a"),
    "a type that is none": (";;charset=\xff", b"email=a"),
    "another charset": (f"{FORM}; charset=utf-16", "email=a".encode("utf-16")),
    "parts": (MULTIPART, (PART.format("email", "", "a\0") + PART.format("choice", "", "allow") + "--x--").encode()),
    "a file": (MULTIPART, (PART.format("email", '; filename="../../a\0"', "x") + "--x--").encode()),
    "parts without end": (MULTIPART, PART.format("email", "", "a").encode() * 50),
    "many parts": (MULTIPART, PART.format("a", "", "").encode() * 300 + b"--x--"),
    "no boundary": ("multipart/form-data", b"--x"),
}


def posts(app: Flask) -> Iterator[tuple[str, str]]:
    """Each rule that answers POST, as an address with plausible parts."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()):
            values = {name: new_id() if name.endswith("_id") else "x" for name in rule.arguments}
            yield rule.endpoint, adapter.build(rule.endpoint, values | dict(rule.defaults or {}), method="POST")


def contents(app: Flask) -> dict[str, list[str]]:
    """All that the tables hold, but what the audit says of refusals."""
    ours = [
        table for table in Model.metadata.sorted_tables if table not in (AuditEvent.__table__, AuditPerson.__table__)
    ]
    with app.app_context():
        return {table.name: sorted(repr(tuple(row)) for row in db.session.execute(sa.select(table))) for table in ours}


@row("OID-15", "SES-6", "INP-3")
@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("is_known", [False, True], ids=["a stranger", "signed in"])
def test_any_body_without_a_token_is_refused_and_changes_nothing(house: House, body: str, is_known: bool):
    content_type, data = BODIES[body]
    browser = house.visitor(signed_in=is_known)
    before = contents(house.app)
    for endpoint, url in posts(house.app):
        told = browser.client.post(url, data=data, content_type=content_type, base_url=ISSUER)
        is_stored = endpoint in FOREIGN_POSTS - MACHINE and told.status_code == 303
        assert is_stored or 400 <= told.status_code < 500, (endpoint, told.status_code)
        assert told.mimetype == ("application/json" if endpoint in MACHINE else "text/html") or not told.data, endpoint
        if is_stored:
            assert browser.client.get(told.location, base_url=ISSUER).status_code < 500
    assert contents(house.app) == before
