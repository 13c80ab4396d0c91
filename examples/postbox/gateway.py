"""The SMS gateway: it takes every message posted to it, unless a recipient is to meet trouble."""

import hmac
import time
from typing import Any

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue

from examples.postbox.box import Box, Item

ANSWERS: dict[str, tuple[dict[str, str], int]] = {
    "crowded": ({"status": "refused", "error": "too many requests"}, 429),
    "no_credit": ({"status": "refused", "error": "insufficient credit"}, 402),
    "broken": ({"status": "error"}, 500),
    "error_body": ({"status": "error", "error": "insufficient credit"}, 200),
    "reject": ({"status": "refused", "error": "no such number"}, 422),
}
KINDS = (*ANSWERS, "slow")

bp = Blueprint("gateway", __name__)


@bp.post("/sms")
def take() -> ResponseReturnValue:
    """Take `{"to", "text", "reference"}`, JSON or a form; a reference that was taken already is not taken again."""
    shown, expected = request.headers.get("Authorization", ""), current_app.config["SMS_AUTHORIZATION"]
    if not hmac.compare_digest(shown.encode(), expected.encode()):
        return {"status": "refused", "error": "who are you?"}, 401
    given: dict[str, Any] = (request.get_json(silent=True) if request.is_json else request.form.to_dict()) or {}
    to, text, reference = (str(given.get(name, "")) for name in ("to", "text", "reference"))
    if not (to and text):
        return {"status": "refused", "error": "to and text are needed"}, 400
    box: Box = current_app.config["BOX"]
    trouble = box.trouble(to)
    if trouble and trouble.kind in ANSWERS:
        return ANSWERS[trouble.kind]
    if trouble and trouble.kind == "slow":
        time.sleep(trouble.seconds)
    if not any(item.headers.get("reference") == reference for item in box.items(to)):
        box.keep(Item(channel="sms", to=to, sender="SMS", subject="", text=text, headers={"reference": reference}))
    return {"status": "accepted", "reference": reference}, 202
