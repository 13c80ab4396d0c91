"""The screen on which a person allows an application to know, and the pages on which they take that back."""

from flask import Blueprint

from consent.views import asking, withdrawal

bp = Blueprint("consent", __name__)

bp.add_url_rule("/journey/<uuid:journey_id>/consent", "ask", asking.show)
bp.add_url_rule("/journey/<uuid:journey_id>/consent", "ask_submit", asking.submit, methods=["POST"])

bp.add_url_rule("/applications", "applications", withdrawal.show)
for place in ("/applications/<uuid:client_id>", "/applications/<uuid:client_id>/<uuid:organization_id>"):
    bp.add_url_rule(place, "application", withdrawal.confirm)
    bp.add_url_rule(place, "application_submit", withdrawal.submit, methods=["POST"])
