"""The SMS that carries a code: who writes, the code, tell nobody, and the line a telephone fills it in by (SMS-7)."""

from io import StringIO

import pytest
from flask import Flask

from idp.db import unit_of_work
from idp.delivery import outbox, rendering
from idp.delivery.courier import ways
from idp.web import logs
from tests.builders import a_fund
from tests.idp.delivery.test_courier import NUMBER, a_courier
from tests.idp.delivery.transports.test_sms_gateway import answering
from tests.postboxes import Postbox
from tests.rows import row

KIND, CODE = "accounts/mobile_code", "407213"
GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghij"
    "klmnopqrstuvwxyzäöñüà"
)
"""3GPP TS 23.038, 6.2.1: with any other character an SMS holds 70, not 160."""


def text(app: Flask, locale: str = "fr", name: str = "Caisse du Val d'Exemple") -> str:
    with app.app_context(), unit_of_work():
        return rendering.sms(KIND, a_fund(name=name).id, locale, {"code": CODE})


@row("SMS-7")
@pytest.mark.parametrize(("locale", "nobody"), [("fr", "Ne le communiquez à personne"), ("en", "Give it to nobody")])
def test_it_says_who_writes_the_code_and_to_tell_nobody(app: Flask, locale: str, nobody: str):
    said = text(app, locale)
    assert said.startswith("Caisse du Val d'Exemple : ")
    assert nobody in said
    assert CODE in said.splitlines()[0]


@row("SMS-7")
def test_its_last_line_lets_a_telephone_fill_the_code_in_on_our_host_only(app: Flask):
    assert text(app).splitlines()[-2:] == ["", f"@localhost #{CODE}"]
    assert "//" not in text(app)


@pytest.mark.parametrize("locale", ["fr", "en"])
def test_it_is_one_sms_not_two(app: Flask, locale: str):
    said = text(app, locale)
    assert set(said) <= GSM_7
    assert len(said) <= 160


@row("SMS-7")
def test_the_code_stands_in_the_body_of_the_request_and_in_no_address_header_or_log(app: Flask, box: Postbox):
    log = StringIO()
    with answering(200, b'{"status": "accepted"}') as (port, asked):
        chosen = app.extensions["settings"].model_copy(update={"sms_url": f"http://127.0.0.1:{port}/sms"})
        logs.configure("DEBUG", log)
        with app.app_context(), unit_of_work():
            outbox.send_sms(KIND, NUMBER, code=CODE)
        courier = a_courier(app, ways(chosen))
        courier.deliver_due()
    ((headers, body, line),) = asked
    assert CODE.encode() in body
    assert not [word for word in (CODE, NUMBER[1:]) if word in repr(headers) + line]
    assert "delivery:message:sent" in log.getvalue()
    assert not [word for word in (CODE, NUMBER[1:]) if word in log.getvalue()]
