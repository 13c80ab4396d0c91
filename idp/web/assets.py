"""Files of ours: static ones under an address that changes with their content, the funds' colours, security.txt."""

from functools import lru_cache
from pathlib import Path
from typing import Any
from zlib import crc32

from flask import Blueprint, Flask, Response, current_app, request

from idp.web import theme

bp = Blueprint("web", __name__)
bp.add_url_rule("/theme/<colour>.css", "theme", theme.show)


def init_app(app: Flask) -> None:
    """Serve them, and let browsers keep each version of a static file for ever."""
    app.register_blueprint(bp)
    app.url_defaults(_name_version)
    app.after_request(_keep)


def _name_version(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and "filename" in values:
        values.setdefault("v", _version(current_app.static_folder or "", values["filename"]))


def _keep(response: Response) -> Response:
    asked = request.args.get("v")
    if asked and request.endpoint == "static" and response.status_code == 200 and request.view_args:
        # Another node may still hold the former file: only what was asked for is kept.
        if asked != _version(current_app.static_folder or "", request.view_args["filename"]):
            return response
        response.headers["Cache-Control"] = theme.FOR_EVER
    return response


@lru_cache(maxsize=256)  # a file has many spellings in an address
def _version(folder: str, filename: str) -> str:
    return f"{crc32(Path(folder, filename).read_bytes()):08x}"
