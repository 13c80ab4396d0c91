"""The names of our cookies, and their values where nobody planted another."""

from flask import request

from idp.settings import settings


def cookie_name(name: str) -> str:
    """The name of a cookie of ours: `__Host-` over https; over http (development) one that is only ours."""
    return f"__Host-{name}" if settings.is_secure else f"idp_{name}"


def cookie(name: str) -> str | None:
    """The value of a cookie of ours; None also where there are several, since one of them was planted (SES-2)."""
    values = request.cookies.getlist(cookie_name(name))
    return values[0] if len(values) == 1 else None
