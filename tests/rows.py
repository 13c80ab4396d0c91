"""The mark of a security row: a test that carries it proves what docs/security.md promises under that id."""

import pytest


def row(*ids: str) -> pytest.MarkDecorator:
    """Mark a test, or a class of tests, with the ids of the rows it proves: `@row("OPN-5")`."""
    return pytest.mark.row(*ids)
