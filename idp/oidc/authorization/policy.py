"""What the portal wants to be sure of (prompt, max_age, acr, claims, hints), read as facts for the steps."""

import json
from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidRequestError

from idp import clock, extensions
from idp.oidc.models.registered import RegisteredClient
from idp.oidc.models.subject import Subject
from idp.settings import settings
from keys import jose
from keys.errors import BadToken

MOST_NESTED = 200  # objects and lists in `claims`
PROMPTS = ("none", "login", "consent", "select_account", "create", "select_organization")


def prompts_of(text: str | None) -> list[str]:
    """The prompts asked for (OpenID Connect Core 3.1.2.1): known ones, and `none` alone."""
    prompts = list(dict.fromkeys((text or "").split()))
    if not set(prompts) <= set(PROMPTS):
        raise InvalidRequestError("prompt holds a value that is not supported")
    if "none" in prompts and len(prompts) > 1:
        raise InvalidRequestError("prompt=none goes with no other value")
    return prompts


def max_age_of(client: RegisteredClient, text: str | None) -> int | None:
    """Seconds since the sign-in, at most; 0 asks for a new one. The client's own default where none is asked."""
    if text is None:
        return client.default_max_age
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise InvalidRequestError("max_age must be a number of seconds")
    return int(text)


def claims_of(text: str | None) -> dict[str, dict[str, Any]]:
    """The `claims` parameter (Core 5.5): for each place, claim names and what is asked of them."""
    if text is None:
        return {}
    try:
        asked = _read(text)
    except ValueError:
        raise InvalidRequestError("claims must be a JSON object") from None
    if not isinstance(asked, dict):
        raise InvalidRequestError("claims must be a JSON object")
    places = {place: asked[place] for place in ("userinfo", "id_token") if place in asked}
    if not all(isinstance(wishes, dict) for wishes in places.values()):
        raise InvalidRequestError("claims must be a JSON object of objects")
    for wishes in places.values():
        if not all(wish is None or isinstance(wish, dict) for wish in wishes.values()):
            raise InvalidRequestError("each claim asked for must be null or an object")
    return places


def _read(text: str) -> Any:
    """JSON that every store can keep: Python reads more than that. Raises `ValueError`."""
    if text.count("{") + text.count("[") > MOST_NESTED:
        raise ValueError("too many objects, or too deep")
    asked = json.loads(text)
    written = json.dumps(asked, ensure_ascii=False, allow_nan=False)  # no NaN, no infinity
    written.encode()  # no half of a surrogate pair
    if "\\u0000" in written:
        raise ValueError("NUL")
    return asked


def essential_acr(claims: dict[str, dict[str, Any]]) -> list[str]:
    """The `acr` values of which one must be reached; empty where none is essential (Core 5.5.1.1)."""
    wish = claims.get("id_token", {}).get("acr") or {}
    values = wish.get("values", [wish["value"]] if "value" in wish else [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise InvalidRequestError("acr must be asked for by strings")
    return values if wish.get("essential") is True else []


def account_meant(client: RegisteredClient, hint: str | None, claims: dict[str, dict[str, Any]]) -> str | None:
    """The account that `id_token_hint` or the claim `sub` names: nobody else may answer (Core 3.1.2.1 and 5.5.1).

    A hint that is not an ID token of ours for this client is refused; one that has expired is not.
    """
    wish = claims.get("id_token", {}).get("sub") or {}
    if "values" in wish or not isinstance(wish.get("value", ""), str):
        raise InvalidRequestError("sub must be asked for by one string")
    subs = {wish["value"]} if "value" in wish else set()
    if hint is not None:
        subs.add(_sub_of_hint(client, hint))
    if not subs:
        return None
    accounts = {Subject.account_of(sub, client.sector) for sub in subs}
    return str(accounts.pop()) if len(accounts) == 1 else "nobody"


def locale_of(ui_locales: str | None) -> str | None:
    """The first language asked for that our pages speak."""
    asked = [tag.split("-")[0].lower() for tag in (ui_locales or "").split()]
    return next((tag for tag in asked if tag in settings.locales), None)


def _sub_of_hint(client: RegisteredClient, hint: str) -> str:
    now = clock.now()
    try:
        keys = extensions.ring.verification_keys(now)
        claims = jose.verify(hint, keys, algorithms=("RS256", "ES256"), typ="JWT", now=now, expired_ok=True)
    except BadToken:
        raise InvalidRequestError("id_token_hint is not an ID token of ours") from None
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if claims["iss"] != settings.issuer or client.client_id not in audience:
        raise InvalidRequestError("id_token_hint is not an ID token of this client")
    return str(claims["sub"])
