"""The postbox's pages, and the address of its SMS gateway."""

import re
from datetime import datetime

from flask import Flask, Response, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from examples.postbox import gateway
from examples.postbox.box import Box, Item

_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
# A mail is a stranger's page: no script, no form, no picture, nothing of ours; its links open in the whole window.
_OF_A_MAIL = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; "
    "sandbox allow-top-navigation-by-user-activation"
)
_OURS = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def create_app(box: Box, sms_authorization: str) -> Flask:
    """`sms_authorization` is the header that the gateway asks for."""
    app = Flask("examples.postbox")
    app.config.update(BOX=box, SMS_AUTHORIZATION=sms_authorization, TRUSTED_HOSTS=["localhost", "127.0.0.1"])
    app.register_blueprint(gateway.bp)
    app.add_url_rule("/", "home", _home)
    app.add_url_rule("/messages/<item_id>", "message", _message)
    app.add_url_rule("/messages/<item_id>/html", "as_html", _as_html)
    app.add_url_rule("/empty", "empty", _empty, methods=["POST"])
    app.add_template_filter(linked)
    app.add_template_filter(_hour, "hour")
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


def _home() -> str:
    to = request.args.get("to") or None
    recipients = sorted({item.to for item in _box().items()})
    return render_template("home.html", items=_box().items(to), to=to, recipients=recipients)


def _message(item_id: str) -> str:
    return render_template("message.html", item=_found(item_id))


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


def _hour(at: str) -> str:
    return datetime.fromisoformat(at).astimezone().strftime("%d/%m à %H:%M:%S")


def _dress(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", _OURS)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response
