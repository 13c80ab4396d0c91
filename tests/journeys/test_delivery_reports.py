"""No gateway reports to us: there is no address for it, and a number is certified by a code typed back only (SMS-8)."""

import re

import pytest
from flask import Flask

from app import WRITING_GETS
from idp.db import db
from idp.delivery.courier import Courier
from idp.delivery.models import OutgoingMessage
from idp.delivery.transports.memory import Memory
from idp.delivery.transports.port import Sms
from tests.browser import ISSUER, Browser
from tests.journeys.test_every_get import contents, gets
from tests.openings import MOBILE, MOBILE_E164, identifies, two_letters
from tests.rows import row

CERTIFIED = "Numéro certifié"


@pytest.fixture
def waiting(app: Flask, browser: Browser) -> Browser:
    """Step 2 of an opening, where the code is to be typed."""
    identifies(browser, two_letters(app))
    browser.submit(choice="certify", mobile=MOBILE)
    return browser


def leaves(app: Flask) -> Sms:
    """The gateway takes the SMS over."""
    memory: Memory[Sms] = Memory()
    Courier(app.app_context, app.extensions["settings"], {"sms": lambda: memory}).deliver_due()
    (sent,) = memory.sent
    return sent


def code_in(sms: Sms) -> str:
    return re.findall(r"[0-9]{6}$", sms.text)[0]


def report(app: Flask) -> dict[str, str]:
    """All that a gateway might tell of the SMS, under the names that gateways use."""
    with app.app_context():
        (message_id,) = db.session.scalars(db.select(OutgoingMessage.id))
    known = dict.fromkeys(("id", "reference", "messageId", "message_id", "client_ref", "MessageSid"), str(message_id))
    number = dict.fromkeys(("to", "msisdn", "number", "mobile", "recipient"), MOBILE_E164)
    states = dict.fromkeys(("status", "state", "dlr", "MessageStatus"), "delivered")
    return known | number | states | {"certified": "true", "verified": "1"}


KNOCKED_AT = ("/sms", "/sms/report", "/sms/status", "/dlr", "/webhooks/sms", "/callback")


@row("SMS-8")
@pytest.mark.parametrize("gateway", ["a stranger", "with the authorization that we show it"])
def test_a_report_changes_nothing_wherever_it_is_sent(app: Flask, waiting: Browser, gateway: str):
    leaves(app)
    before, told, draft = contents(app), report(app), waiting.page.url
    headers = {"Authorization": "Bearer of-the-gateway"} if gateway != "a stranger" else {}
    stranger = app.test_client()
    for path in [*(path for _, path in gets(app, "POST")), *KNOCKED_AT]:
        for body in ({"json": told}, {"data": told}):
            assert stranger.post(path, base_url=ISSUER, headers=headers, **body).status_code in range(300, 500), path
    for endpoint, path in gets(app):
        if endpoint not in WRITING_GETS:
            stranger.get(path, base_url=ISSUER, headers=headers, query_string=told)
    assert contents(app) == before
    assert CERTIFIED not in waiting.get(draft).text


@row("SMS-8")
def test_an_sms_that_was_taken_over_certifies_nothing_and_its_code_does(app: Flask, waiting: Browser):
    sms = leaves(app)
    assert CERTIFIED not in waiting.get(waiting.page.url).text
    waiting.submit(choice="certify", mobile=MOBILE)
    assert CERTIFIED not in waiting.submit(choice="verify", mobile=MOBILE, code="").text
    page = waiting.submit(choice="verify", mobile=MOBILE, awaiting=MOBILE_E164, code=code_in(sms))
    assert CERTIFIED in page.text
