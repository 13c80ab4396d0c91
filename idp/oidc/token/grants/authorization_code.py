"""A code for tokens, once (RFC 6749 4.1.3, RFC 7636 4.6)."""

import base64
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import grants

from idp import clock, extensions
from idp.alive import LiveGrant, grant_alive
from idp.audit import log
from idp.audit.events import Event
from idp.oidc.authorization.codes import AuthorizationCode
from idp.oidc.clients import resources
from idp.oidc.errors import Refused
from idp.oidc.models.grant import Grant
from idp.oidc.models.registered import RegisteredClient
from idp.oidc.token import issuing, refreshing
from idp.oidc.token.issuing import Issuing
from idp.settings import settings
from keys import opaque

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636 4.1


@dataclass(frozen=True)
class Redeemed:
    """A code that was just spent, and the grant it names."""

    record: AuthorizationCode
    alive: LiveGrant

    def get_redirect_uri(self) -> str:
        """Compared by Authlib with the one of this request."""
        return self.record.redirect_uri


class AuthorizationCodeGrant(Issuing, grants.AuthorizationCodeGrant):
    """Authlib checks client, parameters and redirect URI; what makes a code single use is ours."""

    _spent: AuthorizationCode | None = None

    def validate_token_request(self) -> None:
        """Authlib's order: the client, the code (below), the redirect URI."""
        with self._traced():
            super().validate_token_request()

    def query_authorization_code(self, code: str, client: Any) -> Redeemed | None:
        """Spend the code, first of all. Another client's is not touched; a second use ends the grant (OID-5)."""
        record = AuthorizationCode.get(code)
        if record is None or record.client_id != client.client_id:
            return None
        if not Grant.redeem(record.grant_id):
            _replayed(record, client)
            return None
        self._spent = record
        alive = grant_alive(record.grant_id, clock.now())
        if record.has_expired or alive is None:
            return None
        _verify(record.code_challenge, self.request.form.get("code_verifier"))
        return Redeemed(record, alive)

    def create_token_response(self) -> Any:
        """The token response, with a first refresh token where the client may have one."""
        client: RegisteredClient = self.request.client
        redeemed: Redeemed = self.request.authorization_code
        alive = redeemed.alive
        with self._traced():
            asked = self.request.form.get("resource")
            audience = resources.choose(client, asked, alive.resources or [settings.issuer])
        refresh = refreshing.first(alive) if client.check_grant_type("refresh_token") else None
        given: dict[str, Any] = {"audience": audience, "scopes": alive.scopes, "refresh_token": refresh}
        answer = issuing.answer(alive, client, nonce=redeemed.record.nonce, **given)
        log.record(
            Event.CODE_REDEEMED,
            subject=alive.account_id,
            organization=alive.organization_id,
            client=client.id,
            grant=alive.id,
            personal=False,
        )
        return 200, answer, []

    @contextmanager
    def _traced(self) -> Iterator[None]:
        """A code that was spent for nothing leaves a trace: it expired, or whoever presents it is not who asked."""
        try:
            yield
        except OAuth2Error as error:
            if self._spent is not None:
                ids = {"client": self.request.client.id, "grant": self._spent.grant_id}
                log.record(Event.CODE_REFUSED, reason=error.error, personal=False, **ids)
            raise


def _replayed(record: AuthorizationCode, client: RegisteredClient) -> None:
    # RFC 6749 4.1.2: what was issued on a code that is used twice must be revoked
    if Grant.end(record.grant_id):
        log.record(Event.CODE_REPLAYED, client=client.id, grant=record.grant_id, personal=False)
        extensions.house.ended("grant", record.grant_id)


def _verify(challenge: str | None, verifier: str | None) -> None:
    if challenge is None and verifier is None:
        return
    # RFC 9700 4.8.2: a verifier that had no challenge is a downgrade attack
    if challenge is not None and not verifier:
        raise Refused("invalid_grant", "code_verifier is missing")
    if challenge is None or verifier is None or not _VERIFIER.fullmatch(verifier):
        raise Refused("invalid_grant", "the code_verifier does not match")
    if not opaque.matches(verifier, base64.urlsafe_b64decode(challenge + "=")):
        raise Refused("invalid_grant", "the code_verifier does not match")
