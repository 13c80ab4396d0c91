"""Which language a page speaks: the one asked for on it, else the journey's or the account's, else the browser's."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from babel import Locale
from flask import Flask, current_app, g, has_request_context, request

from idp.extensions import babel
from idp.settings import settings
from idp.web import face

_EUROPEAN = {"en": "en_GB"}


class Language(NamedTuple):
    """A language the page can be read in: its code, its own name, and the same page in it."""

    code: str
    name: str
    url: str


def init_app(app: Flask) -> None:
    """Let Flask-Babel ask us, and give the layout its language and the others."""
    babel.init_app(app, default_locale="fr", locale_selector=lambda: european(spoken()), timezone_selector=_zone)
    app.context_processor(_for_layout)


def spoken() -> str:
    """The language of this page, or of this mail; the first of the settings when nothing tells."""
    offered = settings.locales
    wanted = asked() or best_of([g.get("locale") or ""])
    if wanted is None and has_request_context():
        wanted = best_of(request.accept_languages.values())
    return wanted or offered[0]


def asked() -> str | None:
    """The language chosen on this very page, by `?lang=`: a link, so nothing is stored.

    A form posts to the address of its page, so the choice reaches the next POST, where a journey may keep it.
    """
    return best_of([request.args.get("lang", "")]) if has_request_context() else None


def best_of(tags: Iterable[str]) -> str | None:
    """The first language we speak among BCP 47 tags in order of preference, such as `ui_locales` (RFC 4647 3.4)."""
    offered = settings.locales
    known = (tag.lower().replace("_", "-").split("-")[0] for tag in tags)
    return next((tag for tag in known if tag in offered), None)


def other_languages() -> list[Language]:
    """This page in our other languages, also where it was posted to; none where its address answers no GET."""
    if request.url_rule and not _can_be_read():
        return []
    rest = [(key, value) for key, value in request.args.items(multi=True) if key != "lang"]
    here = spoken()
    return [
        Language(code, _own_name(code), f"?{urlencode([*rest, ('lang', code)])}")
        for code in settings.locales
        if code != here
    ]


def _can_be_read() -> bool:
    adapter = current_app.create_url_adapter(request)
    return adapter is not None and adapter.test(method="GET")


def _own_name(code: str) -> str:
    return (Locale.parse(code).get_display_name(code) or code).capitalize()


def european(code: str) -> str:
    """The locale whose dates and hours go with a language of ours: it is read in Europe."""
    return _EUROPEAN.get(code, code)


def _zone() -> str:
    return face.worn().time_zone


def _for_layout() -> dict[str, Any]:
    return {"locale": spoken(), "other_languages": other_languages}
