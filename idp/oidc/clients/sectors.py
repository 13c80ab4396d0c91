"""Several hosts share the pairwise subjects of one sector when a document at its address says so (Core 8.1)."""

import json
from collections.abc import Collection

from idp.oidc.clients.metadata import Metadata
from idp.outbound import Forbidden, Outbound, Unreachable


def problems(asked: Metadata, outbound: Outbound) -> list[str]:
    """Why the document at `sector_identifier_uri` does not vouch for the redirect URIs; none where none is named.

    OpenID Connect Dynamic Client Registration 1.0, section 5: a JSON array that holds each of them.
    """
    if asked.sector_identifier_uri is None:
        return []
    try:
        answer = outbound.get(asked.sector_identifier_uri)
    except (Unreachable, Forbidden) as error:
        return [f"sector_identifier_uri: {error}"]
    listed = _listed(answer.body) if answer.status == 200 else None
    if listed is None:
        return ["sector_identifier_uri: it does not answer with a JSON array of redirect URIs"]
    missing = [uri for uri in asked.redirect_uris if uri not in listed]
    return [f"sector_identifier_uri: its document does not list {uri!a}" for uri in missing]


def _listed(body: bytes) -> Collection[str] | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    is_list = isinstance(value, list) and all(isinstance(one, str) for one in value)
    return value if is_list else None
