"""Whoever leaves a firm is named for none of its clients any more: should they come back, they are named anew."""

from uuid import UUID

from idp.delegations.granting import models


def follow(kind: str, ended_id: UUID) -> None:
    """Forget for which clients the person of a link was named, once it ended."""
    if kind == "membership":
        models.unassign_everywhere(ended_id)
