"""Which organization a request names, and which rights there: `authorization_details` (RFC 9396) or plain words."""

import json
from contextlib import suppress
from typing import Any, NamedTuple
from uuid import UUID

from authlib.oauth2.rfc6749.errors import InvalidRequestError, OAuth2Error

from idp.accounts.models import RIGHTS
from idp.registry import siret as sirets
from idp.registry.siret import NotASiret
from idp.settings import settings

ICD_SIRET = "0009:"  # ISO/IEC 6523: the register of French establishments
MEMBERS = frozenset({"type", "identifier", "privileges"})


class InvalidAuthorizationDetails(OAuth2Error):
    """RFC 9396 section 5."""

    error = "invalid_authorization_details"


class Named(NamedTuple):
    """The organization that is named, by `id` or `siret`, or None; the rights asked for there, or None for all."""

    organization: dict[str, str] | None
    privileges: list[str] | None


def types(issuer: str) -> list[str]:
    """The types of `authorization_details` that are understood, as the metadata list them."""
    return [f"{issuer}/organization"]


def named_by(details: str | None, organization: str | None, siret_hint: str | None) -> Named:
    """What the parameters name: one of them, or several that agree. Raises `OAuth2Error`."""
    asked = _read(details) if details is not None else {}
    texts = [text for text in (asked.get("identifier"), organization, siret_hint) if text is not None]
    found = {json.dumps(_organization(text)) for text in texts}
    if len(found) > 1:
        raise InvalidRequestError("the parameters name different organizations")
    return Named(json.loads(found.pop()) if found else None, asked.get("privileges"))


def _read(text: str) -> dict[str, Any]:
    """One object of our type. The short name of it is accepted at the door."""
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidAuthorizationDetails("authorization_details must be JSON") from None
    if not (isinstance(read, list) and len(read) == 1 and isinstance(read[0], dict)):
        raise InvalidAuthorizationDetails("authorization_details must be a list of one object")
    asked: dict[str, Any] = read[0]
    if asked.get("type") not in (*types(settings.issuer), "organization"):
        raise InvalidAuthorizationDetails("the type of authorization_details is not supported")
    if not set(asked) <= MEMBERS or not isinstance(asked.get("identifier", ""), str):
        raise InvalidAuthorizationDetails("authorization_details holds a member that is not supported")
    if "privileges" in asked and not _are_rights(asked["privileges"]):
        raise InvalidAuthorizationDetails("privileges must be a list of rights")
    return asked


def _are_rights(privileges: Any) -> bool:
    return isinstance(privileges, list) and bool(privileges) and all(one in RIGHTS for one in privileges)


def _organization(text: str) -> dict[str, str]:
    with suppress(ValueError):  # not an id: a SIRET, then
        return {"id": str(UUID(text))}
    try:
        return {"siret": sirets.parse(text.removeprefix(ICD_SIRET))}
    except NotASiret:
        raise InvalidRequestError("an organization is named by its id or its SIRET") from None
