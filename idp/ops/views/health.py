"""What a balancer or a supervisor asks: does this process answer, and may it be given work?"""

from flask.typing import ResponseReturnValue

from idp.ops import health

NOT_KEPT = {"Cache-Control": "no-store"}


def live() -> ResponseReturnValue:
    """The process answers, whatever it stands on: restarting it would not bring the database back."""
    return {"status": "ok"}, 200, NOT_KEPT


def ready() -> ResponseReturnValue:
    """Each part, in one word. 503 while none of our answers would be worth anything."""
    found = health.readiness()
    return {"status": found.state, "parts": dict(found.parts)}, found.http_status, NOT_KEPT
