"""Files are read whole, and differences told in lines."""

import pytest
from pydantic import BaseModel, ConfigDict

from idp.oidc.clients import described
from idp.oidc.clients.described import Change, Difference, FileRefused


class Things(BaseModel):
    model_config = ConfigDict(extra="forbid")

    things: list[int]


class Row:
    name = "a"
    uris = ("x",)


def test_every_fault_is_told_with_its_place(tmp_path):
    path = tmp_path / "things.yaml"
    path.write_text("things: [1, two]\nmore: 1\n")
    with pytest.raises(FileRefused) as refused:
        described.read(path, Things)
    assert [line.partition(":")[0] for line in str(refused.value).splitlines()] == ["things.1", "more"]


@pytest.mark.parametrize("content", [b"", b"\xff", b"[", b"- 1", b"!!python/object:os.system {}"])
def test_what_is_no_such_file_is_refused(tmp_path, content):
    path = tmp_path / "things.yaml"
    path.write_bytes(content)
    with pytest.raises(FileRefused):
        described.read(path, Things)


def test_a_thing_is_described_once():
    described.once(["a", "b"])
    with pytest.raises(FileRefused, match="a: it is described twice"):
        described.once(["a", "b", "a"])


def test_only_what_differs_is_a_change():
    assert described.changes(Row(), {"name": "a", "uris": ["y"]}, {}) == {"uris": Change(("x",), ["y"])}
    ordinary = {"uris": [], "alg": "ES256", "logo": None}
    assert described.changes(None, {"name": "a", **ordinary}, ordinary) == {"name": Change(None, "a")}


def test_a_difference_is_told_in_lines():
    changes = {"uris": Change(["x", "y"], ["y", "z"]), "logo": Change("old", None), "scopes": Change({}, {"a": "A"})}
    lines = list(Difference("portal", False, changes).lines())
    assert lines[0] == "portal\tchanged"
    assert [line.strip() for line in lines[1:]] == ["uris", "- x", "+ z", "logo", "- old", "scopes", "+ a: A"]
    assert list(Difference("portal", False, {}).lines()) == ["portal\tunchanged"]
    assert Difference("portal", True, {}).outcome == "added"
