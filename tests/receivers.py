"""A client's program inside a test: a real HTTP server that keeps what it is told, and can be made to misbehave."""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl


@dataclass
class Receiver:
    """What it received, how it answers, and where it is."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0
    port: int = 0
    taken: int = 0
    """How often it answered 200."""
    asked: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/told"

    @property
    def forms(self) -> list[dict[str, str]]:
        """The forms that were posted."""
        return [form for _, _, form in self.asked]


@contextmanager
def receiver(tls: ssl.SSLContext | None = None, host: str = "127.0.0.1", **changes: Any) -> Iterator[Receiver]:
    """A program on a free port."""
    made = Receiver(**changes)
    server = ThreadingHTTPServer((host, 0), type("Answering", (_Program,), {"program": made}))
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    made.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


class _Program(BaseHTTPRequestHandler):
    program: Receiver

    def do_POST(self) -> None:
        posted = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(dict(parse_qsl(posted.decode(), keep_blank_values=True)))

    def do_GET(self) -> None:
        self._answer({})

    def _answer(self, form: dict[str, str]) -> None:
        told = self.program
        told.asked.append((self.requestline, dict(self.headers), form))
        told.taken += told.status == 200
        time.sleep(told.seconds)
        try:
            self.send_response(told.status)
            for name, value in ({"Content-Length": str(len(told.body))} | told.headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told.body)
        except OSError:
            return  # whoever asked has hung up

    def log_message(self, *rest: Any) -> None:
        """Nothing."""
