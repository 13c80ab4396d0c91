"""One address in front of several servers: each request goes to the next, as behind a balancer without memory."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle

_OF_ONE_CONNECTION = {"connection", "keep-alive", "transfer-encoding"}


@dataclass
class Balancer:
    """The front, and how many requests each server behind it had."""

    port: int
    served: dict[int, int] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"


@contextmanager
def balancer(*ports: int) -> Iterator[Balancer]:
    """Take turns among the servers at these ports of this machine."""
    turns, lock = cycle(ports), threading.Lock()
    served = dict.fromkeys(ports, 0)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with lock:
                port = next(turns)
                served[port] += 1
            _pass_on(self, port)

        do_HEAD = do_POST = do_OPTIONS = do_GET  # noqa: N815 - http.server's names

        def log_message(self, *said: object) -> None:
            """Say nothing."""

    front = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=front.serve_forever, daemon=True)
    thread.start()
    yield Balancer(front.server_port, served)
    front.shutdown()
    thread.join()
    front.server_close()


def _pass_on(asked: BaseHTTPRequestHandler, port: int) -> None:
    """Hand a request over as it came, Host included, and its answer back; 502 where nobody answers."""
    body = asked.rfile.read(int(asked.headers.get("Content-Length", 0)))
    behind = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {name: value for name, value in asked.headers.items() if name.lower() not in _OF_ONE_CONNECTION}
    try:
        behind.request(asked.command, asked.path, body, headers)
        answer = behind.getresponse()
        content = answer.read()
    except OSError:
        asked.send_error(502)
        return
    finally:
        behind.close()
    asked.send_response_only(answer.status)
    for name, value in answer.getheaders():
        if name.lower() not in _OF_ONE_CONNECTION:
            asked.send_header(name, value)
    asked.end_headers()
    asked.wfile.write(content)
