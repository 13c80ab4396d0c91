"""Discovery, metadata and keys: bytes rendered once, with an ETag, for anyone to read and keep an hour."""

import json

from flask import Response, current_app, request

from idp import clock
from idp.oidc import metadata
from idp.settings import settings
from idp.web import cors, published
from keys import opaque


def show() -> Response:
    """`/.well-known/openid-configuration` and `/.well-known/oauth-authorization-server`: the same document."""
    body = current_app.extensions.get("idp_metadata")
    if body is None:
        body = json.dumps(metadata.describe(settings), ensure_ascii=False).encode()
        current_app.extensions["idp_metadata"] = body
    return _kept(body, opaque.digest(body.decode()).hex()[:16], lambda now: True)


def jwks() -> Response:
    """`/jwks`: the keys that sign, signed, or will (RFC 7517)."""
    now, ring = clock.now(), current_app.extensions["idp_ring"]
    turn = ring.turn(now)
    return _kept(ring.jwks(now), turn, lambda later: bool(ring.stands(turn, later)))


def _kept(body: bytes, etag: str, stands: published.Still) -> Response:
    response = Response(body, content_type="application/json")
    response.headers["Cache-Control"] = f"public, max-age={int(settings.discovery_cached_for.total_seconds())}"
    response.set_etag(etag)
    published.keep_while(stands)
    response.make_conditional(request)
    return cors.allow_everyone(response)
