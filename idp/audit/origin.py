"""Where an act came from: request, network and browser, or the operator of a command. (edge)"""

from dataclasses import dataclass
from ipaddress import ip_address
from uuid import UUID

import structlog
from flask import Flask, g, has_request_context, request

from idp.web import commands
from keys import opaque

LONGEST_USER_AGENT = 256


@dataclass(frozen=True)
class Origin:
    """What the audit writes beside an event. `network` and `user_agent` are personal values.

    `actor` is the account of who acts; an operator has a name instead.
    """

    request_id: str | None = None
    network: str | None = None
    user_agent: str | None = None
    operator: str | None = None
    actor: UUID | None = None


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
    return Origin(g.get("request_id"), _network(), agent, actor=g.get("actor_id"))


def acts(account_id: UUID | None) -> None:
    """Note who is acting in this request; None: nobody we know."""
    g.actor_id = account_id


def _network() -> str | None:
    """The client's address; None where a proxy passed on something that is none."""
    try:
        return str(ip_address(request.remote_addr or ""))
    except ValueError:
        return None
