"""A campaign of a whole fund waits to be sent, and people go on asking for links."""

import json
import time
from collections.abc import Callable

import pytest
from flask import Flask

from idp.db import unit_of_work
from idp.delivery import outbox
from tests import commands
from tests.postboxes import Postbox, postbox
from tests.scale.measuring import cost, share

CAMPAIGN, ASKED = 20_000, 50
PEAK = 200
"""MiB that a courier may hold, at any size."""


@pytest.fixture
def box():
    with postbox() as running:
        yield running


def write(app: Flask, addresses: list[str], urgent: bool) -> None:
    """As a service does it: the templates are rendered, the texts sealed."""
    with app.app_context():
        for start in range(0, len(addresses), 500):
            with unit_of_work():
                for address in addresses[start : start + 500]:
                    outbox.send_mail("delivery/trial", address, urgent=urgent, operator="Ada")


def settings(box: Postbox, **changes: str) -> dict[str, str]:
    """Quiet, too: nobody reads the log of these processes."""
    names = ("smtp_host", "smtp_port", "smtp_tls")
    return {name: str(box.settings[name]) for name in names} | {"log_level": "ERROR"} | changes


def wait(condition: Callable[[], bool]) -> None:
    while not condition():
        time.sleep(0.01)


def named(kind: str, count: int) -> list[str]:
    return [f"{kind}{number}@example.org" for number in range(count)]


@pytest.mark.timeout(3600)
def test_what_was_asked_for_overtakes_a_campaign_which_keeps_its_order(any_app: Flask, box: Postbox):
    campaign, asked, late = named("campaign", share(CAMPAIGN)), named("asked", ASKED), named("late", ASKED)
    attempts, began = box.box.attempts, time.monotonic()
    write(any_app, campaign, urgent=False)
    written = time.monotonic() - began

    first = commands.start(any_app, "outbox", "deliver", "--watch", **settings(box, delivery_lanes="1"))
    wait(lambda: len(attempts) > len(campaign) // 10)
    write(any_app, asked, urgent=True)
    place = len(attempts)
    wait(lambda: len(attempts) > place + ASKED)
    first.terminate()
    assert first.wait(20) == 0
    stopped = len(attempts)
    write(any_app, late, urgent=True)
    spent = cost(any_app, "outbox", "deliver", "--json", **settings(box))

    assert set(asked) <= set(attempts[: place + ASKED + 1])  # one was under way
    assert attempts[stopped : stopped + ASKED] == late
    assert [one for one in attempts if one.startswith("campaign")] == campaign
    assert [one for one in attempts if one.startswith("asked")] == asked
    assert json.loads(spent.output)["sent"] == len(campaign) + 2 * ASKED - stopped
    assert spent.peak < PEAK
    database = any_app.extensions["settings"].database_url.split(":")[0]
    print(f"\n{database}: {len(campaign)} written in {written:.0f} s; of {len(attempts) - stopped}: {spent}")
