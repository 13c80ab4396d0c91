"""The screens on which a person or a holder lets an application know, and the pages on which they take that back."""

from flask import Blueprint

from consent.views import admission, admitted, asking, withdrawal

bp = Blueprint("consent", __name__)

bp.add_url_rule("/journey/<uuid:journey_id>/admission", "admission", admission.show)
bp.add_url_rule("/journey/<uuid:journey_id>/admission", "admission_submit", admission.submit, methods=["POST"])
bp.add_url_rule("/journey/<uuid:journey_id>/consent", "ask", asking.show)
bp.add_url_rule("/journey/<uuid:journey_id>/consent", "ask_submit", asking.submit, methods=["POST"])

bp.add_url_rule("/applications", "applications", withdrawal.show)
for place in ("/applications/<uuid:client_id>", "/applications/<uuid:client_id>/<uuid:organization_id>"):
    bp.add_url_rule(place, "application", withdrawal.confirm)
    bp.add_url_rule(place, "application_submit", withdrawal.submit, methods=["POST"])

COMPANY = "/organizations/<uuid:organization_id>/applications"
bp.add_url_rule(COMPANY, "admitted", admitted.show)
bp.add_url_rule(f"{COMPANY}/<uuid:admission_id>", "admitted_one", admitted.one)
bp.add_url_rule(f"{COMPANY}/<uuid:admission_id>", "admitted_one_submit", admitted.submit, methods=["POST"])
