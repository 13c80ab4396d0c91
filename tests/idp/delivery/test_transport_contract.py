"""One contract for every transport: it hands over, or says why it could not, without naming anybody."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from idp import clock
from idp.db import new_id
from idp.delivery.transports.http_post import HttpPost
from idp.delivery.transports.memory import Memory
from idp.delivery.transports.port import Mail, Post, PutOff, Rejected, ServerAway, Sms, Transport, Undelivered
from idp.delivery.transports.sms_gateway import SmsGateway
from idp.delivery.transports.smtp import Smtp
from idp.settings import Settings
from tests.postboxes import Postbox, black_hole, free_port
from tests.receivers import Receiver, receiver

ADDRESS, NUMBER = "lea@martin.example.org", "+262639980001"


@dataclass
class Case:
    """A transport, a message it takes, and how the other side is made to refuse, to defer, to be well, or silent."""

    transport: Transport[Any]
    message: Mail | Sms | Post
    received: Callable[[], int]
    refuse: Callable[[], None]
    defer: Callable[[], None]
    heal: Callable[[], None]
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


def another(message: Mail | Sms | Post) -> Mail | Sms | Post:
    """A second message of the same kind."""
    return message if isinstance(message, Post) else a_mail() if isinstance(message, Mail) else an_sms()


def settings(box: Postbox, **changes: Any) -> Settings:
    return Settings(_env_file=None, **(box.settings | changes))


def smtp(box: Postbox) -> Case:
    return Case(
        Smtp(settings(box)),
        a_mail(),
        lambda: len(box.items(ADDRESS)),
        lambda: box.trouble(ADDRESS, "reject"),
        lambda: box.trouble(ADDRESS, "greylist"),
        box.box.troubles.clear,
        lambda port: Smtp(settings(box, smtp_port=port)),
    )


def gateway(box: Postbox) -> Case:
    return Case(
        SmsGateway(settings(box)),
        an_sms(),
        lambda: len(box.items(NUMBER)),
        lambda: box.trouble(NUMBER, "reject"),
        lambda: box.trouble(NUMBER, "error_body"),
        box.box.troubles.clear,
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
        kept.answers.clear,
        lambda port: silent,
    )


def http_post(box: Postbox, program: Receiver) -> Case:
    def answers(status: int) -> None:
        program.status = status

    def to(port: int) -> Transport[Any]:
        return Elsewhere(HttpPost(settings(box)), Post(f"http://127.0.0.1:{port}/{ADDRESS}", {}))

    return Case(
        HttpPost(settings(box)),
        Post(f"{program.url}?{NUMBER}", {"logout_token": ADDRESS}),
        lambda: program.taken,
        lambda: answers(410),
        lambda: answers(404),
        lambda: answers(200),
        to,
    )


@dataclass
class Elsewhere:
    """A transport whose message itself says where it goes."""

    transport: Transport[Any]
    message: Post

    def send(self, message: Post) -> None:
        self.transport.send(self.message)

    def close(self) -> None:
        self.transport.close()


@pytest.fixture(params=[smtp, gateway, memory, http_post], ids=["smtp", "sms_gateway", "memory", "http_post"])
def case(request: pytest.FixtureRequest, box: Postbox) -> Iterator[Case]:
    if request.param is not http_post:
        yield request.param(box)
        return
    with receiver() as program:
        yield http_post(box, program)


def test_a_message_is_handed_over_once(case: Case):
    case.transport.send(case.message)
    assert case.received() == 1


def test_a_transport_that_was_closed_opens_again(case: Case):
    case.transport.send(case.message)
    case.transport.close()
    case.transport.close()
    case.transport.send(another(case.message))
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


def test_after_a_refusal_the_next_message_goes(case: Case):
    case.refuse()
    with pytest.raises(Undelivered):
        case.transport.send(case.message)
    case.heal()
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
