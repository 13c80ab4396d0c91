"""Where an act came from: request, network and browser, or the operator of a command. (edge)"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, cast
from uuid import UUID

from flask import Flask, g, has_app_context, has_request_context, request

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

    app.before_request(begin)


def begin() -> None:
    """Number the request that begins."""
    g.request_id = opaque.make()[:16].replace("-", "x").replace("_", "y")


def current(personal: bool = True) -> Origin:
    """The origin of what is being done now; where it is not asked for, without what is personal."""
    environ = _environ()
    if environ is None:
        return Origin(operator=commands.operator())
    if not personal:
        return Origin(g.get("request_id"), actor=g.get("actor_id"))
    agent = environ.get("HTTP_USER_AGENT", "")[:LONGEST_USER_AGENT] or None
    return Origin(g.get("request_id"), _network(environ), agent, actor=g.get("actor_id"))


def _environ() -> Mapping[str, Any] | None:
    """What the server said of the request, of Flask's or of one that is answered before it."""
    if has_request_context():
        return request.environ
    return cast(Mapping[str, Any] | None, g.get("environ")) if has_app_context() else None


def acts(account_id: UUID | None) -> None:
    """Note who is acting in this request; None: nobody we know."""
    g.actor_id = account_id


def _network(environ: Mapping[str, Any]) -> str | None:
    """The client's address; None where a proxy passed on something that is none."""
    try:
        return str(ip_address(environ.get("REMOTE_ADDR") or ""))
    except ValueError:
        return None
