"""Proof key for code exchange: S256 and nothing else (RFC 7636, RFC 9700 2.1.1)."""

import re

from authlib.oauth2.rfc6749.errors import InvalidRequestError

from idp.oidc.models.registered import RegisteredClient

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # SHA-256 in base64url without padding, RFC 7636 4.2


def challenge_of(client: RegisteredClient, challenge: str | None, method: str | None) -> str | None:
    """The challenge to keep with the code. Raises `invalid_request` where it is missing, malformed or not S256."""
    if challenge is None:
        if client.require_pkce or method is not None:
            raise InvalidRequestError("code_challenge is required, with code_challenge_method=S256")
        return None
    if method != "S256":  # a missing method would mean `plain`
        raise InvalidRequestError("code_challenge_method must be S256")
    if not _CHALLENGE.fullmatch(challenge):
        raise InvalidRequestError("code_challenge must be 43 characters of base64url")
    return challenge
