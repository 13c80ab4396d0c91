"""Run the postbox: `python -m examples.postbox FOLDER`, on POSTBOX_PORT, and SMTP on the next port.

FOLDER has the letters and who they are for; what arrives is kept there too.
"""

import logging
import os
import signal
import sys
from pathlib import Path

from werkzeug.serving import make_server

from examples.postbox.app import create_app
from examples.postbox.box import Box
from examples.postbox.letters import Letters
from examples.postbox.mail import MailServer
from examples.postbox.people import read


def main(folder: Path, port: int, smtp_port: int, sms_authorization: str) -> None:
    """Serve until told to stop."""
    box = Box(folder / "postbox")
    app = create_app(box, sms_authorization, Letters(folder / "letters"), read(folder / "people.json"))
    mail = MailServer(box, smtp_port)
    mail.start()
    try:
        make_server("127.0.0.1", port, app, threaded=True).serve_forever()
    finally:
        mail.stop()


def _end(number: int, frame: object) -> None:
    sys.exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    here = int(os.environ.get("POSTBOX_PORT", "8025"))
    smtp = int(os.environ.get("POSTBOX_SMTP_PORT", str(here + 1)))
    main(Path(sys.argv[1]), here, smtp, os.environ["IDP_SMS_AUTHORIZATION"])
