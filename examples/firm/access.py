"""The access tokens of whoever is signed in: one for each audience, all from the one refresh token (RFC 8707, 2.2)."""

import time
from typing import Any, cast

from authlib.integrations.flask_client import OAuthError
from flask import current_app, session

from examples.firm import api
from examples.portal import signing_in
from examples.portal.signing_in import Refused

SOON = 30
"""A token that dies within so many seconds is renewed first."""


def ask_for() -> dict[str, Any]:
    """What an authorization request asks tokens for: our API, and the provider's own list of companies."""
    return {"resource": [api.IDENTIFIER, signing_in.config().issuer]}


def get(address: str, audience: str, **params: str) -> Any:
    """Ask an API, with a token for it; the answer's JSON. Raises `Refused` when the access ended, or does not reach."""
    provider = current_app.extensions["provider"]
    answer = provider.get(address, token=_token_for(audience), params=params)
    if answer.status_code == 401:  # what it stood on has ended a moment ago
        _end()
    if answer.status_code != 200:
        raise Refused(str(answer.json().get("error")))
    return answer.json()


def renew() -> None:
    """Refresh now, as would be done in ten minutes."""
    _refresh(api.IDENTIFIER)


def minutes_left() -> int:
    """Until the token of our API is renewed."""
    return max(0, int((_kept()["expires_at"] - time.time()) / 60))


def _token_for(audience: str) -> dict[str, Any]:
    kept = _kept() if audience == api.IDENTIFIER else session.get("others", {}).get(audience)
    return kept if kept and kept["expires_at"] > time.time() + SOON else _refresh(audience)


def _refresh(audience: str) -> dict[str, Any]:
    """A new token for one audience; the refresh token that comes with it is the next one for all of them."""
    provider, former = current_app.extensions["provider"], _kept()
    asked = {"grant_type": "refresh_token", "refresh_token": former["refresh_token"], "resource": audience}
    try:
        given = dict(provider.fetch_access_token(**asked))
    except OAuthError:  # consent was withdrawn, the delegation was revoked, or the access is too old
        _end()
    if audience == api.IDENTIFIER:
        session["token"] = former | given
    else:
        session["token"] = former | {"refresh_token": given["refresh_token"]}
        session["others"] = {audience: given}
    return given


def _end() -> None:
    signing_in.sign_out()
    raise Refused("access_ended")


def _kept() -> dict[str, Any]:
    return cast(dict[str, Any], session["token"])
