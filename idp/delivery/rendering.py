"""Templates to mails and SMS, in the recipient's language and with the face of their fund. (edge)"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import current_app, g
from flask_babel import force_locale

from idp.settings import settings
from idp.web import face, i18n, theme
from idp.web.face import Face

_INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp"})
_WORD_JOINER = "\u2060"
"""Seen by no reader; where it stands, no mail program takes a name for an address."""
_LINKED = re.compile(r"(?<=[^\W_])([.:/@])(?=[^\W_]|/)")


@dataclass(frozen=True)
class Content:
    """What a mail says, and whom it is from: a name and an address."""

    sender: tuple[str, str]
    subject: str
    text: str
    html: str
    locale: str


def mail(kind: str, fund_id: UUID | None, locale: str | None, facts: Mapping[str, Any]) -> Content:
    """The templates `mail/<kind>.txt`, whose first line is the subject, and `mail/<kind>.html`.

    They know `fund`, a Face, and the facts. A fact that is text stays on one line, and cannot be taken for a link:
    names are other people's. Only `link` may be one, and leads to this house; `ValueError` otherwise (LNK-12).
    """
    worn, spoken = face.of(fund_id), i18n.best_of([locale or ""]) or settings.locales[0]
    text = _rendered(f"mail/{kind}.txt", worn, spoken, facts)
    subject, _, body = text.partition("\n")
    html = _rendered(f"mail/{kind}.html", worn, spoken, {**facts, "subject": subject})
    sender = (_one_line(worn.name), worn.sender or settings.mail_sender)
    return Content(sender, _one_line(subject), body.strip("\n") + "\n", html, spoken)


def sms(kind: str, fund_id: UUID | None, locale: str | None, facts: Mapping[str, Any]) -> str:
    """The template `sms/<kind>.txt`; beside the facts it knows `host`, for the last line, `@host #code`."""
    spoken = i18n.best_of([locale or ""]) or settings.locales[0]
    return _rendered(f"sms/{kind}.txt", face.of(fund_id), spoken, facts).strip()


def refuse_line_breaks(recipient: str) -> None:
    """Raises `ValueError` for a recipient that is more than one address or number, or begins a line."""
    if not recipient or re.search(r"[^\x21-\x7e]|[,;:<>()\[\]\"\\]", recipient):
        raise ValueError("no single address or number")


def _rendered(template: str, worn: Face, locale: str, facts: Mapping[str, Any]) -> str:
    named = {name: _safe(name, value) for name, value in facts.items()}
    ours = {"fund": worn, "locale": locale, "host": urlsplit(settings.issuer).hostname, "colours": _colours(worn)}
    # A context of its own: its language and its days are the reader's, not those of the page that sends it. Nothing in
    # it may ask the database, which would open another transaction.
    with current_app.app_context(), force_locale(i18n.european(locale)):
        g.face = worn
        return current_app.jinja_env.get_template(template).render(ours | named)


def _safe(name: str, value: Any) -> Any:
    if name == "link":
        if not str(value).startswith(f"{settings.issuer}/") or re.search(r"[^\x21-\x7e]", str(value)):
            raise ValueError("a mail leads to this house only")
        return value
    return _LINKED.sub(rf"\1{_WORD_JOINER}", _one_line(value)) if isinstance(value, str) else value


def _one_line(text: str) -> str:
    visible = "".join(" " if unicodedata.category(char) in _INVISIBLE else char for char in text)
    return " ".join(visible.replace("=?", "= ?").split())  # no encoded word (RFC 2047) but those we write


def _colours(worn: Face) -> theme.Colours:
    return theme.by_day(worn.colour or theme.HOUSE)
