"""A mail link lands: the secret leaves the address bar for a signed cookie, and no store is touched (LNK-3)."""

from flask import Response, after_this_request, make_response, redirect

from idp.errors import NotFound
from idp.extensions import signed
from idp.settings import settings
from idp.web.cookies import cookie, cookie_name
from keys.errors import KeysError

LONGEST = 64
"""Characters: a secret has 43."""


def land(purpose: str, secret: str, clean_path: str) -> Response:
    """Answer a link: 303 to the page without the secret. `clean_path` is that page's, from `url_for`.

    Any number of times, from a scanner too: nothing is used, nothing is known of the secret. The page redeems it, on a
    POST. Raises `NotFound` for what is too long to be one.
    """
    if len(secret) > LONGEST:
        raise NotFound("too long for a secret")
    response = make_response(redirect(clean_path, 303))
    response.set_cookie(
        cookie_name(_cookie(purpose)),
        signed(_salt(purpose)).sign(secret),
        max_age=settings.landing_lifetime,
        httponly=True,
        secure=settings.is_secure,
        samesite="Lax",  # a click in a webmail comes from another site
    )
    return response


def secret_of(purpose: str) -> str | None:
    """The secret that this browser landed with, a short while ago, for that very purpose."""
    text = cookie(_cookie(purpose))
    if text is None:
        return None
    try:
        secret = signed(_salt(purpose)).read(text, settings.landing_lifetime)
    except KeysError:
        return None
    return secret if isinstance(secret, str) else None


def forget(purpose: str) -> None:
    """Expire the cookie: its secret was used."""

    @after_this_request
    def expire(response: Response) -> Response:
        name = cookie_name(_cookie(purpose))
        response.delete_cookie(name, httponly=True, secure=settings.is_secure, samesite="Lax")
        return response


def _cookie(purpose: str) -> str:
    return f"link-{purpose}"


def _salt(purpose: str) -> str:
    return f"landing:{purpose}"
