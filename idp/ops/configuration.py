"""The texts made of the settings: docs/configuration.md and .env.example."""

import inspect
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_jsonable_python

from idp.deployment import Deployment
from idp.settings import Settings

_HEADING = re.compile(r" {4}# (.+)")
_FIELD = re.compile(r" {4}(\w+): ")


@dataclass(frozen=True)
class Described:
    """A setting: the name of its variable, the section it stands in, its type, default and meaning."""

    variable: str
    section: str
    type: str
    default: str
    meaning: str


def described() -> Iterator[Described]:
    """Every setting, in the order of `idp/deployment.py` and `idp/settings.py`, whose comments are the headings."""
    section = ""
    for line in (inspect.getsource(Deployment) + inspect.getsource(Settings)).splitlines():
        if heading := _HEADING.fullmatch(line):
            section = heading[1]
        elif (found := _FIELD.match(line)) and (field := Settings.model_fields.get(found[1])):
            meaning = " ".join((field.description or "").split())
            variable = f"IDP_{found[1].upper()}"
            yield Described(variable, section, _type(field.annotation), _value(field.default), meaning)


def markdown() -> str:
    """The page docs/configuration.md."""
    lines = ["# Configuration", "", _INTRODUCTION]
    section = None
    for one in described():
        if one.section != section:
            section = one.section
            lines += ["", f"## {section}", "", "| variable | type | default | meaning |", "|---|---|---|---|"]
        lines.append(f"| `{one.variable}` | {one.type} | `{one.default}` | {one.meaning} |")
    return "\n".join(lines) + "\n"


def example() -> str:
    """The file .env.example: every setting at its default, each commented out."""
    lines = ["# Copy to .env and change what differs. Made by `make docs` from idp/deployment.py and idp/settings.py."]
    section = None
    for one in described():
        lines += ["", f"## {one.section}"] if one.section != section else []
        section = one.section
        lines += ["", f"# {one.meaning}", f"# {one.variable}={one.default}"]
    return "\n".join(lines) + "\n"


_INTRODUCTION = """\
Made by `make docs` from `idp/deployment.py` and `idp/settings.py`; do not edit. Settings are read from the environment,
then from a file `.env` in the working directory. They are checked when the program starts, and it does not start on
unsafe ones. Durations are ISO 8601 (`PT30M`, `P30D`) or seconds; lists are comma-separated.

Production means that the host of `IDP_ISSUER` is not loopback. It then requires an https issuer, PostgreSQL, Redis, a
list of stolen passwords and a master key file that its owner alone may read, and refuses what is for tests only."""


def _value(default: Any) -> str:
    value = to_jsonable_python(default)
    if isinstance(value, list):
        return ",".join(value)
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _type(annotation: Any) -> str:
    words = {
        "tuple": "list",
        "timedelta": "duration",
        "Path": "path",
        "bool": "yes or no",
        "int": "number",
    }
    return next((word for name, word in words.items() if name in str(annotation)), "text")
