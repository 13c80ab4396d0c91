"""The SMTP server: it takes every mail, unless a recipient is to meet trouble."""

import asyncio
import ssl
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from examples.postbox.box import Box, Item, Trouble

AT_RECIPIENT = {
    "greylist": "451 4.7.1 Come back later",
    "busy": "421 4.3.2 Closing down",
    "reject": "550 5.1.1 No such mailbox",
}
AT_DATA = {"refuse": "554 5.7.1 Content refused"}
KINDS = (*AT_RECIPIENT, *AT_DATA, "slow", "cut", "lost_answer")
"""`slow` answers after some seconds, `cut` hangs up in the middle of the mail, `lost_answer` keeps it and hangs up."""


class MailServer:
    """A server in a thread of its own. With `tls` it offers STARTTLS, or speaks TLS at once if `implicit`."""

    def __init__(
        self, box: Box, port: int, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None, implicit: bool = False
    ) -> None:
        options: dict[str, Any] = {"ssl_context": tls} if implicit else {"tls_context": tls}
        self._controller = _Controller(_Handler(box), hostname=host, port=port, **options)

    def start(self) -> None:
        """Listen."""
        self._controller.start()

    def stop(self) -> None:
        """Hang up."""
        self._controller.stop()


class _Server(SMTP):
    trouble: Trouble | None = None

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802 - the name of the command
        if self.trouble and self.trouble.kind == "cut":
            await self.push("354 Go on")
            await self._reader.readline()
            _hang_up(self)
            return
        await super().smtp_DATA(arg)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Server(self.handler, **self.SMTP_kwargs)


class _Handler:
    def __init__(self, box: Box) -> None:
        self._box = box

    async def handle_RCPT(  # noqa: N802 - the name of the command
        self, server: _Server, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        server.trouble = self._box.trouble(address)
        if server.trouble and server.trouble.kind in AT_RECIPIENT:
            return AT_RECIPIENT[server.trouble.kind]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: _Server, session: Session, envelope: Envelope) -> str:  # noqa: N802
        trouble = server.trouble
        if trouble and trouble.kind in AT_DATA:
            return AT_DATA[trouble.kind]
        if trouble and trouble.kind == "slow":
            await asyncio.sleep(trouble.seconds)
        content = envelope.content
        assert isinstance(content, bytes)
        for address in envelope.rcpt_tos:
            self._box.keep(_read(content, address))
        if trouble and trouble.kind == "lost_answer":
            _hang_up(server)
        return "250 OK"


def _hang_up(server: SMTP) -> None:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


def _read(content: bytes, address: str) -> Item:
    mail = message_from_bytes(content, policy=default)
    assert isinstance(mail, EmailMessage)
    return Item(
        channel="mail",
        to=address,
        sender=str(mail["From"]),
        subject=str(mail["Subject"]),
        text=_part(mail, "plain") or "",
        html=_part(mail, "html"),
        headers={name: str(value) for name, value in mail.items()},
    )


def _part(mail: EmailMessage, kind: str) -> str | None:
    part = mail.get_body((kind,))
    return None if part is None else str(part.get_content())
