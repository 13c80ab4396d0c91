"""Discovery, metadata and keys: bytes rendered once, with an ETag, for anyone to read and keep an hour."""

import json

from flask import Response, current_app, request

from idp import clock, extensions
from idp.oidc import metadata
from idp.settings import settings
from idp.web import cors
from keys import opaque


def show() -> Response:
    """`/.well-known/openid-configuration` and `/.well-known/oauth-authorization-server`: the same document."""
    body = current_app.extensions.get("idp_metadata")
    if body is None:
        body = json.dumps(metadata.describe(settings), ensure_ascii=False).encode()
        current_app.extensions["idp_metadata"] = body
    return _kept(body, opaque.digest(body.decode()).hex()[:16])


def jwks() -> Response:
    """`/jwks`: the keys that sign, signed, or will (RFC 7517)."""
    now = clock.now()
    return _kept(extensions.ring.jwks(now), extensions.ring.turn(now))


def _kept(body: bytes, etag: str) -> Response:
    response = Response(body, content_type="application/json")
    response.headers["Cache-Control"] = f"public, max-age={int(settings.discovery_cached_for.total_seconds())}"
    response.set_etag(etag)
    response.make_conditional(request)
    return cors.allow_everyone(response)
