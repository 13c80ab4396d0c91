"""`idp serve` on a machine whose clock drifted after it had started: `python -m tests.cluster.drifting SECONDS`."""

import sys
from datetime import timedelta

from app import create_app
from idp import clock
from idp.ops import serving

if __name__ == "__main__":
    app = create_app()
    with app.app_context():
        assert serving.obstacles(app.extensions["settings"]) == []
        with clock.travel(timedelta(seconds=int(sys.argv[1]))):
            serving.run(app.extensions["settings"])
