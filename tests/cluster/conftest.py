"""A cluster a test file, with the people and the portal that use it, and the invariants after each test."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import invariants
from tests.builders import Member, Portal, a_client, a_member
from tests.cluster.load import PEOPLE, soon
from tests.cluster.running import Cluster, cluster
from tests.cluster.wire import Wire
from tests.invariants import Observed, Scene


@dataclass
class World:
    """The cluster, who uses it, and what they saw."""

    cluster: Cluster
    portal: Portal
    members: list[Member]
    wire: Wire
    ended: str = ""
    """A refresh token that was given back."""

    @property
    def observed(self) -> Observed:
        return self.wire.observed

    def is_ready(self) -> bool:
        """Whether both nodes say so, over the front."""
        told = [self.wire.test_client().get("/readyz") for _ in self.cluster.nodes]
        return all(one.is_json and one.get_json()["status"] == "ok" for one in told)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Hashes that take a millisecond: what is tried here is not how many passwords a node verifies."""
    settings = {"IDP_CHEAP_HASHES": "true", "IDP_KEYS_CACHED_FOR": "PT1S"}
    settings |= {"IDP_JOURNEYS_AN_HOUR": "100000", "IDP_WAITING_PLACES": "16", "IDP_WAITING_PATIENCE": "PT5S"}
    with cluster(tmp_path_factory.mktemp("cluster"), **settings) as made:
        yield made


@pytest.fixture
def world(running: Cluster) -> Iterator[World]:
    """New people for each test; whatever it does, all invariants hold after it."""
    with running.app.app_context():
        portal, members = a_client(), [a_member() for _ in range(PEOPLE)]
    made = World(running, portal, members, Wire(running, Observed()))
    yield made
    soon(made.is_ready)
    logs = b"\n".join(path.read_bytes() for path in Path(running.folder).glob("*.log"))
    invariants.check(Scene(running.app, made.observed, logs, running.redis.url))
