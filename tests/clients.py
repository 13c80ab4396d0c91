"""Clients for tests that need no database: valid by default."""

from typing import Any
from uuid import uuid4

from idp.oidc.models.registered import RegisteredClient

CALLBACK = "https://portal.example.org/callback"


def a_registered_client(**changes: Any) -> RegisteredClient:
    """A confidential web client of the first party."""
    values: dict[str, Any] = dict.fromkeys(RegisteredClient.__dataclass_fields__)
    values |= {
        "id": uuid4(),
        "client_id": "portal",
        "name": "Espace sécurisé",
        "profile": "baseline",
        "application_type": "web",
        "first_party": True,
        "token_endpoint_auth_method": "client_secret_basic",
        "redirect_uris": [CALLBACK],
        "post_logout_redirect_uris": [],
        "origins": [],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "scopes": ["openid", "profile"],
        "resources": [],
        "offline": False,
        "require_pkce": True,
        "id_token_signed_response_alg": "RS256",
        "access_token_signing_alg": "ES256",
        "default_acr_values": [],
        "require_auth_time": False,
        "sector": "",
    }
    return RegisteredClient(**(values | changes))
