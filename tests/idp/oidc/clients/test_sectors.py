"""The document of a sector, read over HTTP from a small server of ours."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from idp.oidc.clients import sectors
from idp.oidc.clients.metadata import Metadata
from idp.outbound import Outbound
from tests import worlds
from tests.rows import row

CALLBACK, OTHER = "https://a.example/callback", "https://b.example/callback"
ANSWERS = {
    "/all": (200, json.dumps([CALLBACK, OTHER, "https://c.example/callback"])),
    "/some": (200, json.dumps([CALLBACK])),
    "/object": (200, json.dumps({"redirect_uris": [CALLBACK, OTHER]})),
    "/numbers": (200, json.dumps([1, 2])),
    "/nested": (200, "[" * 60_000),
    "/html": (200, "<html>"),
    "/gone": (404, json.dumps([CALLBACK, OTHER])),
    "/moved": (302, json.dumps([CALLBACK, OTHER])),
}


class Sector(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, body = ANSWERS[self.path]
        self.send_response(status)
        self.send_header("Location", "/all")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Sector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def outbound(tmp_path):
    return Outbound(worlds.settings_for("sqlite:///:memory:", f"sqlite:///{tmp_path}/s.db", tmp_path))


def problems(outbound, uri):
    asked = Metadata(name="A", redirect_uris=(CALLBACK, OTHER), subject_type="pairwise", sector_identifier_uri=uri)
    return sectors.problems(asked, outbound)


@row("OID-19")
def test_a_document_that_lists_every_redirect_uri_vouches_for_them(address, outbound):
    """Dynamic Client Registration 1.0, 5."""
    assert problems(outbound, f"{address}/all") == []
    assert problems(outbound, None) == []


@row("OID-19")
def test_one_that_leaves_one_out_does_not(address, outbound):
    assert problems(outbound, f"{address}/some") == [f"sector_identifier_uri: its document does not list {OTHER!a}"]


@pytest.mark.parametrize("path", ["/object", "/numbers", "/nested", "/html", "/gone", "/moved"])
def test_what_is_no_list_vouches_for_nothing(address, outbound, path):
    (reason,) = problems(outbound, address + path)
    assert "JSON array" in reason


def test_a_sector_that_does_not_answer_vouches_for_nothing(outbound):
    (reason,) = problems(outbound, "http://127.0.0.1:1/all")
    assert reason.startswith("sector_identifier_uri: it cannot be reached")
