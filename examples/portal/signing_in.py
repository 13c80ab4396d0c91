"""The portal's side of OpenID Connect: code with S256, state and nonce, on Authlib's client for Flask."""

import time
from typing import Any, cast

from authlib.integrations.flask_client import FlaskOAuth2App, OAuth, OAuthError
from flask import Flask, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from examples.portal.config import Config
from examples.portal.sessions import Session

SCOPE = "openid profile email phone organization organizations"
_PATIENCE = 5
_CLOCKS_APART = 10


class Refused(Exception):
    """The sign-in brought nothing; `code` is the provider's error, or one of ours."""

    def __init__(self, code: str, target: str = "/") -> None:
        super().__init__(code)
        self.code = code
        self.target = target


def init_app(app: Flask, config: Config, scope: str = SCOPE) -> None:
    """Make the portal known to Authlib; the provider's metadata is read when first needed."""
    oauth = OAuth(app, update_token=_keep_token)
    app.extensions["provider"] = oauth.register(  # type: ignore[no-untyped-call]
        "provider",
        client_id=config.client_id,
        client_secret=config.client_secret,
        server_metadata_url=f"{config.issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": scope,
            "code_challenge_method": "S256",
            "default_timeout": _PATIENCE,
            "leeway": _CLOCKS_APART,
        },
    )


def leave_for_provider(target: str, **asked: str | list[str]) -> ResponseReturnValue:
    """Send the browser to the provider; what comes back is bound to this browser's session by the state."""
    started = _provider().create_authorization_url(url_for("callback", _external=True), **asked)
    kept = {
        "redirect_uri": url_for("callback", _external=True),
        "target": target,
        "silent": asked.get("prompt") == "none",
    }
    _provider().save_authorize_data(**kept, **started)
    return redirect(started["url"])


def come_back(**asked: str) -> tuple[str, bool]:
    """Check the provider's answer and sign the person in; where to go on, and whether nothing was shown.

    What is `asked` goes along with the code, such as the one API that the token is for.

    Raises `Refused`, and `OAuthError` when the code or the ID token is refused.
    """
    provider, state = _provider(), request.args.get("state", "")
    started = provider.framework.get_state_data(session, state)
    if started is None:  # another browser's, an old one, or played twice
        raise Refused("unknown_state")
    if request.args.get("iss") != config().issuer:  # RFC 9207, section 2.4: an answer from elsewhere
        provider.framework.clear_state_data(session, state)
        raise Refused("wrong_issuer")
    if error := request.args.get("error"):
        provider.framework.clear_state_data(session, state)
        raise Refused(error, started["target"])
    token = provider.authorize_access_token(leeway=_CLOCKS_APART, **asked)
    _sign_in(token, started["nonce"])
    return started["target"], started["silent"]


def person() -> dict[str, Any] | None:
    """Who is signed in: the provider's words about them. Asked anew when the access token has expired."""
    kept = _session().get("person")
    if kept is None or _session()["token"]["expires_at"] > time.time() + _CLOCKS_APART:
        return cast(dict[str, Any] | None, kept)
    return recall()


def recall() -> dict[str, Any]:
    """Ask userinfo now; Authlib refreshes the access token first when it has to. `Refused` when all has ended."""
    kept = _session()["person"]
    try:
        said = dict(_provider().userinfo(token=_session()["token"]))
    except OAuthError as error:
        sign_out()
        raise Refused("session_ended", request.full_path) from error
    if said["sub"] != kept["sub"]:  # OpenID Connect Core 5.3.2
        sign_out()
        raise Refused("wrong_subject")
    _session()["person"] = kept | said
    return cast(dict[str, Any], _session()["person"])


def organizations(search: str, page: int) -> dict[str, Any]:
    """For whom the person may act, as the provider lists it now. `Refused` when all has ended."""
    asked = {"search": search, "page": str(page)}
    try:
        found = _provider().get(  # type: ignore[no-untyped-call]
            f"{config().issuer}/me/organizations", token=_session()["token"], params=asked
        )
    except OAuthError as error:
        sign_out()
        raise Refused("session_ended", request.full_path) from error
    if found.status_code != 200:
        raise Refused("session_ended" if found.status_code == 401 else "temporarily_unavailable", request.full_path)
    return cast(dict[str, Any], found.json())


def sign_out() -> str | None:
    """Forget the person here; their ID token, for whoever tells the provider."""
    token = _session().get("token", {})
    _session().clear()
    _session().rename()
    return cast(str | None, token.get("id_token"))


def end_session() -> ResponseReturnValue:
    """Sign out here, then at the provider (OpenID Connect RP-Initiated Logout 1.0)."""
    hint = sign_out()
    back = url_for("signed_out", _external=True)
    asked = {"post_logout_redirect_uri": back, "id_token_hint": hint, "client_id": config().client_id}
    return cast(ResponseReturnValue, _provider().logout_redirect(**asked))


def is_asked_for() -> bool:
    """Whether the provider's answer to our sign-out is one, and not a link from anywhere."""
    try:
        _provider().validate_logout_response()  # type: ignore[no-untyped-call]
    except OAuthError:
        return False
    return True


def local(target: str) -> str:
    """Where to go on: a path of ours; `/` for anything else (an open redirect would lend our name to a stranger)."""
    if target.startswith(f"{config().url}/"):
        target = target.removeprefix(config().url)
    is_path = target.startswith("/") and not target.startswith("//")
    return target if is_path and "\\" not in target and target.isprintable() else "/"


def keys(anew: bool = False) -> Any:
    """The provider's public keys (JWK Set), as Authlib keeps them; read again when asked."""
    return _provider().fetch_jwk_set(force=anew)


def config() -> Config:
    """What the portal was told."""
    return cast(Config, current_app.config["PORTAL"])


def _sign_in(token: dict[str, Any], nonce: str) -> None:
    said = token.get("userinfo")
    if not said or said.get("nonce") != nonce:  # Authlib checks a nonce that is there: ours must be
        raise Refused("no_id_token")
    _session().rename()  # and kept otherwise: another tab may be on its way too
    _session().update(person=dict(said), token=dict(token))


def _keep_token(name: str, token: dict[str, Any], **former: str | None) -> None:
    # A refreshed answer may come without an ID token: sign-out still needs the former one.
    _session()["token"] = _session()["token"] | token


def _provider() -> FlaskOAuth2App:
    return cast(FlaskOAuth2App, current_app.extensions["provider"])


def _session() -> Session:
    return cast(Session, session)
