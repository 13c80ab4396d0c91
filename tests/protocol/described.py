"""docs/openapi.yaml, read: its operations and the parameters of each."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parents[2] / "docs" / "openapi.yaml"


@cache
def description() -> dict[str, Any]:
    """The whole description."""
    return dict(yaml.safe_load(FILE.read_text()))


def operations() -> dict[tuple[str, str], dict[str, Any]]:
    """Each operation by its method and path."""
    return {
        (method.upper(), path): operation
        for path, methods in description()["paths"].items()
        for method, operation in methods.items()
    }


def parameters(method: str, path: str) -> set[str]:
    """The names of what an operation is said to read, from the query or from the form."""
    operation = operations()[method, path]
    form = operation.get("requestBody", {}).get("content", {}).get("application/x-www-form-urlencoded", {})
    return {one["name"] for one in operation.get("parameters", ())} | _properties(form.get("schema", {}))


def _properties(schema: dict[str, Any]) -> set[str]:
    if "$ref" in schema:
        return _properties(description()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    return set(schema.get("properties", ())).union(*map(_properties, schema.get("allOf", ())))
