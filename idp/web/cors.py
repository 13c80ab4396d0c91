"""Cross-origin reading (Fetch standard, CORS): everyone for what is public, a client's own origins for the rest."""

from collections.abc import Collection

from flask import Response, request

REMEMBERED_FOR = "600"  # seconds a browser keeps the answer to its preflight


def allow(response: Response, origins: Collection[str]) -> Response:
    """Let a script of one of these origins read the response. Cookies are never allowed to come along."""
    response.vary.add("Origin")
    origin = request.headers.get("Origin")
    if origin in origins:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = "WWW-Authenticate"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def allow_everyone(response: Response) -> Response:
    """Let any script read the response: it is public, and the same for all."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def preflight(origins: Collection[str], methods: str) -> Response:
    """Answer the question a browser asks before a request that a form could not have sent."""
    response = allow(Response(status=204), origins)
    if "Access-Control-Allow-Origin" in response.headers:
        response.headers["Access-Control-Allow-Methods"] = methods
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        response.headers["Access-Control-Max-Age"] = REMEMBERED_FOR
    return response
