"""A portal in one file: sign-in, refresh, tokens checked offline and by introspection, sign-out both ways.

pip install authlib flask requests
ISSUER=… CLIENT_ID=… CLIENT_SECRET=… PORT=8003 python portal.py
"""

import os
import secrets
import time
from typing import Any

import requests
from authlib.integrations.flask_client import OAuth
from flask import Flask, Response, abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

ISSUER, CLIENT_ID, CLIENT_SECRET = (os.environ[name] for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET"))
PORT = int(os.environ.get("PORT", "8003"))
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LEEWAY = 10
TIMEOUT = 5

app = Flask(__name__)
app.secret_key = secrets.token_bytes(32)
app.config.update(SESSION_COOKIE_NAME="sample-python", SESSION_COOKIE_SAMESITE="Lax")
provider = OAuth(app).register(  # type: ignore[no-untyped-call]
    "provider",
    client_id=CLIENT_ID,
    client_secret=CLIENT_SECRET,
    server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
    client_kwargs={
        "scope": "openid profile email organization",
        "code_challenge_method": "S256",
        "default_timeout": TIMEOUT,
    },
)
signed_in: dict[str, dict[str, Any]] = {}
"""Who is signed in, by the identifier in their cookie. A real portal keeps this where its programs share it."""


@app.get("/")
def home() -> ResponseReturnValue:
    """Who is here, for which company."""
    person = signed_in.get(session.get("id", ""))
    if person is None:
        return {"signed_in": False}
    claims = person["claims"]
    return {"signed_in": True, "name": claims["name"], "organization": claims.get("organization", {}).get("name")}


@app.get("/login")
def login() -> ResponseReturnValue:
    """Leave for the provider. State, nonce and PKCE are Authlib's; `?prompt=create` opens an account first."""
    asked = {"prompt": request.args["prompt"]} if "prompt" in request.args else {}
    return provider.authorize_redirect(url_for("callback", _external=True), **asked)  # type: ignore[no-any-return]


@app.get("/callback")
def callback() -> ResponseReturnValue:
    """Come back. Authlib checks state, signature, `iss`, `aud`, `exp`, `nonce` and `at_hash` of the ID token."""
    if request.args.get("iss") != ISSUER:  # RFC 9207: another provider's answer
        abort(400)
    if "error" in request.args:
        return {"error": request.args["error"]}, 403
    token = provider.authorize_access_token(leeway=LEEWAY)
    session.clear()
    session["id"] = secrets.token_urlsafe(32)  # a new name for a session that is worth something
    signed_in[session["id"]] = {
        "claims": provider.userinfo(token=token),
        "token": token,
        "sid": token["userinfo"]["sid"],
    }
    return redirect(url_for("home"))


@app.get("/refresh")
def refresh() -> ResponseReturnValue:
    """New tokens for the old refresh token, which dies; `invalid_grant` means that the person is signed out."""
    person = signed_in[session["id"]]
    answer = _ask("token_endpoint", grant_type="refresh_token", refresh_token=person["token"]["refresh_token"])
    if not answer.ok:
        signed_in.pop(session["id"])
        return {"error": answer.json()["error"]}, 401
    person["token"] = answer.json()
    return {"expires_in": person["token"]["expires_in"]}


@app.get("/check")
def check() -> ResponseReturnValue:
    """One access token, judged both ways: offline until it expires, by introspection as things stand."""
    token = signed_in[session["id"]]["token"]["access_token"]
    return {"offline": offline(token)["client_id"], "online": _ask("introspection_endpoint", token=token).json()}


@app.get("/logout")
def logout() -> ResponseReturnValue:
    """End our session, then the provider's, and come back."""
    person = signed_in.pop(session.pop("id", ""), None)
    if person is None:
        return redirect(url_for("home"))
    left = {"id_token_hint": person["token"]["id_token"], "post_logout_redirect_uri": url_for("home", _external=True)}
    end_session = provider.load_server_metadata()["end_session_endpoint"]
    return redirect(str(requests.Request("GET", end_session, params=left).prepare().url))


@app.post("/backchannel-logout")
def backchannel_logout() -> ResponseReturnValue:
    """The provider says that a session ended: forget it at once (Back-Channel Logout 1.0, 2.6)."""
    try:
        said = verified(request.form.get("logout_token", ""), typ="logout+jwt", aud=CLIENT_ID)
    except (JoseError, ValueError):
        return {"error": "invalid_request"}, 400
    if LOGOUT_EVENT not in said["events"] or "nonce" in said:
        return {"error": "invalid_request"}, 400
    for name in [name for name, person in signed_in.items() if person["sid"] == said["sid"]]:
        del signed_in[name]
    return Response(status=200, headers={"Cache-Control": "no-store"})


def offline(token: str) -> dict[str, Any]:
    """The claims of an access token for us (RFC 9068 4). Raises `JoseError`, `ValueError`."""
    said = verified(token, typ="at+jwt", aud=ISSUER)
    if said["client_id"] != CLIENT_ID:
        raise ValueError("a token of another client")
    return said


def verified(token: str, typ: str, aud: str) -> dict[str, Any]:
    """Check signature, type, issuer, audience and time; never let a token choose its algorithm."""
    keys = KeySet.import_key_set(provider.fetch_jwk_set())
    found = jwt.decode(token, keys, algorithms=["RS256", "ES256"])
    if found.header.get("typ") != typ:
        raise ValueError(f"not a {typ}")
    essential = {"iss": ISSUER, "aud": aud}
    wanted: Any = {name: {"essential": True, "value": value} for name, value in essential.items()}
    registry = jwt.JWTClaimsRegistry(now=int(time.time()), leeway=LEEWAY, exp={"essential": True}, **wanted)
    registry.validate(found.claims)
    return found.claims


def _ask(endpoint: str, **form: str) -> requests.Response:
    url = provider.load_server_metadata()[endpoint]
    return requests.post(url, data=form, auth=(CLIENT_ID, CLIENT_SECRET), timeout=TIMEOUT)


if __name__ == "__main__":
    app.run("127.0.0.1", PORT, threaded=True)
