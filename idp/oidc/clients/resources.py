"""Which APIs a client may ask tokens for, and what a token for one of them may hold (RFC 8707)."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from idp.oidc.clients import metadata
from idp.oidc.errors import Refused
from idp.oidc.models import resource
from idp.oidc.models.registered import RegisteredClient
from idp.settings import settings


class Audience(NamedTuple):
    """For whom an access token is: one API or ourselves, never two of them (RFC 9068 3).

    `scopes` are those that mean something there and that the client may have, as of now.
    """

    identifier: str
    access_token_signing_alg: str
    scopes: Collection[str]

    def narrow(self, scopes: Iterable[str]) -> list[str]:
        """Those among them: a token holds no more."""
        return [scope for scope in scopes if scope in self.scopes]


def asked_of(client: RegisteredClient, identifiers: Iterable[str]) -> list[str]:
    """What an authorization request asks tokens for, each once; none named is ourselves. Raises `invalid_target`."""
    asked = list(dict.fromkeys(identifiers))
    for identifier in asked:
        _audience(client, identifier)
    return asked


def opened(client: RegisteredClient, identifiers: Sequence[str]) -> set[str]:
    """The scopes that mean something at one of these, or at ourselves."""
    return {scope for name in (*identifiers, settings.issuer) for scope in _audience(client, name).scopes}


def choose(client: RegisteredClient, asked: str | None, granted: Sequence[str]) -> Audience:
    """The one audience of an access token: the resource named now, else the only one granted (RFC 8707 2.2).

    Raises `Refused` (invalid_target), also where the client or the API has lost it since.
    """
    if asked is None and len(granted) > 1:
        raise Refused("invalid_target", "several resources were granted: a token is for one, name it")
    wanted = asked or granted[0]
    if wanted not in granted:
        raise Refused("invalid_target")
    return _audience(client, wanted)


def _audience(client: RegisteredClient, identifier: str) -> Audience:
    if identifier == settings.issuer:
        return Audience(identifier, client.access_token_signing_alg, set(metadata.SCOPES).intersection(client.scopes))
    api = resource.known().get(identifier)
    if api is None or identifier not in client.resources:
        raise Refused("invalid_target")  # one answer for an unknown API and for one that is not for this client
    return Audience(identifier, api.access_token_signing_alg, set(api.scopes).intersection(client.scopes))
