"""The postbox's pages, and the address of its SMS gateway."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, Response, abort, current_app, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from examples.postbox import gateway
from examples.postbox.box import Box, Item
from examples.postbox.letters import Letter, Letters
from examples.postbox.people import Message, Someone, recipient

_WHERE_THE_FUND_IS = ZoneInfo("Europe/Paris")
_ADDRESS = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?]")
# A mail is a stranger's page: no script, no form, no picture, nothing of ours; its links open in the whole window.
_OF_A_MAIL = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; "
    "sandbox allow-top-navigation-by-user-activation"
)
_OURS = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def create_app(
    box: Box, sms_authorization: str, letters: Letters | None = None, people: Sequence[Someone] = ()
) -> Flask:
    """`sms_authorization` is the header that the gateway asks for."""
    app = Flask("examples.postbox")
    app.config.update(BOX=box, LETTERS=letters or Letters(None), PEOPLE=people)
    app.config.update(SMS_AUTHORIZATION=sms_authorization, TRUSTED_HOSTS=["localhost", "127.0.0.1"])
    app.register_blueprint(gateway.bp)
    app.add_url_rule("/", "home", _home)
    app.add_url_rule("/messages.json", "as_json", _as_json)
    app.add_url_rule("/messages/<item_id>", "message", _message)
    app.add_url_rule("/messages/<item_id>/html", "as_html", _as_html)
    app.add_url_rule("/letters/<letter_id>", "letter", _letter)
    app.add_url_rule("/letters/<letter_id>/pdf", "as_pdf", _as_pdf)
    app.add_url_rule("/empty", "empty", _empty, methods=["POST"])
    app.add_template_filter(linked)
    app.add_template_filter(_hour, "hour")
    app.add_template_filter(_who, "who")
    app.after_request(_dress)
    return app


def linked(text: str) -> Markup:
    """Text with its addresses as links."""
    found = list(_ADDRESS.finditer(text))
    ends = [0, *(match.end() for match in found)]
    words = [escape(text[end : match.start()]) + _link(match[0]) for end, match in zip(ends, found, strict=False)]
    return Markup("").join(words) + escape(text[ends[-1] :])


def _link(address: str) -> Markup:
    return Markup('<a href="{0}">{0}</a>').format(address)


def _box() -> Box:
    from_app: Box = current_app.config["BOX"]
    return from_app


def _letters() -> Letters:
    from_app: Letters = current_app.config["LETTERS"]
    return from_app


def _people() -> Sequence[Someone]:
    from_app: Sequence[Someone] = current_app.config["PEOPLE"]
    return from_app


def _who(message: Message) -> str:
    return recipient(message, _people())


def _messages() -> list[Message]:
    """Mails, SMS and letters, the newest first."""
    every: list[Message] = [*_box().items(), *_letters().all()]
    return sorted(every, key=lambda message: message.received_at, reverse=True)


def _home() -> str:
    messages, to = _messages(), request.args.get("to") or None
    recipients = sorted({_who(message) for message in messages})
    shown = [message for message in messages if to in (None, _who(message))]
    someone = next((one for one in _people() if one.name == to), None)
    return render_template(
        "home.html", messages=shown, to=to, recipients=recipients, someone=someone, can_empty=bool(_box().items())
    )


def _as_json() -> Response:
    """All there is, for programs; `?to=NAME` as on the page."""
    to = request.args.get("to") or None
    shown = [_told(message) for message in _messages() if to in (None, _who(message))]
    told = {"people": [asdict(one) for one in _people() if to in (None, one.name)], "messages": shown}
    return Response(json.dumps(told, indent=2, ensure_ascii=False), mimetype="application/json")


def _told(message: Message) -> dict[str, Any]:
    told = asdict(message) | {"to": message.to, "text": message.text, "person": _who(message)}
    if isinstance(message, Letter):
        told |= {"pdf": url_for("as_pdf", letter_id=message.id, _external=True)}
        del told["path"]
    return told


def _message(item_id: str) -> str:
    return render_template("message.html", item=_found(item_id))


def _letter(letter_id: str) -> str:
    letter = _found_letter(letter_id)
    someone = next((one for one in _people() if one.gets(letter)), None)
    others = [one for one in _letters().all() if one.address == letter.address and one.id != letter.id]
    return render_template("letter.html", letter=letter, someone=someone, others=others)


def _as_pdf(letter_id: str) -> Response:
    letter = _found_letter(letter_id)
    response = send_file(letter.path.absolute(), mimetype="application/pdf", download_name=letter.path.name)
    response.headers["Content-Security-Policy"] = "frame-ancestors 'none'"  # a browser's own reader draws it
    return response


def _as_html(item_id: str) -> Response:
    item = _found(item_id)
    if item.html is None:
        abort(404)
    page = item.html.replace("<head>", '<head><base target="_top">', 1)
    return Response(page, mimetype="text/html", headers={"Content-Security-Policy": _OF_A_MAIL})


def _empty() -> ResponseReturnValue:
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        abort(403)
    _box().empty()
    return redirect(url_for("home"), 303)


def _found(item_id: str) -> Item:
    return _box().item(item_id) or abort(404)


def _found_letter(letter_id: str) -> Letter:
    return next((one for one in _letters().all() if one.id == letter_id), None) or abort(404)


def _hour(at: str) -> str:
    return datetime.fromisoformat(at).astimezone(_WHERE_THE_FUND_IS).strftime("%d/%m à %H:%M:%S")


def _dress(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", _OURS)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response
