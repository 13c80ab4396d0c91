"""Mail over SMTP, with verified TLS; without TLS to this very machine only, in development."""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import partial
from threading import Timer
from urllib.parse import urlsplit

from idp.delivery.transports.port import Mail, PutOff, Rejected, ServerAway
from idp.settings import Settings

PATIENCE = 5
"""How many times the timeout a connected server may take for an answer: hung up on too soon, it may deliver twice."""
SLOWEST = 10
"""How many times the timeout a whole mail may take, however often the server speaks."""
_REASONS: tuple[tuple[type[OSError], type[PutOff], str], ...] = (
    (smtplib.SMTPNotSupportedError, ServerAway, "the server does not offer what we ask: TLS, or signing in"),
    (smtplib.SMTPServerDisconnected, PutOff, "the server hung up"),
    (ssl.SSLCertVerificationError, ServerAway, "the certificate of the server is not to be trusted"),
    (ssl.SSLError, ServerAway, "no TLS with the server"),
    (TimeoutError, ServerAway, "the server did not answer in time"),
    (socket.gaierror, ServerAway, "no server of that name is known"),
    (ConnectionRefusedError, ServerAway, "the connection was refused: nothing listens there"),
)
_STATUS = re.compile(rb"\s*([245]\.(\d{1,3})\.\d{1,3})\b")  # RFC 3463, the only part of an answer that names nobody
_SUBJECTS = {
    b"1": "the address",
    b"2": "the mailbox",
    b"3": "their system",
    b"4": "the network",
    b"5": "what we said",
    b"6": "what is in the mail",
    b"7": "a rule of theirs",
}
"""What a status is about, by its second number (RFC 3463, 2)."""


class Smtp:
    """One connection to the mail server, kept from one mail to the next."""

    def __init__(self, chosen: Settings) -> None:
        self._chosen = chosen
        self._seconds = chosen.delivery_timeout.total_seconds()
        self._ours = urlsplit(chosen.issuer).hostname or "localhost"
        self._tls = ssl.create_default_context(cafile=chosen.delivery_ca_file)
        self._tls.minimum_version = ssl.TLSVersion.TLSv1_2
        self._open: smtplib.SMTP | None = None

    def send(self, message: Mail) -> None:
        """Hand a mail over; the answer to its last byte decides."""
        written = compose(message, self._ours)
        alarm = Timer(SLOWEST * self._seconds, self._cut)
        alarm.daemon = True
        alarm.start()
        with _explained():
            try:
                self._connection().send_message(written, message.sender[1], [message.to])
            except BaseException:
                self.close()  # in whatever state it is, no other mail is begun on it
                raise
            finally:
                alarm.cancel()

    def greet(self) -> None:
        """Connect and sign in as for a mail, and leave. Raises the errors of the port."""
        with _explained():
            try:
                self._connect()
            finally:
                self.close()

    def close(self) -> None:
        """Say goodbye, if anyone still listens."""
        connection, self._open = self._open, None
        if connection is not None:
            with suppress(smtplib.SMTPException, OSError):
                _within(connection, 1)
                connection.quit()
            connection.close()

    def _connection(self) -> smtplib.SMTP:
        if self._open is not None:
            with suppress(smtplib.SMTPException, OSError):
                if self._open.noop()[0] == 250:
                    return self._open
            self.close()
        return self._connect()

    def _connect(self) -> smtplib.SMTP:
        chosen = self._chosen
        make: Callable[..., smtplib.SMTP] = smtplib.SMTP
        if chosen.smtp_tls == "implicit":
            make = partial(smtplib.SMTP_SSL, context=self._tls)
        self._open = make(chosen.smtp_host, chosen.smtp_port, local_hostname=self._ours, timeout=self._seconds)
        if chosen.smtp_tls == "starttls":
            self._open.starttls(context=self._tls)  # raises where the server offers none: never in the clear
        if chosen.smtp_user:
            self._open.login(chosen.smtp_user, chosen.smtp_password.get_secret_value())
        _within(self._open, PATIENCE * self._seconds)
        return self._open

    def _cut(self) -> None:
        """Hang up, from another thread, on a server that speaks and never ends."""
        sock = self._open.sock if self._open is not None else None
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


def compose(mail: Mail, our_host: str) -> EmailMessage:
    """The mail as it travels: text and HTML, and the headers that say a program wrote it.

    Its `Message-ID` is the same at each attempt: a mailbox that gets it twice may show it once. Raises `ValueError`
    for a name, an address or a subject that would begin a line of its own (LNK-12).
    """
    name, address = mail.sender
    message = EmailMessage(SMTP)
    message["From"] = _address(name, address)
    message["To"] = _address("", mail.to)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.written_at)
    message["Message-ID"] = f"<{mail.id}@{our_host}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday message comes back
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = mail.locale
    return message


def _address(name: str, address: str) -> Address:
    try:
        return Address(name, addr_spec=address)
    except (MessageError, IndexError) as error:
        raise ValueError("no address") from error


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what smtplib raises into the errors of the port."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        code, told = next(iter(error.recipients.values()))
        raise _verdict("the recipient was refused", code, told) from None
    except smtplib.SMTPDataError as error:
        raise _verdict("the mail was refused", error.smtp_code, error.smtp_error) from None
    except smtplib.SMTPSenderRefused as error:
        raise PutOff(_told("the sender was refused", error.smtp_code, error.smtp_error)) from None
    except smtplib.SMTPAuthenticationError as error:
        raise ServerAway(_told("our name or password was refused", error.smtp_code, error.smtp_error)) from None
    except smtplib.SMTPResponseException as error:
        raise ServerAway(_told("the server refused us", error.smtp_code, error.smtp_error)) from None
    except OSError as error:
        raise _reason(error) from None


def _reason(error: OSError) -> PutOff:
    if isinstance(error, smtplib.SMTPServerDisconnected) and isinstance(error.__context__, TimeoutError):
        error = error.__context__  # smtplib calls a timeout that
    for kind, undelivered, words in _REASONS:
        if isinstance(error, kind):
            return undelivered(words)
    return ServerAway(f"the server cannot be reached: {type(error).__name__}")


def _verdict(what: str, code: int, told: bytes | str) -> PutOff | Rejected:
    kind = Rejected if 500 <= code < 600 else PutOff
    return kind(_told(what, code, told))


def _told(what: str, code: int, told: bytes | str) -> str:
    status = _STATUS.match(told.encode() if isinstance(told, str) else told)
    if status is None:
        return f"{what}: {code}"
    subject = _SUBJECTS.get(status[2])
    return f"{what}: {code} {status[1].decode()}" + (f", because of {subject}" if subject else "")


def _within(connection: smtplib.SMTP, seconds: float) -> None:
    if connection.sock is not None:
        connection.sock.settimeout(seconds)
