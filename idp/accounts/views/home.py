"""The page of the address that letters print: open an account, sign in, or ask for lost letters."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from flask import render_template
from flask.typing import ResponseReturnValue

from idp.extensions import house
from idp.registry.models import Fund
from idp.registry.views import funds


class Portal(NamedTuple):
    """Where the members of a fund sign in."""

    fund: str
    url: str


def show() -> ResponseReturnValue:
    """One button each. Signing in begins at a fund's portal: at the only one, or at the one that is chosen here."""
    fund = funds.wear_the_only_one()
    return render_template("accounts/home/home.html", portals=list(_portals([fund] if fund else Fund.all())))


def _portals(known: Iterable[Fund]) -> Iterator[Portal]:
    for fund in known:
        url = house.way_back(fund.home_client_id)
        if url is not None:
            yield Portal(fund.name, url)
