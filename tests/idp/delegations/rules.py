"""What the rules give, in plain dicts: what every token is compared with. It knows nothing of the house."""

from datetime import datetime, timedelta
from typing import Any

from idp.accounts.models import RIGHTS

IDLE, LONGEST = timedelta(days=30), timedelta(days=90)
"""An offline grant, unused, and whatever its use."""


class Rules:
    """Who may do what, where: `links` and `delegations` by id, `assigned` by delegation and account, `grants`."""

    def __init__(self) -> None:
        self.links: dict[Any, Any] = {}
        self.delegations: dict[Any, Any] = {}
        self.assigned: dict[Any, Any] = {}
        self.grants: dict[Any, Any] = {}
        self.suspended: set[Any] = set()
        self.closed: set[Any] = set()
        self.disabled: set[Any] = set()

    def link(self, account: Any, organization: Any) -> Any:
        """The id of the live link between them."""
        them = (account, organization)
        return next((at for at, one in self.links.items() if (one["account"], one["organization"]) == them), None)

    def ways(self, account: Any, organization: Any, now: datetime) -> list[Any]:
        """How a person may act for an organization: a member needs no delegation."""
        link = self.link(account, organization)
        if link is not None:
            return [link] if self.given(account, link, now) is not None else []
        ours = [at for at, one in self.delegations.items() if one["organization"] == organization]
        return [at for at in ours if self.given(account, at, now) is not None]

    def given(self, account: Any, way: Any, now: datetime) -> set[str] | None:
        """What that way gives that person now; None where it gives nothing at all."""
        if way in self.links:
            one = self.links[way]
            is_open = one["organization"] not in self.closed
            return (set(RIGHTS) if one["holder"] else one["rights"]) if is_open else None
        one = self.delegations.get(way)
        if one is None or one["suspended"] or now >= one["ends"] or {one["organization"], one["firm"]} & self.closed:
            return None
        if not self.carries(account, way):
            return None
        return one["rights"] & (self.assigned.get((way, account)) or one["rights"])

    def carries(self, account: Any, way: Any) -> bool:
        """Whether a delegation lets that person of its firm act."""
        one = self.delegations[way]
        staff = self.links.get(self.link(account, one["firm"]))
        return staff is not None and (one["all_staff"] or staff["holder"] or (way, account) in self.assigned)

    def of_grant(self, grant: Any, now: datetime) -> list[str] | None:
        """The rights of its tokens now, in the order of the vocabulary; None when it lives no more."""
        one = self.grants[grant]
        stopped = one["ended"] or one["account"] in self.suspended or one["client"] in self.disabled
        given = self.given(one["account"], one["way"], now)
        if stopped or given is None or now >= one["used"] + IDLE or now >= one["created"] + LONGEST:
            return None
        return [right for right in RIGHTS if right in given and (one["asked"] is None or right in one["asked"])]

    def last_holder(self, account: Any, organization: Any) -> bool:
        """Whether nobody else who may sign in holds it."""
        held = [one for one in self.links.values() if one["organization"] == organization and one["holder"]]
        return not {one["account"] for one in held} - {account} - self.suspended

    def is_staff_no_more(self, account: Any, firm: Any, gone: bool) -> None:
        """Who left a firm is named for none of its clients; what carries who holds it no more is over."""
        for way in [at for at, one in self.delegations.items() if one["firm"] == firm]:
            if gone:
                self.assigned.pop((way, account), None)
            for one in self.grants.values():
                one["ended"] |= (one["account"], one["way"]) == (account, way) and not self.carries(account, way)

    def unlink(self, link: Any) -> None:
        """End a link, and what stood on it."""
        gone = self.links.pop(link)
        self.end_grants(link)
        self.is_staff_no_more(gone["account"], gone["organization"], gone=True)

    def end_grants(self, way: Any) -> None:
        """What stood on it is over, and does not come back with it."""
        for one in self.grants.values():
            one["ended"] |= one["way"] == way
