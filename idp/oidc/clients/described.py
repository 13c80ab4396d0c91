"""A file that says how things are to stand: read, compared with what stands, and the difference told."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

File = TypeVar("File", bound=BaseModel)

_STUMBLES = (yaml.YAMLError, ValueError, AttributeError, RecursionError)
"""What YAML's reader raises: for its grammar, a date or a number that is none, a tag out of place, endless brackets."""


class FileRefused(ValueError):
    """A file cannot be applied; each line of the message names one fault and its place, for the operator."""


class Change(NamedTuple):
    """The value of one field, before and after."""

    before: Any
    after: Any


@dataclass(frozen=True)
class Difference:
    """What becomes of one thing: what it is called, whether it is new, and the fields that change."""

    name: str
    is_new: bool
    changes: Mapping[str, Change]

    @property
    def outcome(self) -> str:
        """In one word."""
        if self.is_new:
            return "added"
        return "changed" if self.changes else "unchanged"

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        changes = {name: change._asdict() for name, change in self.changes.items()}
        return {"name": self.name, "outcome": self.outcome, "changes": changes}

    def lines(self) -> Iterator[str]:
        """For people: what goes behind a minus, what comes behind a plus."""
        yield f"{self.name}\t{self.outcome}"
        for name, (before, after) in self.changes.items():
            yield f"    {name}"
            yield from (f"      - {one}" for one in _parts(before) if one not in _parts(after))
            yield from (f"      + {one}" for one in _parts(after) if one not in _parts(before))


def read(path: Path, kind: type[File]) -> File:
    """What a YAML file says. Raises `FileRefused`, with every fault and its place."""
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, *_STUMBLES) as error:
        raise FileRefused(f"{path} cannot be read: {error}") from error
    try:
        return kind.model_validate(said)
    except ValidationError as error:
        raise FileRefused("\n".join(_places(error))) from error


def once(names: Iterable[str]) -> None:
    """Raises `FileRefused` where a thing is described twice."""
    listed = list(names)
    twice = sorted({name for name in listed if listed.count(name) > 1})
    if twice:
        raise FileRefused("\n".join(f"{name}: it is described twice" for name in twice))


def changes(row: object | None, values: Mapping[str, Any], ordinary: Mapping[str, Any]) -> dict[str, Change]:
    """The fields of a row that would change; of a new one, those that differ from what is `ordinary`."""
    if row is None:
        return {name: Change(None, value) for name, value in values.items() if value != ordinary.get(name)}
    found = {name: Change(getattr(row, name), value) for name, value in values.items()}
    return {name: change for name, change in found.items() if change.before != change.after}


def _parts(value: Any) -> list[str]:
    """One line a part: the order of a list, where nothing else changed, is a change too."""
    if value is None:
        return []
    if isinstance(value, Mapping):
        return [f"{name}: {part}" for name, part in value.items()]
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _places(error: ValidationError) -> Iterator[str]:
    for fault in error.errors(include_url=False):
        yield f"{'.'.join(str(step) for step in fault['loc']) or 'file'}: {fault['msg']}"
