"""The one address every screen of a journey comes back to."""

from flask import Blueprint

from idp.journey.views import hub

bp = Blueprint("journey", __name__, url_prefix="/journey/<uuid:journey_id>")
bp.add_url_rule("", "resume", hub.resume)
