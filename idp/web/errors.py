"""Undo, trace, tell: an error becomes a page for a person or JSON for a program, and shows nothing of the inside."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple, cast

import structlog
from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed

from idp.db import AWAY, unit_of_work
from idp.errors import (
    DatabaseUnavailable,
    DomainError,
    Forbidden,
    JourneyExpired,
    NotFound,
    OpeningExpired,
    OpeningForeign,
    Unavailable,
    UntrustedRequest,
)
from idp.web import face
from keys.errors import NoKey

log = structlog.get_logger("idp.web.errors")

Expired = Callable[[JourneyExpired], ResponseReturnValue]


class Words(NamedTuple):
    """What a person reads: the title, what happened, and what to do about it."""

    title: Any
    message: Any
    advice: Any


_LOST = Words(
    _l("Page introuvable"),
    _l("L’adresse demandée n’existe pas, ou n’est plus valable."),
    _l("Vérifiez l’adresse, ou retournez sur le site d’où vous veniez."),
)
_REFUSED = Words(
    _l("Accès refusé"),
    _l("Vous ne pouvez pas faire cela avec ce compte."),
    _l("Si vous pensez que c’est une erreur, contactez-nous."),
)
_BROKEN = Words(
    _l("Une erreur est survenue"),
    _l("Nous n’avons pas pu traiter votre demande. L’erreur est enregistrée de notre côté."),
    _l("Réessayez dans quelques minutes. Si cela se reproduit, contactez-nous."),
)
_UNREADABLE = Words(
    _l("Demande incorrecte"),
    _l("Nous n’avons pas compris la demande de votre navigateur ou du site d’où vous veniez."),
    _l("Retournez sur ce site et recommencez."),
)
_STALE = Words(
    _l("Page à recharger"),
    _l("Pour votre sécurité, cette page doit être rechargée avant d’envoyer vos réponses."),
    _l("Si cela se reproduit, vérifiez que votre navigateur accepte les cookies de ce site."),
)
_CROWDED = Words(
    _l("Trop de demandes"),
    _l("Trop de demandes viennent d’être faites."),
    _l("Attendez quelques minutes avant de réessayer."),
)
_OPENING_ELSEWHERE = Words(
    _l("Page commencée ailleurs"),
    _l("Cette ouverture de compte a été commencée dans un autre navigateur. Par sécurité, elle s’y termine."),
    _l("Vous pouvez recommencer ici avec vos deux courriers : ils restent valables."),
)
_OPENING_OVER = Words(
    _l("Cette page n’est plus valable"),
    _l("Elle est restée ouverte trop longtemps, ou la démarche est déjà terminée. Rien n’est perdu."),
    _l("Vous pouvez recommencer avec vos deux courriers : ils restent valables."),
)
_OF_ERRORS: Mapping[type[Exception], Words] = {
    NotFound: _LOST,
    Forbidden: _REFUSED,
    CSRFError: _STALE,
    OpeningForeign: _OPENING_ELSEWHERE,
    OpeningExpired: _OPENING_OVER,
}
_OF_STATUS: Mapping[int, Words] = {403: _REFUSED, 404: _LOST, 410: _LOST, 429: _CROWDED}
_CODES = {403: "access_denied", 500: "server_error", 503: "temporarily_unavailable"}
_TOLD_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")


class _Desk(NamedTuple):
    refused: Callable[[Exception], None]
    machine: Collection[str]
    expired: Expired


def init_app(
    app: Flask,
    *,
    refused: Callable[[Exception], None],
    machine: Collection[str],
    expired: Expired,
) -> None:
    """Take every error of the application.

    `refused` writes a suspicious one into the audit, in its own transaction, once ours is undone. `machine` names the
    endpoints that answer programs. `expired` is the screen of a journey that has died, which offers *Reprendre*.
    """
    app.extensions["idp_errors"] = _Desk(refused, machine, expired)
    app.config["PROPAGATE_EXCEPTIONS"] = False  # tests see what people see
    app.register_error_handler(Exception, answer)


def answer(raised: Exception) -> Response:
    """Undo what was done, trace the error, and answer it."""
    unit_of_work().undo()
    return tell(raised)


def tell(raised: Exception) -> Response:
    """Trace an error, and answer it. For one that is met once the unit of work is closed."""
    error = _cause(raised)
    _trace(error)
    response = _for_programs(error) if _endpoint() in _desk().machine else _for_people(error)
    if isinstance(error, HTTPException):
        response.headers.update((name, value) for name, value in error.get_headers() if name in _TOLD_HEADERS)
    if isinstance(error, DomainError) and error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _cause(raised: Exception) -> Exception:
    """What really happened: Flask wraps what fails after the view, the driver names its own errors."""
    if isinstance(raised, InternalServerError) and isinstance(raised.original_exception, Exception):
        raised = raised.original_exception
    if isinstance(raised, AWAY):
        away = DatabaseUnavailable("the database does not answer, or ended our transaction")
        away.__cause__ = raised
        return away
    if isinstance(raised, NoKey):  # never read yet, and not to be had now
        return Unavailable("no signing key can be read")
    return raised


def _trace(error: Exception) -> None:
    status = _status(error)
    if isinstance(error, CSRFError) or (isinstance(error, DomainError) and error.suspicious):
        _desk().refused(error)
    if isinstance(error, HTTPException) and status < 500:
        log.info("web:error:told", kind=type(error).__name__, status=status)
    elif isinstance(error, UntrustedRequest):  # a portal's developer looks for the reason here: the page withholds it
        log.warning("web:error:told", kind=type(error).__name__, status=status, reason=str(error))
    elif isinstance(error, DomainError) and not isinstance(error, Unavailable):
        log.info("web:error:told", kind=type(error).__name__, status=status, reason=str(error))
    elif isinstance(error, Unavailable):
        log.warning("web:error:unavailable", kind=type(error).__name__, reason=str(error), cause=repr(error.__cause__))
    else:
        log.error("web:error:crashed", kind=type(error).__name__, status=status, exc_info=error)


def _for_programs(error: Exception) -> Response:
    status = _status(error)
    body = {"error": _CODES.get(status, "server_error" if status >= 500 else "invalid_request")}
    wrong = "this address does not take that method; " if isinstance(error, MethodNotAllowed) else ""
    response = jsonify(body | {"error_description": f"{wrong}incident {incident()}"})
    response.status_code = status
    return response


def _for_people(error: Exception) -> Response:
    if isinstance(error, Unavailable):
        return _unavailable(error)
    if isinstance(error, JourneyExpired):
        return make_response(_desk().expired(error))
    status = _status(error)
    if status >= 500:
        face.wear_the_network()
    retry_url = _here() if isinstance(error, CSRFError) or status >= 500 else None
    begin_again = error.begin_again if isinstance(error, DomainError) else None
    urls = {"retry_url": retry_url, "begin_url": begin_again}
    page = render_template("error.html", **_words(error)._asdict(), **urls, incident=incident())
    return make_response(page, status)


def _unavailable(error: Unavailable) -> Response:
    face.wear_the_network()
    # Those who met the same failure do not all come back in the same second.
    refresh = (error.retry_after or 0) + hash(incident()) % 5
    page = render_template("unavailable.html", refresh=refresh, retry_url=_here(), incident=incident())
    return make_response(page, error.status)


def incident() -> str:
    """The number of the incident, which is the request's: it finds the line in the log, and in the audit."""
    return str(g.get("request_id", ""))


def _here() -> str:
    """This very page, by GET: relative, so that no path of a stranger's making becomes a link elsewhere."""
    return f"?{request.query_string.decode('ascii', 'replace')}"


def _words(error: Exception) -> Words:
    status = _status(error)
    known = next((words for kind, words in _OF_ERRORS.items() if isinstance(error, kind)), None)
    return known or _OF_STATUS.get(status, _BROKEN if status >= 500 else _UNREADABLE)


def _status(error: Exception) -> int:
    if isinstance(error, DomainError):
        return error.status
    return error.code or 500 if isinstance(error, HTTPException) else 500


def _endpoint() -> str | None:
    """The endpoint asked for, also where it refuses the method."""
    wrong = request.routing_exception
    if isinstance(wrong, MethodNotAllowed) and wrong.valid_methods:
        adapter = current_app.url_map.bind_to_environ(request.environ)
        return str(adapter.match(method=next(iter(wrong.valid_methods)))[0])
    return request.endpoint


def _desk() -> _Desk:
    return cast(_Desk, current_app.extensions["idp_errors"])
