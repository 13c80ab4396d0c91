"""Who a firm's delegations let act, in plain dicts, before it is proven and after. It knows nothing of the house."""

from datetime import datetime
from typing import Any


class FirmRules:
    """One company, one firm, some people: `staff` says who holds the firm, `given` what was given or offered."""

    def __init__(self) -> None:
        self.proven = False
        self.staff: dict[int, bool] = {}
        self.given: dict[Any, dict[str, Any]] = {}

    def lives(self, one: dict[str, Any], now: datetime) -> bool:
        """Whether it was given, or may be accepted still."""
        return not one["ended"] and now < one["ends"] and (one["accepted"] or now < one["lapses"])

    def prove(self, now: datetime) -> None:
        """What lives is the firm's: who held it is named for it where they are of the firm, and not by all of it."""
        if self.proven:
            return
        self.proven = True
        for one in self.given.values():
            if self.lives(one, now):
                who, one["alone"], one["firms"] = one["alone"], None, True
                if who in self.staff and not (self.staff[who] or one["all_staff"]):
                    one["named"].add(who)

    def leave(self, who: int) -> None:
        """Whoever comes back is named anew."""
        del self.staff[who]
        for one in self.given.values():
            one["named"].discard(who)

    def may(self, who: int, now: datetime) -> dict[Any, set[str]]:
        """What that person may do, by delegation."""
        return {at: one["rights"] for at, one in self.given.items() if self._carries(one, who, now)}

    def _carries(self, one: dict[str, Any], who: int, now: datetime) -> bool:
        if not one["accepted"] or one["suspended"] or not self.lives(one, now):
            return False
        if not one["firms"]:
            return bool(one["alone"] == who)
        return who in self.staff and (self.staff[who] or one["all_staff"] or who in one["named"])
