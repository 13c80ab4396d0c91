"""Run the firm's application: `python -m examples.firm CONFIG`. Flask's own server is enough for an example."""

import logging
import signal
import sys
from pathlib import Path
from urllib.parse import urlsplit

from werkzeug.serving import make_server

from examples.firm.app import create_app
from examples.portal.config import Config


def _end(number: int, frame: object) -> None:
    sys.exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # an address holds a code, or a state: none is written down
    config = Config.read(Path(sys.argv[1]))
    make_server("127.0.0.1", urlsplit(config.url).port or 80, create_app(config), threaded=True).serve_forever()
