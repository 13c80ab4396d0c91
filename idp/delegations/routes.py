"""On whose behalf one acts, and who acts for one: the pages, in the order a person meets them."""

from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Any

from flask import Blueprint

from idp.delegations.views import (
    acting,
    asking,
    clients,
    deeds,
    given,
    offer_link,
    offering,
    printed,
    sheet,
    staff,
)

COMPANY = "/organizations/<uuid:organization_id>/delegations"
ONE = f"{COMPANY}/<uuid:delegation_id>"
FIRM = "/organizations/<uuid:organization_id>/clients"
CLIENT = "/delegations/<uuid:delegation_id>"


def _of(view: Callable[..., Any], deed: str) -> Callable[..., Any]:
    return update_wrapper(partial(view, deed=deed), view)


PAGES: tuple[tuple[str, str, Callable[..., Any], Callable[..., Any]], ...] = (
    ("/journey/<uuid:journey_id>/organization", "acting", acting.show, acting.submit),
    (f"{COMPANY}/offer", "offer", offering.firm, offering.firm_submit),
    (f"{ONE}/draft", "draft", offering.draft, offering.draft_submit),
    (f"{ONE}/review", "review", offering.review, offering.review_submit),
    (f"{ONE}/renew", "renew", deeds.renew, deeds.renew_submit),
    (f"{FIRM}/ask", "ask", asking.show, asking.submit),
    (f"{FIRM}/file", "sheet", sheet.show, sheet.submit),
    (f"{CLIENT}/staff", "staff", staff.show, staff.submit),
    ("/delegation-offer", "offered", offer_link.show, offer_link.submit),
    ("/delegation-offer/account", "newcomer", offer_link.account, offer_link.account_submit),
    *((f"{ONE}/{deed}", deed, _of(deeds.show, deed), _of(deeds.submit, deed)) for deed in deeds.DEEDS),
    *(
        (f"{CLIENT}/{deed}", f"client_{deed}", _of(clients.deed, deed), _of(clients.deed_submit, deed))
        for deed in clients.DEEDS
    ),
)

bp = Blueprint("delegations", __name__)
for place, name, shown, sent in PAGES:
    bp.add_url_rule(place, name, shown)
    bp.add_url_rule(place, f"{name}_submit", sent, methods=["POST"])
bp.add_url_rule(COMPANY, "list", given.show)
bp.add_url_rule(ONE, "one", given.one)
bp.add_url_rule(f"{ONE}/summary.pdf", "summary", printed.given_sheet)
bp.add_url_rule("/delegations", "clients", clients.show)
bp.add_url_rule("/delegations/renewals", "renewals_submit", asking.renew_submit, methods=["POST"])
bp.add_url_rule(f"{CLIENT}/summary.pdf", "client_summary", printed.client_sheet)
bp.add_url_rule(CLIENT, "client", clients.one)
bp.add_url_rule("/delegation-offer/<secret>", "offer_link", offer_link.link)
