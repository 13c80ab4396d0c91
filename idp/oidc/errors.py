"""Every error the protocol can answer, in one table; Authlib's own words are never sent (RFC 6749 5.2)."""

import re
from collections.abc import Mapping

import authlib.oauth2.base
from authlib.oauth2.rfc6749.errors import OAuth2Error

# code -> (status where it is answered as JSON, what happened)
ERRORS: Mapping[str, tuple[int, str]] = {
    "invalid_request": (400, "the request is malformed: a parameter is missing, repeated or out of place"),
    "invalid_client": (401, "client authentication failed"),
    "invalid_grant": (400, "the code or refresh token is unknown, expired, used, or was given for something else"),
    "unauthorized_client": (400, "the client may not do this"),
    "unsupported_grant_type": (400, "this grant_type is not supported"),
    "unsupported_response_type": (400, "this response_type is not supported"),
    "invalid_target": (400, "the resource is unknown, was not granted, or is not one this client may ask for"),
    "invalid_authorization_details": (400, "the organization is not one that the client may act for, or is not named"),
    "invalid_scope": (400, "the scope is malformed, or more than what was granted"),
    "unsupported_token_type": (400, "a token of that kind cannot be revoked: it dies within minutes"),
    "invalid_token": (401, "the access token is malformed, expired or revoked, or is for another audience"),
    "insufficient_scope": (403, "the access token does not allow this"),
    "access_denied": (403, "the person refused"),
    "login_required": (400, "the person must sign in"),
    "account_selection_required": (400, "the person must choose an account"),
    "consent_required": (400, "the person must consent"),
    "interaction_required": (400, "the person must answer something"),
    "unmet_authentication_requirements": (400, "the sign-in is not as strong as what was asked"),
    "request_not_supported": (400, "request objects are not supported"),
    "request_uri_not_supported": (400, "request_uri is not supported"),
    "registration_not_supported": (400, "the parameter registration is not supported"),
    "temporarily_unavailable": (503, "try again in a moment"),
    "server_error": (500, "something is broken on our side"),
}

# Authlib raises ValueError for a character it may not send, and puts what was received into its words: a request would
# crash it. Nothing of the kind is ever sent, see `described`.
authlib.oauth2.base.invalid_error_characters = lambda text: []


class Refused(OAuth2Error):
    """A protocol fault, by its code, in our own words. A `detail` is written here, never taken from the request."""

    def __init__(self, code: str, detail: str | None = None) -> None:
        status, meaning = ERRORS[code]
        super().__init__(error=code, description=detail or meaning, status_code=status)


def described(error: OAuth2Error) -> tuple[int, str, str]:
    """Status, code and description to answer. One that is not of the table is a malformed request."""
    code = str(error.error) if error.error in ERRORS else "invalid_request"
    status, meaning = ERRORS[code]
    return status, code, _sayable(error.description if isinstance(error, Refused) else meaning)


def _sayable(text: str) -> str:
    return re.sub(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]", "?", text)  # RFC 6749 5.2
