"""A page whose scripts sign people in by oidc-client-ts: its server, at an origin of its own."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.builders import Portal
from tests.protocol.clients.conftest import ADDRESS, Secure

FOLDER = Path(__file__).with_name("spa")
LIBRARY = FOLDER / "node_modules" / "oidc-client-ts" / "dist" / "browser" / "oidc-client-ts.min.js"
FILES = {"/spa.js": (FOLDER / "spa.js", "text/javascript"), "/oidc-client-ts.min.js": (LIBRARY, "text/javascript")}
PAGE = (FOLDER / "index.html", "text/html")


def origin(port: int) -> str:
    """Where its scripts are from."""
    return f"https://{ADDRESS}:{port}"


@contextmanager
def spa(port: int, provider: Secure, client: Portal) -> Iterator[None]:
    """Serve the page, whatever the path, and what it reads."""
    settings = {"authority": provider.issuer, "client_id": client.client_id, "scope": "openid profile"}
    settings |= {"redirect_uri": client.redirect_uri, "post_logout_redirect_uri": f"{origin(port)}/signed-out"}
    server = ThreadingHTTPServer((ADDRESS, port), type("Serving", (_Pages,), {"settings": settings}))
    server.daemon_threads = True
    # Each connection shakes hands in its thread: none waits for another.
    tls = {"server_side": True, "do_handshake_on_connect": False}
    server.socket = provider.papers.context().wrap_socket(server.socket, **tls)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield
    server.shutdown()
    thread.join()
    server.server_close()


class _Pages(BaseHTTPRequestHandler):
    settings: dict[str, Any]

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/settings.json":
            return self._answer(json.dumps(self.settings).encode(), "application/json")
        file, kind = FILES.get(path, PAGE)
        return self._answer(file.read_bytes(), kind)

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """The test says what went wrong."""
