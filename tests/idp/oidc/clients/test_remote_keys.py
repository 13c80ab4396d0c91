"""Keys that clients publish: read by the courier alone, once a minute or when an unknown one is named."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from joserfc.jwk import ECKey
from sqlalchemy import select

from idp import clock, extensions
from idp.db import db, unit_of_work
from idp.oidc.clients import registration, remote_keys
from idp.oidc.models.client import Client
from idp.oidc.models.client_keys import ClientKeys
from tests.couriers import delivers
from tests.receivers import Receiver, receiver
from tests.rows import row
from tests.signers import JWKS, Signer

NEW = ECKey.generate_key("P-256", {"kid": "new"})


@pytest.fixture
def program() -> Iterator[Receiver]:
    """Where the client publishes its keys."""
    with receiver(body=json.dumps(JWKS).encode()) as running:
        yield running


@pytest.fixture
def signer(app: Flask, program: Receiver) -> Signer:
    """A client whose keys are there."""
    with app.app_context(), clock.travel(-timedelta(days=1)):
        extensions.store.clear()
        extensions.store.epoch()
    made = Signer.register(app, jwks=None, jwks_uri="https://portal.example.org/keys")
    moves(app, made, program.url)
    return made


def moves(app: Flask, signer: Signer, uri: str) -> None:
    with app.app_context(), unit_of_work():
        Client.by_client_id(signer.portal.client_id).jwks_uri = uri


def reads(app: Flask) -> None:
    """What the courier does every second."""
    with app.app_context():
        remote_keys.read_due()


def kept(app: Flask) -> ClientKeys:
    with app.app_context():
        return db.session.scalars(select(ClientKeys)).one()


@row("OID-7", "NET-1")
def test_no_request_asks_for_the_keys_and_the_courier_does(app: Flask, signer: Signer, program: Receiver):
    assert not signer.is_known(signer.assertion())
    assert program.asked == []
    delivers(app)
    assert [line for line, _, _ in program.asked] == ["GET /told HTTP/1.1"]
    assert signer.is_known(signer.assertion())
    reads(app)
    assert len(program.asked) == 1


@row("OID-7")
def test_keys_turn_within_a_minute(app: Flask, signer: Signer, program: Receiver):
    reads(app)
    program.body = json.dumps({"keys": [NEW.as_dict(private=False)]}).encode()
    with clock.travel(timedelta(seconds=61)):
        reads(app)
        assert signer.is_known(signer.assertion("ES256", NEW))
        assert not signer.is_known(signer.assertion())


@row("OID-7", "INP-3")
@pytest.mark.parametrize("odd", ["NaN", "-Infinity", "1e999", '"\\u0000"', '"\\ud800"', "1" * 4301, "[" * 30000])
def test_a_document_that_no_database_keeps_is_not_read_and_hides_no_other(any_app: Flask, odd: str):
    with any_app.app_context(), clock.travel(-timedelta(days=1)):
        extensions.store.clear()
        extensions.store.epoch()
    text = json.dumps(JWKS)
    with receiver(body=f'{text[:-1]}, "x": {odd}}}'.encode()) as strange, receiver(body=text.encode()) as program:
        for place in (strange, program):
            signer = Signer.register(any_app, jwks=None, jwks_uri="https://portal.example.org/keys")
            moves(any_app, signer, place.url)
        reads(any_app)
        assert signer.is_known(signer.assertion())


@row("OID-7")
def test_an_unknown_key_has_them_read_again_at_once_and_not_more_than_once_in_five_seconds(
    app: Flask, signer: Signer, program: Receiver
):
    reads(app)
    program.body = json.dumps({"keys": [NEW.as_dict(private=False)]}).encode()
    assert not signer.is_known(signer.assertion("ES256", NEW))
    reads(app)
    assert len(program.asked) == 1
    with clock.travel(timedelta(seconds=6)):
        assert not signer.is_known(signer.assertion("ES256", NEW))
        reads(app)
        assert signer.is_known(signer.assertion("ES256", NEW))
        reads(app)
    assert len(program.asked) == 2


@row("NET-1")
@pytest.mark.parametrize(
    "changes",
    [
        {"status": 500},
        {"status": 302, "headers": {"Location": "http://127.0.0.1:1/"}},
        {"body": b"<html>"},
        {"body": b"[" * 9999},
        {"body": b'{"keys": []}'},
        {"body": b'{"keys": [{"kty": "oct", "k": "AA", "kid": "x"}]}'},
        {"body": b'{"keys": [], "x": "' + b"x" * 70_000 + b'"}'},
    ],
    ids=["500", "redirect", "html", "deep", "empty", "shared key", "long"],
)
def test_while_they_cannot_be_read_the_former_ones_are_good_for_an_hour(
    app: Flask, signer: Signer, program: Receiver, changes: dict[str, object]
):
    reads(app)
    for name, value in changes.items():
        setattr(program, name, value)
    with clock.travel(timedelta(seconds=61)):
        reads(app)
        assert kept(app).failures == 1
        assert kept(app).last_error
        assert signer.is_known(signer.assertion())
    with clock.travel(timedelta(minutes=61)):
        assert not signer.is_known(signer.assertion())


def test_an_address_in_trouble_is_asked_less_and_less(app: Flask, signer: Signer, program: Receiver):
    program.status = 503
    for minutes in range(20):
        with clock.travel(timedelta(minutes=minutes, seconds=1)):
            reads(app)
            signer.is_known(signer.assertion())
    assert 3 <= len(program.asked) <= 6


def test_keys_of_a_former_address_are_worth_nothing(app: Flask, signer: Signer):
    reads(app)
    with receiver(body=json.dumps({"keys": [NEW.as_dict(private=False)]}).encode()) as elsewhere:
        moves(app, signer, elsewhere.url)
        assert not signer.is_known(signer.assertion())
        reads(app)
        assert signer.is_known(signer.assertion("ES256", NEW))


def test_a_disabled_client_is_asked_nothing(app: Flask, signer: Signer, program: Receiver):
    with app.app_context(), unit_of_work():
        registration.disable(Client.by_client_id(signer.portal.client_id))
    reads(app)
    assert program.asked == []


def test_of_two_couriers_one_reads(any_app: Flask):
    signer = Signer.register(any_app, jwks=None, jwks_uri="https://portal.example.org/keys")
    with any_app.app_context():
        for minutes in (0, 2):
            with clock.travel(timedelta(minutes=minutes)):
                (due,) = ClientKeys.due(clock.now())
                until = clock.now() + timedelta(minutes=1)
                assert (ClientKeys.lease(due, until), ClientKeys.lease(due, until)) == (True, False)
                ClientKeys.keep(due, JWKS, clock.now())
                ClientKeys.failed(due, until, "why")
                assert ClientKeys.due(clock.now()) == []
        db.session.rollback()
    assert signer.portal.secret is None
