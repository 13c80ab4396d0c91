"""The log: JSON, one event a line, of bounded length; the route, never the path, a query string or a form."""

import json
import logging
import re
import sys
from time import perf_counter
from typing import Any, TextIO

import structlog
from flask import Flask, Response, g, has_app_context, has_request_context, request
from structlog.typing import EventDict, Processor, WrappedLogger

from idp import clock

_LONGEST = 1000
_QUOTING = {"exception": 8000, "cause": 1000}  # what quotes an exception, and how much of its end is kept
_DEEPEST = 3
_MOST = 40
# What an exception's text may quote: an address, a number of a person or a firm, a token; PostgreSQL, a whole row.
_PERSONAL = re.compile(
    r"[^\s'\"(<=]+@[^\s'\")>]+|\d(?:[\s.]?\d){8,}|[A-Za-z0-9_\-.]{40,}|(?<=DETAIL:)(?:(?!\\n)[^\n])+"
)

_answers = logging.getLogger("idp.web")


class _Line(str):
    """A line as it is to be written."""

    __slots__ = ()


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """What is a line already is written as it is: the one that each request has, which is half of what we log."""

    def format(self, record: logging.LogRecord) -> str:
        return record.msg if isinstance(record.msg, _Line) else super().format(record)


def configure(level: str = "INFO", stream: TextIO = sys.stderr) -> None:
    """Send every event, ours and the libraries', to one stream. Called once a process; the last call wins."""
    ours: list[Processor] = [_where, structlog.stdlib.add_log_level, _at, structlog.processors.format_exc_info, bound]
    structlog.configure(
        processors=[*ours, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        _Formatter(
            foreign_pre_chain=ours,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                # ASCII only: no control character, no U+2028, can begin a line of its own (AUD-3).
                structlog.processors.JSONRenderer(sort_keys=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("werkzeug", "httpx", "httpcore"):  # their lines hold paths, query strings and headers
        logging.getLogger(name).setLevel(logging.WARNING)


def init_app(app: Flask) -> None:
    """One event an answered request."""
    app.before_request(begin)
    app.after_request(_answered)
    app.logger.addFilter(_is_not_flasks_own_trace)


def bound(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Cut what is long, deep or many; where an exception is quoted, take out what may name a person or be a secret."""
    kept = {
        _text(key, 100): _bounded(value, _DEEPEST) for key, value in list(event.items())[:_MOST] if key not in _QUOTING
    }
    kept |= {key: _PERSONAL.sub("…", str(event[key]))[-longest:] for key, longest in _QUOTING.items() if key in event}
    return kept


def _bounded(value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool | int | float) or value.__class__.__module__ == "logging":
        return value
    if depth and isinstance(value, dict):
        return {_text(key, 100): _bounded(item, depth - 1) for key, item in list(value.items())[:_MOST]}
    if depth and isinstance(value, list | tuple):
        return [_bounded(item, depth - 1) for item in list(value)[:_MOST]]
    return _text(value, _LONGEST)


def _text(value: object, longest: int) -> str:
    text = str(value)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _where(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    if has_request_context():
        event.setdefault("request_id", g.get("request_id"))
        event.setdefault("route", request.url_rule.rule if request.url_rule else None)
        event.setdefault("method", _text(request.method, _LONGEST))
    elif has_app_context() and "environ" in g:  # answered before Flask, whose routes hold nothing that varies
        event.setdefault("request_id", g.request_id)
        event.setdefault("route", g.environ["PATH_INFO"])
        event.setdefault("method", g.environ["REQUEST_METHOD"])
    return event


def _at(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    event["at"] = clock.now().isoformat(timespec="milliseconds")
    return event


def _is_not_flasks_own_trace(record: logging.LogRecord) -> bool:
    """Flask writes the path of what crashed; `errors.py` has written the event already, without it."""
    return record.funcName != "log_exception"


def begin() -> None:
    """Note when a request began."""
    g.started = perf_counter()


def answered(status: int) -> None:
    """Write that a request was answered. Every value is a number, or bounded: the line is written at once."""
    if not _answers.isEnabledFor(logging.INFO):
        return
    spent = perf_counter() - g.get("started", perf_counter())
    event = {"status": status, "milliseconds": round(spent * 1000, 1), "event": "web:request:answered"}
    told = _at(None, "info", {**_where(None, "info", event), "level": "info"})
    _answers.handle(_answers.makeRecord(_answers.name, logging.INFO, __file__, 0, _Line(json.dumps(told)), (), None))


def _answered(response: Response) -> Response:
    answered(response.status_code)
    return response
