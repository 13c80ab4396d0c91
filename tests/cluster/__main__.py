"""Two nodes behind nginx with TLS, to click through: `make cluster`. Ctrl-C ends everything."""

import os
import signal
import sys
import tempfile
import time
from pathlib import Path

from examples import run
from tests.cluster.running import Cluster, cluster

USUAL_PORTS = {
    "front": 8443,
    "node-1": 8441,
    "node-2": 8442,
    "portal": 8001,
    "firm": 8002,
    "postbox": 8025,
    "smtp": 8026,
}


def main() -> None:
    """Start, tell, and wait for Ctrl-C, or for a node that ends by itself."""
    ports = {part: int(os.environ.get(_named(part), port)) for part, port in USUAL_PORTS.items()}
    signal.signal(signal.SIGTERM, _interrupt)
    print("Preparing PostgreSQL, Redis, nginx and two nodes …", flush=True)
    with tempfile.TemporaryDirectory(prefix="cluster") as folder, cluster(Path(folder), ports) as running:
        print(_welcome(running), flush=True)
        while all(node.runs for node in running.nodes):
            time.sleep(0.2)
        print("\n".join(node.said() for node in running.nodes), file=sys.stderr)
        raise SystemExit("A node ended by itself: see above.")


def _welcome(running: Cluster) -> str:
    places = run.Places(running.provider, running.portal, running.firm, running.postbox)
    nodes = " and ".join(f"http://127.0.0.1:{node.port}" for node in running.nodes)
    return "\n".join(
        (
            run.welcome(places).replace(
                "`make run` again keeps the data, `make clean` forgets it.", "Nothing is kept."
            ),
            f"  nginx asks {nodes} by turns; stop one of them, and go on:",
            *(f"      kill -TERM {node.process.pid}" for node in running.nodes if node.process),
            f"  Your browser does not know who signed the certificate: accept it once at {running.provider}/livez,",
            f"  or import {running.papers.authority}",
            "",
        )
    )


def _named(part: str) -> str:
    return f"{part.upper().replace('-', '_')}_PORT"


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("\nEverything has ended.")
