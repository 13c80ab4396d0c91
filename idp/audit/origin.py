"""Where an act came from: request, network and browser, or the operator of a command. (edge)"""

from dataclasses import dataclass

import structlog
from flask import Flask, g, has_request_context, request

from idp.web import commands
from keys import opaque

LONGEST_USER_AGENT = 256


@dataclass(frozen=True)
class Origin:
    """What the audit writes beside an event. `network` and `user_agent` are personal values."""

    request_id: str | None = None
    network: str | None = None
    user_agent: str | None = None
    operator: str | None = None


def init_app(app: Flask) -> None:
    """Give each request its number: the one people are shown, in the log and in the audit alike."""

    @app.before_request
    def begin() -> None:
        g.request_id = opaque.make()[:16].replace("-", "x").replace("_", "y")
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id, route=str(request.url_rule))


def current() -> Origin:
    """The origin of what is being done now."""
    if not has_request_context():
        return Origin(operator=commands.operator())
    agent = request.user_agent.string[:LONGEST_USER_AGENT] or None
    return Origin(g.get("request_id"), request.remote_addr, agent)
