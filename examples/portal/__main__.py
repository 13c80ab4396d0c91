"""Run the portal: `python -m examples.portal CONFIG`. Flask's own server is enough for an example."""

import sys
from pathlib import Path
from urllib.parse import urlsplit

from werkzeug.serving import WSGIRequestHandler, run_simple

from examples import children
from examples.portal.app import create_app
from examples.portal.config import Config


class Quiet(WSGIRequestHandler):
    """Says nothing of requests: an address holds a code, or a state."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""


if __name__ == "__main__":
    children.die_with_parent()
    config = Config.read(Path(sys.argv[1]))
    run_simple("127.0.0.1", urlsplit(config.url).port or 80, create_app(config), threaded=True, request_handler=Quiet)
