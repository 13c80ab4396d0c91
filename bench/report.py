"""What the bench prints."""

from statistics import median
from typing import Protocol

from bench.load import Run

Runs = dict[str, list[Run]]

HEAD = (
    f"{'':18} {'provider':11} {'/s':>8} {'ratio':>6} {'p50 ms':>7} {'p99 ms':>7}"
    f" {'µs of a core':>13} {'ratio':>6} {'server':>7} {'load':>5}"
)


class Measured(Protocol):
    """What a table is made of."""

    versions: dict[str, str]
    runs: dict[str, Runs]
    memory: dict[str, float]
    cold_start: dict[str, list[float]]


def table(results: Measured) -> str:
    """Everything, as text. A ratio over 1 means that we are faster, or take less."""
    lines = [", ".join(f"{name} {version}" for name, version in results.versions.items()), "", HEAD]
    lines += [line(name, runs) for name, runs in results.runs.items()]
    lines += ["", f"{'':18} {'provider':11} {'MiB after load':>15} {'cold start s':>13}"]
    for name, mebibytes in results.memory.items():
        lines.append(f"{'':18} {name:11} {mebibytes:15.0f} {median(results.cold_start[name]):13.2f}")
    return "\n".join(lines)


def line(name: str, runs: Runs) -> str:
    """The lines of one flow: medians over the rounds; a ratio is the median of the ratios of each round."""
    return "\n".join(_line(name, provider, those, runs.get("peer")) for provider, those in runs.items())


def _line(name: str, provider: str, runs: list[Run], peer: list[Run] | None) -> str:
    by_rate = by_cost = ""
    if peer and provider != "peer":
        by_rate = f"{median(ours.rate / theirs.rate for ours, theirs in zip(runs, peer, strict=True)):.2f}"
        by_cost = f"{median(theirs.cost / ours.cost for ours, theirs in zip(runs, peer, strict=True)):.2f}"
    return (
        f"{name:18} {provider:11} {_of(runs, 'rate'):8.0f} {by_rate:>6} {_of(runs, 'p50'):7.2f} {_of(runs, 'p99'):7.2f}"
        f" {_of(runs, 'cost'):13.0f} {by_cost:>6} {_of(runs, 'server_busy'):7.0%} {_of(runs, 'generator_busy'):5.0%}"
    )


def _of(runs: list[Run], name: str) -> float:
    return float(median(getattr(run, name) for run in runs))
