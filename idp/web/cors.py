"""Cross-origin reading (Fetch standard, CORS): everyone for what is public, a client's own origins for the rest."""

from collections.abc import Collection

from flask import Response, request

REMEMBERED_FOR = "600"  # seconds a browser keeps the answer to its preflight


def headers(origin: str | None, origins: Collection[str]) -> dict[str, str]:
    """Those that let a script of one of these origins read an answer. Cookies are never allowed to come along."""
    if origin is None or origin not in origins:
        return {"Vary": "Origin"}
    return {
        "Vary": "Origin",
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "WWW-Authenticate",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }


def allow_everyone(response: Response) -> Response:
    """Let any script read the response: it is public, and the same for all."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def preflight(origins: Collection[str], methods: str) -> Response:
    """Answer the question a browser asks before a request that a form could not have sent."""
    response = Response(status=204, headers=headers(request.headers.get("Origin"), origins))
    if "Access-Control-Allow-Origin" in response.headers:
        response.headers["Access-Control-Allow-Methods"] = methods
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        response.headers["Access-Control-Max-Age"] = REMEMBERED_FOR
    return response
