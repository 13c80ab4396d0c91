"""Measure our provider beside node-oidc-provider: `make bench`. Nothing leaves this machine, and nothing stays."""

import argparse
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bench import flows, ours, peer, report
from bench.flows import Provider
from bench.load import Flow, Run, measure
from bench.machine import Cores, Started

PORTS = {"peer": 8791, "embedded": 8792, "production": 8793}
STARTS = 3


@dataclass(frozen=True)
class Case:
    """A flow to measure, on so many connections; by ours alone, or by the peer too."""

    flow: Callable[[Provider], Flow]
    connections: int = 8
    ours_alone: bool = False


CASES = {
    "discovery": Case(flows.discovery),
    "jwks": Case(flows.jwks),
    "code, RS256": Case(flows.code("RS256")),
    "code, ES256": Case(flows.code("ES256")),
    "refresh, RS256": Case(flows.refresh("RS256")),
    "refresh, ES256": Case(flows.refresh("ES256")),
    "userinfo": Case(flows.userinfo),
    # A worker verifies one password at a time and lets two wait: a fourth would be told to come back.
    "password sign-in": Case(flows.sign_in, connections=3, ours_alone=True),
}


@dataclass
class Results:
    """What was measured: runs by flow and by provider, in the order of the rounds."""

    versions: dict[str, str]
    runs: dict[str, dict[str, list[Run]]] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)
    cold_start: dict[str, list[float]] = field(default_factory=dict)


def main() -> None:
    """Read the options, measure, print."""
    options = _options()
    cores = Cores.of_this_machine()
    os.sched_setaffinity(0, {cores.others})  # and with us what we start: the databases; each provider is moved away
    results = Results(peer.versions())
    with tempfile.TemporaryDirectory(prefix="bench", dir=options.folder) as folder:
        _measure_flows(results, options, Path(folder), cores)
    print(report.table(results))
    if options.json:
        Path(options.json).write_text(json.dumps(asdict(results), indent=2))


def _measure_flows(results: Results, options: argparse.Namespace, folder: Path, cores: Cores) -> None:
    with ExitStack() as stack:
        running = {name: stack.enter_context(_start(name, folder, cores)) for name in options.providers}
        for name, case in CASES.items():
            if any(wanted in name for wanted in options.flows):
                results.runs[name] = _measure_case(case, running, options)
                print(report.line(name, results.runs[name]), flush=True)
        for name, (_, server) in running.items():
            results.memory[name] = server.processes.memory()
            results.cold_start[name] = [server.cold_start]


def _measure_case(
    case: Case, running: dict[str, tuple[Provider, Started]], options: argparse.Namespace
) -> dict[str, list[Run]]:
    """A B C A B C: whatever slows this machine down for a while slows them all."""
    runs: dict[str, list[Run]] = {}
    for _ in range(options.rounds):
        for name, (provider, server) in running.items():
            if name != "peer" or not case.ours_alone:
                flow = case.flow(provider)
                run = measure(provider.port, flow, server.processes, case.connections, options.seconds)
                runs.setdefault(name, []).append(run)
    return runs


@contextmanager
def _start(name: str, folder: Path, cores: Cores) -> Iterator[tuple[Provider, Started]]:
    own = folder / name
    own.mkdir()
    if name == "peer":
        starting = peer.started(own, PORTS[name], cores.server)
    else:
        starting = ours.started(own, PORTS[name], cores.server, in_production=name == "production")
    with starting as started:
        yield started


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=", description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="of one run (default: 4)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each flow at each provider (default: 3)")
    parser.add_argument("--flows", nargs="+", default=[""], help="only those whose name holds one of these words")
    parser.add_argument("--providers", nargs="+", default=list(PORTS), choices=PORTS)
    parser.add_argument("--folder", default="/dev/shm", help="where data is kept meanwhile (default: in memory)")
    parser.add_argument("--json", metavar="FILE", help="write every figure there too")
    return parser.parse_args()


if __name__ == "__main__":
    main()
