"""The screen on which a person allows an application to know."""

from flask import Blueprint

from consent.views import asking

bp = Blueprint("consent", __name__, url_prefix="/journey/<uuid:journey_id>")
bp.add_url_rule("/consent", "ask", asking.show)
bp.add_url_rule("/consent", "ask_submit", asking.submit, methods=["POST"])
