"""On whose behalf one acts, and who acts for one: the pages, in the order a person meets them."""

from flask import Blueprint

from idp.delegations.views import acting

bp = Blueprint("delegations", __name__)
bp.add_url_rule("/journey/<uuid:journey_id>/organization", "acting", acting.show)
bp.add_url_rule("/journey/<uuid:journey_id>/organization", "acting_submit", acting.submit, methods=["POST"])
