"""What the provider says of itself (OpenID Connect Discovery 3, RFC 8414 2)."""

from collections.abc import Iterable
from typing import Any

from idp.login import assurance
from idp.oidc import server
from idp.oidc.authorization import details, policy
from idp.oidc.authorization.request import RESPONSE_MODES
from idp.oidc.clients import authentication, metadata
from idp.oidc.token import claims, id_token, organizations
from idp.settings import Settings

SCOPES = ("openid", *claims.OF_SCOPE, organizations.SCOPE, "offline_access")
PROTOCOL_CLAIMS = ("sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "sid", "at_hash")


def describe(chosen: Settings) -> dict[str, Any]:
    """The metadata, in the specification's names; what is not offered is not named."""
    issuer = chosen.issuer
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks",
        "end_session_endpoint": f"{issuer}/end_session",
        "revocation_endpoint": f"{issuer}/revoke",
        "introspection_endpoint": f"{issuer}/introspect",
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": list(RESPONSE_MODES),
        "grant_types_supported": [grant.GRANT_TYPE for grant in server.GRANTS],
        "subject_types_supported": ["public", "pairwise"],
        "acr_values_supported": assurance.acr_values(issuer),
        "id_token_signing_alg_values_supported": list(id_token.ALGORITHMS),
        "userinfo_signing_alg_values_supported": list(id_token.ALGORITHMS),
        "introspection_signing_alg_values_supported": list(id_token.ALGORITHMS),
        "display_values_supported": ["page", "popup"],
        **_client_authentication("token", authentication.METHODS),
        **_client_authentication("revocation", authentication.METHODS),
        **_client_authentication("introspection", [one for one in authentication.METHODS if one != "none"]),
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": [*PROTOCOL_CLAIMS, *claims.ALL],
        "claim_types_supported": ["normal"],
        "claims_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "frontchannel_logout_supported": True,
        "frontchannel_logout_session_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "authorization_details_types_supported": details.types(issuer),
        "authorization_response_iss_parameter_supported": True,
        "prompt_values_supported": list(policy.PROMPTS),
        "ui_locales_supported": list(chosen.locales),
    }


def _client_authentication(endpoint: str, methods: Iterable[str]) -> dict[str, Any]:
    return {
        f"{endpoint}_endpoint_auth_methods_supported": list(methods),
        f"{endpoint}_endpoint_auth_signing_alg_values_supported": list(metadata.ASSERTION_ALGS),
    }
