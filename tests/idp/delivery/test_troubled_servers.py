"""Whatever the mail server or the gateway does, pages are served as ever, and nothing is lost or sent for nothing."""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from idp import clock
from idp.delivery import outbox
from idp.delivery.courier import LEASE, ways
from idp.delivery.transports.port import ServerAway
from idp.errors import NotFound
from idp.extensions import csrf
from tests import worlds
from tests.browser import ISSUER
from tests.counting import Costs, costs
from tests.idp.delivery.test_cli import listed
from tests.idp.delivery.test_courier import (
    ADDRESS,
    NUMBER,
    a_courier,
    deliver,
    found,
    of_memory,
    until,
    watching,
    written,
)
from tests.idp.delivery.transports.test_sms_gateway import answering
from tests.postboxes import Postbox, black_hole, free_port

Server = dict[str, Any]
"""The settings that lead to it."""


@contextmanager
def fine(box: Postbox) -> Iterator[Server]:
    yield {}


@contextmanager
def down(box: Postbox) -> Iterator[Server]:
    yield {"smtp_port": free_port(), "sms_url": f"http://127.0.0.1:{free_port()}/sms"}


@contextmanager
def silent(box: Postbox) -> Iterator[Server]:
    with black_hole() as mail, black_hole() as sms:
        yield {"smtp_port": mail, "sms_url": f"http://127.0.0.1:{sms}/sms", "delivery_timeout": 0.2}


@contextmanager
def refusing(box: Postbox) -> Iterator[Server]:
    box.trouble(ADDRESS, "greylist", times=1)
    box.trouble(NUMBER, "error_body", times=1)
    yield {}


@contextmanager
def crowded(box: Postbox) -> Iterator[Server]:
    box.trouble(ADDRESS, "busy", times=1)
    with answering(429, Retry_After="90") as (port, _):
        yield {"sms_url": f"http://127.0.0.1:{port}/sms"}


TROUBLES = (down, silent, refusing, crowded)
Made = Callable[[Server], Flask]


@pytest.fixture(params=["sqlite", "postgresql"])
def make(request: pytest.FixtureRequest, tmp_path: Path, box: Postbox) -> Iterator[Made]:
    """An application that has a page which sends, on servers that may be in trouble."""
    with ExitStack() as stack:

        def an_app(server: Server) -> Flask:
            fixture, way = {"sqlite": ("template", "sqlite"), "postgresql": ("postgres_template", "copy")}[
                request.param
            ]
            app: Flask = getattr(request.getfixturevalue(fixture), way)(tmp_path, **box.settings | server)
            for path, view in (("/sends", sends), ("/sends-then-fails", then_fails), ("/sends-then-refuses", refuses)):
                app.add_url_rule(path, path[1:], csrf.exempt(view), methods=["POST"])
            stack.callback(worlds.close, app)
            return app

        yield an_app


def sends() -> str:
    outbox.send_mail("delivery/trial", ADDRESS, operator="Ada")
    outbox.send_sms("delivery/trial", NUMBER, operator="Ada")
    return "sent"


def post(app: Flask, path: str) -> TestResponse:
    return app.test_client().post(path, base_url=ISSUER)


def work(app: Flask) -> Costs:
    """What the page that sends asks of the two memories."""
    with costs(app) as counted:
        assert post(app, "/sends").text == "sent"
    shapes = [re.sub(r"'(?:[^']|'')*'|\b[0-9a-fx.]{8,}", "?", one) for one in counted.statements]
    return replace(counted, statements=shapes)


def then_fails() -> str:
    sends()
    raise RuntimeError("a fault of ours")


def refuses() -> str:
    sends()
    raise NotFound("after all")


def test_while_a_server_takes_its_time_the_courier_holds_on_to_the_message(app: Flask, box: Postbox):
    """Thirty seconds a message are longer than a lease: no other courier may take it for abandoned."""
    box.trouble(ADDRESS, "slow", times=1, seconds=7)
    message = written(app)
    with watching(app):
        assert until(lambda: box.box.attempts)
        first = found(app, message).leased_until
        assert first is not None
        assert until(lambda: (found(app, message).leased_until or first) > first)
        with clock.travel(LEASE - timedelta(seconds=2)):
            assert deliver(app) == {}
    assert found(app, message).state == "sent"
    assert len(box.items()) == 1


@pytest.mark.parametrize(("asked", "waited"), [(120, 120), (1, 22), (10**6, 3600)], ids=["two minutes", "one", "days"])
def test_asked_to_wait_it_does_for_an_hour_at_most(app: Flask, asked: int, waited: int):
    courier, memory = of_memory(app)
    memory.answers.append(ServerAway("too many", asked))
    message, before = written(app), clock.now()
    courier.deliver_due()
    assert timedelta(seconds=waited) <= found(app, message).due_at - before < timedelta(seconds=waited + 20)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_nothing_is_lost_and_all_leaves_once_when_they_are_well_again(make: Made, box: Postbox, trouble: Any):
    with trouble(box) as server:
        app = make(server)
        assert post(app, "/sends").status_code == 200
        deliver(app)
        assert sorted(row["state"] for row in listed(app)) == ["late", "late"]
        assert box.items() == []
    well = {name: box.settings[name] for name in server} | {"delivery_timeout": timedelta(seconds=10)}
    chosen = app.extensions["settings"].model_copy(update=well)
    with clock.travel(timedelta(minutes=2)):
        courier = a_courier(app, ways(chosen))
        courier.deliver_due()
    assert courier.counts == {"sent": 2}
    assert sorted(item.to for item in box.items()) == [NUMBER, ADDRESS]
    assert listed(app) == []


def test_a_page_speaks_to_no_server_and_does_the_same_work_whatever_they_do(make: Made, box: Postbox):
    with socket.create_server(("127.0.0.1", 0)) as mail, socket.create_server(("127.0.0.1", 0)) as sms:
        ports = [server.getsockname()[1] for server in (mail, sms)]
        app = make({"smtp_port": ports[0], "sms_url": f"http://127.0.0.1:{ports[1]}/sms", "delivery_timeout": 0.2})
        alone = work(app)
        deliver(app)
        for server in (mail, sms):
            server.accept()
            server.setblocking(False)
        in_trouble = work(app)
        for server in (mail, sms):
            with pytest.raises(BlockingIOError):
                server.accept()
    assert alone == in_trouble
    assert alone.trips == 0
    assert len([one for one in alone.statements if one.startswith("INSERT INTO outgoing_message")]) == 2


@pytest.mark.parametrize("path", ["/sends-then-fails", "/sends-then-refuses"])
def test_nothing_is_sent_for_what_was_undone(make: Made, box: Postbox, path: str):
    app = make({})
    assert post(app, path).status_code in (404, 500)
    assert deliver(app) == {}
    assert box.box.attempts == []
