"""One contract for every transport: it hands over, or says why it could not, without naming anybody."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from idp import clock
from idp.db import new_id
from idp.delivery.transports.memory import Memory
from idp.delivery.transports.port import Mail, PutOff, Rejected, ServerAway, Sms, Transport, Undelivered
from idp.delivery.transports.sms_gateway import SmsGateway
from idp.delivery.transports.smtp import Smtp
from idp.settings import Settings
from tests.postboxes import Postbox, black_hole, free_port

ADDRESS, NUMBER = "lea@martin.example.org", "+262639980001"


@dataclass
class Case:
    """A transport, a message it takes, and how the other side is made to refuse it, to wait or to fall silent."""

    transport: Transport[Any]
    message: Mail | Sms
    received: Callable[[], int]
    refuse: Callable[[], None]
    defer: Callable[[], None]
    elsewhere: Callable[[int], Transport[Any]]


def a_mail(to: str = ADDRESS, **changes: Any) -> Mail:
    values: dict[str, Any] = {
        "id": new_id(),
        "to": to,
        "sender": ("Caisse du Val d’Exemple", "ne-pas-repondre@caisse.example.org"),
        "subject": "Votre compte",
        "text": "Bonjour,\n",
        "html": "<p>Bonjour,</p>",
        "locale": "fr",
        "written_at": clock.now(),
    }
    return Mail(**(values | changes))


def an_sms(to: str = NUMBER, text: str = "Votre code : 123456") -> Sms:
    return Sms(new_id(), to, text)


def settings(box: Postbox, **changes: Any) -> Settings:
    return Settings(_env_file=None, **(box.settings | changes))


def smtp(box: Postbox) -> Case:
    return Case(
        Smtp(settings(box)),
        a_mail(),
        lambda: len(box.items(ADDRESS)),
        lambda: box.trouble(ADDRESS, "reject"),
        lambda: box.trouble(ADDRESS, "greylist"),
        lambda port: Smtp(settings(box, smtp_port=port)),
    )


def gateway(box: Postbox) -> Case:
    return Case(
        SmsGateway(settings(box)),
        an_sms(),
        lambda: len(box.items(NUMBER)),
        lambda: box.trouble(NUMBER, "reject"),
        lambda: box.trouble(NUMBER, "error_body"),
        lambda port: SmsGateway(settings(box, sms_url=f"http://127.0.0.1:{port}/sms")),
    )


def memory(box: Postbox) -> Case:
    kept: Memory[Sms] = Memory()
    silent: Memory[Sms] = Memory()
    silent.answers.append(ServerAway("away"))
    return Case(
        kept,
        an_sms(),
        lambda: len(kept.sent),
        lambda: kept.answers.append(Rejected("never")),
        lambda: kept.answers.append(PutOff("later")),
        lambda port: silent,
    )


@pytest.fixture(params=[smtp, gateway, memory], ids=["smtp", "sms_gateway", "memory"])
def case(request: pytest.FixtureRequest, box: Postbox) -> Case:
    made: Case = request.param(box)
    return made


def test_a_message_is_handed_over_once(case: Case):
    case.transport.send(case.message)
    assert case.received() == 1


def test_a_transport_that_was_closed_opens_again(case: Case):
    case.transport.send(case.message)
    case.transport.close()
    case.transport.close()
    case.transport.send(a_mail() if isinstance(case.message, Mail) else an_sms())
    assert case.received() == 2


def test_what_will_never_be_taken_is_rejected(case: Case):
    case.refuse()
    with pytest.raises(Rejected):
        case.transport.send(case.message)
    assert case.received() == 0


def test_what_may_be_taken_later_is_put_off(case: Case):
    case.defer()
    with pytest.raises(PutOff) as told:
        case.transport.send(case.message)
    assert not isinstance(told.value, ServerAway)
    assert case.received() == 0


def test_after_a_refusal_the_next_message_goes(case: Case, box: Postbox):
    case.refuse()
    with pytest.raises(Undelivered):
        case.transport.send(case.message)
    box.box.troubles.clear()
    case.transport.send(case.message)
    assert case.received() == 1


def test_a_server_that_is_not_there_is_away(case: Case):
    with pytest.raises(ServerAway):
        case.elsewhere(free_port()).send(case.message)


def test_a_server_that_says_nothing_is_away_after_the_timeout(case: Case):
    with black_hole() as port, pytest.raises(ServerAway):
        case.elsewhere(port).send(case.message)


def test_no_reason_names_the_recipient(case: Case):
    for trouble in (case.refuse, case.defer):
        trouble()
        with pytest.raises(Undelivered) as told:
            case.transport.send(case.message)
        assert not any(name in str(told.value) for name in (ADDRESS, NUMBER, "lea", "No such"))
