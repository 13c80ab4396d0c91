"""Mail, SMS and letters: whether they can leave, and do."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from functools import partial

from idp import clock
from idp.accounts import logins
from idp.db import new_id
from idp.delivery import rendering
from idp.delivery.models import OutgoingMessage
from idp.delivery.transports.port import Mail, PutOff, Undelivered
from idp.delivery.transports.smtp import Smtp
from idp.ops.checks.verdicts import Check, Seen, advice, fine, wrong
from idp.settings import Settings
from keys.cms import Recipient
from keys.errors import BadCertificate

PATIENCE = timedelta(minutes=5)
"""How long something due may lie there: a courier looks every second."""
NOTICE = timedelta(days=30)
"""How long before a certificate expires one is told."""
MEND = "see IDP_SMTP_HOST, _PORT, _TLS, _USER, _PASSWORD and IDP_DELIVERY_CA_FILE"
FONTS = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")


def trial(recipient: str) -> Check:
    """Send a mail to that address now, past the outbox. Raises `ValueError` for what is no address."""
    address = logins.canonical(recipient)
    if address is None:
        raise ValueError(f"{recipient!r} is no mail address: give one, such as lea@example.org")
    return Check(
        "a mail of trial", "what no server takes reaches nobody", partial(_tried, address), in_development=True
    )


def _tried(recipient: str, chosen: Settings) -> Iterator[Seen]:
    content = rendering.mail("delivery/trial", None, None, {"operator": "idp doctor"})
    mail = Mail(id=new_id(), to=recipient, written_at=clock.now(), **asdict(content))
    server, smtp = _server(chosen), Smtp(chosen)
    try:
        smtp.send(mail)
    except Undelivered as error:
        yield wrong(f"{server}: {error}", MEND)
    else:
        told = f"{server} took a mail from {content.sender[1]} ({chosen.smtp_tls})"
        yield fine(f"{told}: look whether it arrives, and whether as junk")
    finally:
        smtp.close()


def _server(chosen: Settings) -> str:
    return f"{chosen.smtp_host}:{chosen.smtp_port}"


def _mail(chosen: Settings) -> Iterator[Seen]:
    server = _server(chosen)
    try:
        Smtp(chosen).greet()
    except PutOff as error:
        yield wrong(f"{server}: {error}", MEND)
    else:
        yield fine(f"{server} takes our mails ({chosen.smtp_tls})")
    if chosen.mail_sender.endswith(("@example.org", ".example.org")):
        yield wrong(f"mails are from {chosen.mail_sender}", "set IDP_MAIL_SENDER to an address of yours")


def _sms(chosen: Settings) -> Iterator[Seen]:
    if chosen.sms_url:
        yield fine("a gateway is named; `idp outbox try +33…` sends an SMS")
    else:
        yield wrong("no SMS leaves: no mobile can be certified", "set IDP_SMS_URL and what goes with it")


def _outbox(chosen: Settings) -> Iterator[Seen]:
    since = clock.now() - PATIENCE
    channels = ("mail", "http", *(["sms"] if chosen.sms_url else []))
    lying = {channel: OutgoingMessage.left_lying(channel, since) for channel in channels}
    for channel, count in lying.items():
        if count:
            do = "is `idp serve`, whose courier takes them, running? else: idp outbox deliver"
            yield wrong(f"{count} of {channel} are due since five minutes, and nobody takes them", do)
    abandoned = OutgoingMessage.counted("abandoned")
    if abandoned:
        yield advice(f"{abandoned} were given up", "idp outbox list --state abandoned, then idp outbox retry")
    if late := OutgoingMessage.counted("late"):
        yield advice(f"{late} wait for another attempt", "idp outbox list --state late tells why")
    if not any(lying.values()) and not abandoned and not late:
        yield fine("nothing is stuck")


def _letters(chosen: Settings) -> Iterator[Seen]:
    if chosen.letters_certificate is None:
        yield advice("no certificate: no letter can be made", "set IDP_LETTERS_CERTIFICATE to the printer's")
    else:
        yield _certificate(chosen)
    missing = [name for name in FONTS if not (chosen.letters_fonts / name).is_file()]
    if missing:
        yield wrong(f"no {', '.join(missing)} in {chosen.letters_fonts}", "apt install fonts-dejavu-core")


def _certificate(chosen: Settings) -> Seen:
    assert chosen.letters_certificate is not None
    try:
        until = Recipient.read(chosen.letters_certificate, clock.now()).until
    except BadCertificate as error:
        return wrong(f"{error}", "ask the printer for another")
    told = f"the printer's certificate is valid until {until:%Y-%m-%d}"
    return fine(told) if until - clock.now() > NOTICE else advice(told, "ask the printer for the next one")


CHECKS = (
    Check("mail", "no account is opened and no password replaced without it", _mail),
    Check("SMS", "a mobile is certified by an SMS", _sms),
    Check("outbox", "a mail that waits is a person who waits", _outbox, in_development=True),
    Check("letters", "a member begins with two letters", _letters),
)
