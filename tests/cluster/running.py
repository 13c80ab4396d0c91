"""Two nodes of the provider behind nginx with TLS, on PostgreSQL and Redis, beside portal, firm and postbox."""

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from flask import Flask
from psycopg import sql

from examples import run
from tests import servers, worlds
from tests.cluster.authority import Papers, papers
from tests.cluster.front import front
from tests.cluster.nodes import ADDRESS, Env, Node, begin, end, once, until_it_answers
from tests.servers import Process

ROOT = Path(__file__).parents[2]
OWNER, WEB = "owner", "web"
"""Who owns the tables and runs commands, and who serves: a login of `idp_web` alone."""
NODES = ("node-1", "node-2")
BESIDE = ("postbox", "portal", "firm")
PARTS = ("front", *NODES, *BESIDE, "smtp")
Ports = dict[str, int]


@dataclass
class Cluster:
    """Where everything answers. `app` is an application of the operator's, on the same database and store."""

    folder: Path
    ports: Ports
    papers: Papers
    env: Env
    postgres: servers.Postgres
    redis: servers.Redis
    nodes: tuple[Node, ...]
    app: Flask
    nginx: Process | None = None

    @property
    def provider(self) -> str:
        """The issuer: the address of the front."""
        return f"https://{ADDRESS}:{self.ports['front']}"

    @property
    def portal(self) -> str:
        return f"http://localhost:{self.ports['portal']}"

    @property
    def firm(self) -> str:
        return f"http://localhost:{self.ports['firm']}"

    @property
    def postbox(self) -> str:
        return f"http://localhost:{self.ports['postbox']}"

    def served(self) -> dict[int, int]:
        """How many requests each node answered, by its port."""
        said = (self.folder / "idp.access.log").read_text()
        return {node.port: said.count(f" {ADDRESS}:{node.port} ") for node in self.nodes}

    def command(self, *arguments: str) -> str:
        """`idp …`, as the owner of the tables; what it printed."""
        return once(self.folder, self.env | {"IDP_OPERATOR": "cluster"}, "app", *arguments)


@contextmanager
def cluster(folder: Path, ports: Ports | None = None, **settings: str) -> Iterator[Cluster]:
    """Make, seed and start it all in `folder`; whatever happens, nothing of it stays running."""
    ports = ports or free_ports()
    with servers.postgres() as postgres, servers.redis() as redis, ExitStack() as stack:
        _logins(postgres)
        made = papers(folder, ADDRESS)
        env = _env(ports, made) | {"IDP_DATABASE_URL": postgres.url("idp", OWNER), "IDP_SHORTLIVED_URL": redis.url}
        env |= settings
        once(folder, env, "app", "db", "upgrade")
        once(folder, env | {"IDP_OPERATOR": "cluster"}, "app", "keys", "rotate")
        portal, firm = once(folder, env, "tests.cluster.seeded").splitlines()[-2:]
        for name, config in zip(BESIDE, ("var", portal, firm), strict=True):
            process = begin(folder, env, folder / f"{name}.log", f"examples.{name}", config)
            stack.callback(end, process)
            until_it_answers(f"http://localhost:{ports[name]}/", process, folder / f"{name}.log")
        nodes = tuple(_node(name, folder, ports, env, postgres) for name in NODES)
        for node in nodes:
            stack.callback(node.end)
            node.start()
        app = _operators(folder, env)
        stack.callback(worlds.close, app)
        running = Cluster(folder, ports, made, env, postgres, redis, nodes, app)
        running.nginx = stack.enter_context(front(folder, made, ports["front"], [node.port for node in nodes]))
        yield running


def free_ports() -> Ports:
    """A port for each part, nobody's a moment ago."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in PARTS]
        for probe in probes:
            probe.bind((ADDRESS, 0))
        return {part: int(probe.getsockname()[1]) for part, probe in zip(PARTS, probes, strict=True)}


def _env(ports: Ports, made: Papers) -> Env:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return (
        kept
        | {
            "PYTHONPATH": str(ROOT),
            "REQUESTS_CA_BUNDLE": str(made.authority),
            "SSL_CERT_FILE": str(made.authority),
            "IDP_ISSUER": f"https://{ADDRESS}:{ports['front']}",
            "IDP_TRUSTED_PROXIES": "1",
            "IDP_LOG_LEVEL": "WARNING",
            "PORTAL_PORT": str(ports["portal"]),
            "FIRM_PORT": str(ports["firm"]),
        }
        | run.leading_to(ports["postbox"], ports["smtp"])
    )


def _node(name: str, folder: Path, ports: Ports, env: Env, postgres: servers.Postgres) -> Node:
    own = {"IDP_DATABASE_URL": postgres.url("idp", WEB), "IDP_PORT": str(ports[name]), "IDP_NODE": name}
    return Node(ports[name], env | own, folder)


def _operators(folder: Path, env: Env) -> Flask:
    places = env["IDP_DATABASE_URL"], env["IDP_SHORTLIVED_URL"]
    key = folder / "var" / "master.key"
    return worlds.create_app(worlds.settings_for(*places, folder, issuer=env["IDP_ISSUER"], master_key_file=key))


def _logins(postgres: servers.Postgres) -> None:
    """The database, its owner, who may make roles, and the login of the servers."""
    named = {"owner": sql.Identifier(OWNER), "web": sql.Identifier(WEB)}
    with psycopg.connect(host=str(postgres.home), user="idp", dbname="postgres", autocommit=True) as connection:
        for text in (
            "CREATE ROLE idp_web NOLOGIN",
            "CREATE ROLE {owner} LOGIN CREATEROLE",
            "CREATE ROLE {web} LOGIN IN ROLE idp_web",
            "CREATE DATABASE idp OWNER {owner} TEMPLATE template0",
        ):
            connection.execute(sql.SQL(text).format(**named))
